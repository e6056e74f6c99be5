"""Families of digital newspapers: what the addresses of their issues, pages and articles look like. Pure."""
