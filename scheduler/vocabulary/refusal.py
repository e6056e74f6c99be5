"""A history that can't be had now."""

from __future__ import annotations


class HistoryRefused(Exception):
    """The history cannot be read or written now, which may pass; the message says why."""
