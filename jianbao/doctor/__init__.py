"""The doctor: what is wrong with an installation, its configuration, its place and its archive."""
