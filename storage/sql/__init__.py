"""SQL from people: one statement that only reads, within limits."""
