"""The archive as a folder: its files, its locks, and who may write in it when."""
