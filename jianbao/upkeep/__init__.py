"""What runs after crawls and between them: the index, stories, alarms, the shrinking of old texts."""
