"""The ledger: which sources list what, what became of it, and which crawls looked."""
