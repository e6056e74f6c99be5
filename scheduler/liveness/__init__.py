"""Signs of life: the lock and the heartbeat for others, the watchdog for itself, and what systemd is told."""
