"""When: which crawls are due, and the service that starts them."""
