"""From one page of a list to the next: by a template's number, or by the link that the page has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.html_list import absolute, find_further
from spiders.declared.templates import fill_address, first_number, has_number

_REMEMBERED = 500
"""Addresses that a list was asked for at, and that are not asked for again; the latest ones."""
_DIGEST = 10


@dataclass(slots=True)
class Paging:
    """The pages of one list. ``template`` is its address, ``following`` what its source declares as ``next``.

    ``step`` counts the pages after the first that were asked for; ``asked`` are digests of their addresses.
    """

    template: str
    following: str | None
    day: date | None = None
    step: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        """The address of the first page."""
        return fill_address(self.template, self.day, 0)

    @property
    def is_guess(self) -> bool:
        """Whether the last page that was asked for need not be there: ``{n}`` may begin with 1, or with 2."""
        return self.step == 1 and self._is_numbered and first_number(self.following or "") is None

    def note(self, address: str) -> None:
        """Remember that an address was asked for."""
        self.asked = [*self.asked, _digest(address)][-_REMEMBERED:]

    def next(self, page: DeclaredPage | None, *, has_news: bool) -> str | None:
        """Return the address of the page after this one; None at the end.

        ``page`` is None where it is not there. A page without anything new ends the list, unless it was the
        guess whether the second page is called 1.
        """
        if not has_news and not self.is_guess:
            return None
        address = self._following(page)
        if address is None or _digest(address) in self.asked:
            return None
        self.step += 1
        return address

    @property
    def _is_numbered(self) -> bool:
        return self.following is not None and has_number(self.following)

    def _following(self, page: DeclaredPage | None) -> str | None:
        if self.following is None:
            return fill_address(self.template, self.day, self.step + 1) if has_number(self.template) else None
        if self._is_numbered:
            return absolute(self.first, fill_address(self.following, self.day, self.step))
        further = find_further(page, self.following) if page is not None else ()
        return next((address for address in further if _digest(address) not in self.asked), None)


def _digest(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:_DIGEST]
