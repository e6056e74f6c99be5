"""One file per command: each reads its arguments, calls one function, and prints."""
