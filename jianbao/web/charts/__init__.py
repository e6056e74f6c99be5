"""Charts as figures only: where each bar and each day stands. Templates draw them."""
