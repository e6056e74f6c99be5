"""The reader: the archive in a browser, read-only, with its JSON API, feeds and metrics."""
