"""Holes: what the ledger shows to be missing, and what stands against what in it."""
