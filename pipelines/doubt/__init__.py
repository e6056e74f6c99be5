"""Doubt: why what was fetched may be no article."""
