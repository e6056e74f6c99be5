"""The service's side: what the scheduler asks of the archive."""
