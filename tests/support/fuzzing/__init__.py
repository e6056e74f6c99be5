"""Fuzzing: whatever reads what came from outside is given the pages of tests, spoilt in every way."""
