"""The archive's schema through time: append-only Alembic revisions."""
