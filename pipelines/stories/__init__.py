"""Stories: which articles are near copies of each other."""
