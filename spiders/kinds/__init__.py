"""Kinds of sources: how each is polled and read."""
