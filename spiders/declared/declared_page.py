"""One answer as declared rules see it: its tree where it is HTML, its value where it is JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from spiders.declared.json_values import read_json
from spiders.readers.base_address import base_of
from spiders.readers.markup import parse_document
from storage.records.press_days import PRINTED_ZONE

_JSON = re.compile(r"\A\s*(?:[\w.$]{1,60}\s*\(\s*)?[\[{]")
_XML_PROLOG = re.compile(r"\A\s*<\?xml\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class DeclaredPage:
    """A page's text, the address that answered, and when, aware; ``zone`` is its site's."""

    html: str
    url: str
    fetched_at: datetime | None = None
    zone: tzinfo = PRINTED_ZONE

    @cached_property
    def tree(self) -> HtmlElement:
        """Its elements; raises `SetAside` for what is no page anybody writes."""
        return parse_document(_XML_PROLOG.sub("", self.html, count=1))

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON does, bare or in a call."""
        return _JSON.match(self.html) is not None

    @cached_property
    def data(self) -> Any:
        """Its value, where it is JSON; raises `SetAside` where it is not."""
        return read_json(self.html)

    @cached_property
    def base(self) -> str:
        """The address from which its relative ones start."""
        return base_of(self.html, self.url)
