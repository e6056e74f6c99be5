"""Articles: the current text of each info code, its revisions, and lists of them."""
