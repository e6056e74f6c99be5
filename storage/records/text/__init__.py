"""What is told of a text by its characters alone, and must be told alike wherever it is asked."""
