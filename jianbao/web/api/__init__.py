"""What programs read: the JSON API, feeds, metrics, health."""
