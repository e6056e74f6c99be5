"""Readers of digital newspapers: month files, paper indexes, issue pages and articles. Pure."""
