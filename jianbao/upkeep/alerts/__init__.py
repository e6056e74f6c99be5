"""Alerts: events told to somebody who does not look, through mail, chat groups and webhooks."""
