"""Bringing in WARC files of others: found, surveyed, their lists entered, their articles decided by time."""
