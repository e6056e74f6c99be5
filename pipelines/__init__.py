"""What becomes of a delivery: completed, normalised, doubted, compared, and decided. Pure functions."""
