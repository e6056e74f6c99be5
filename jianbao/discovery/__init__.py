"""Finding out how a newspaper is read: by its name or address, with a few questions; proving it later."""
