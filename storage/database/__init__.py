"""The database: its tables, how it is opened and migrated, and what holds for every statement."""
