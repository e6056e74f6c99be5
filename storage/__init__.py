"""The archive: what is kept, where it is kept, and the only SQL there is."""
