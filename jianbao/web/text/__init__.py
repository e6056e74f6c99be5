"""What pages say and how it is set: languages, moments, harmless text."""
