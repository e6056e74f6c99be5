"""A history that can't be had now."""

from __future__ import annotations


class HistoryRefused(Exception):
    """The history cannot be read or written now, which may pass; the message says why."""


class HistoryBroken(Exception):
    """The history cannot be read or written until somebody mends it, which ends the service; the message
    says why.
    """
