"""What the parts of the scheduler say to each other: sentences for people, and that a history is refused."""
