"""Taking articles out of the archive: files for other programs, and what they hold put in words."""
