"""What runs after crawls and between them: the index, stories, alarms."""
