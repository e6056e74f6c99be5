"""Reading again what was kept: what a better reader would change in the archive, and changing it."""
