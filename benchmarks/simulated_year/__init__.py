"""A simulated year: newspapers that print as real ones do, an archive of them, and what goes wrong."""
