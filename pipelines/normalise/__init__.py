"""Normalising: remove what is not text, never edit the text."""
