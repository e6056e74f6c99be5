"""Captures as the database knows them: what was fetched or imported, and where each is kept."""
