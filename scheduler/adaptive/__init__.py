"""Adaptive polling: when a source is polled next, by what its own polls have found so far. Pure."""
