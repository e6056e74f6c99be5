"""Stories: articles that are near copies of each other, linked and never deleted."""
