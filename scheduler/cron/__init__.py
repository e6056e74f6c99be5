"""Cron: what five fields mean, and when a schedule runs next."""
