"""The forms in which one article may come: several answers, under one code, that are not the same.

A kind names its forms, and so that the one which counts most sorts first: of those in which an article has
come, that one leads. Its title, newspaper and text are the article's, and the others complete it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Form: TypeAlias = str
"""The name of a form, in lower-case letters."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms in which an article has come; printed with a blank between, the leading one first."""

    seen: frozenset[Form]

    @classmethod
    def of(cls, *forms: Form) -> Forms:
        """Return these forms."""
        return cls(frozenset(forms))

    @classmethod
    def parse(cls, printed: str) -> Forms:
        """Return the forms that a text prints."""
        return cls(frozenset(printed.split()))

    @property
    def leading(self) -> Form:
        """The form that leads."""
        return min(self.seen)

    def __contains__(self, form: Form) -> bool:
        return form in self.seen

    def __str__(self) -> str:
        return " ".join(sorted(self.seen))

    def are_led_by(self, form: Form) -> bool:
        """Return whether what comes in this form leads: it is the leading one, or will be."""
        return form <= self.leading

    def after(self, form: Form) -> Forms:
        """Return the forms after an answer came in this one."""
        return Forms(self.seen | {form})
