"""What a document is: what is printed or answered as JSON, as Python has it before."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
"""A JSON object: text, numbers, truths, None, lists and documents by their keys.

Its values are as loosely typed as JSON itself, here and nowhere else: whoever prints one picks out what the
documents of its kind promise, which the shapes of the API write down.
"""
