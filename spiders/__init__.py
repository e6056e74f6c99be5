"""Where from: one spider per kind of site, and pure functions that read one page."""
