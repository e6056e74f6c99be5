"""Events: what somebody should know, open until it is resolved."""
