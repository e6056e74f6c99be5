"""Custody: whether the archive is whole, and copies of it that can take its place."""
