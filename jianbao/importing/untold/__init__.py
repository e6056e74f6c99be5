"""Answers that an archive keeps, and of which its journal says nothing: read again, and entered."""
