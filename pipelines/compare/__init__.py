"""Comparing: whether two texts are the same, nearly the same, and which of two stands."""
