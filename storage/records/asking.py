"""How answers are asked for, wherever one asks: in which order articles come, by what they are counted."""

from __future__ import annotations

from typing import Literal, get_args

Order = Literal["newest", "oldest", "relevance"]
ORDERS: tuple[Order, ...] = get_args(Order)

Unit = Literal["day", "week", "month", "year"]
"""A period of a trend; a week is an ISO week: it begins on Monday."""
UNITS: tuple[Unit, ...] = get_args(Unit)
