"""Bringing in what others kept: posts of the Jekyll site, plain text of digital newspapers."""
