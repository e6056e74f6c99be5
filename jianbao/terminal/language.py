"""The language in which a command says sentences: the one that was chosen, else the terminal's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records.saying import Language

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What names a locale's language, the stronger first (POSIX, Environment Variables)."""


class Chosen(StrEnum):
    """The languages that can be chosen."""

    en = "en"
    zh = "zh"


def language_of_locale(environ: Mapping[str, str]) -> Language:
    """Return the language of the locale that the environment names: Chinese, or else English."""
    named = next((environ[name] for name in _LOCALE_VARIABLES if environ.get(name)), "")
    return "zh" if named.lower().startswith("zh") else "en"
