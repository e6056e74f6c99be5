"""The rule of one field: where its text stands, and what is cut out of that."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from spiders.declared.words import Css, JsonPath, Pattern, Text, TextList, Words


class FieldRule(Words):
    """One field of an article or of a list's item.

    ``css`` finds elements, ``meta`` the ``content`` of ``<meta>`` elements by their name or property,
    ``path`` a value of JSON. The first that gives anything is taken; ``last`` begins with the last, ``all``
    joins them. ``attr`` reads an attribute instead of the text. ``after`` leaves what follows it, ``until``
    what comes before it; ``match`` is a pattern whose first group, or else whole match, is left. ``format``
    is how a time is printed, in the letters of strptime.
    """

    css: Css | None = Field(default=None, description='a CSS selector such as "div.info span"')
    meta: Text | None = Field(default=None, description='the name of a <meta> element such as "publishdate"')
    path: JsonPath | None = Field(default=None, description='a path into JSON such as "data.title"')
    attr: Text | None = Field(default=None, description='the name of an attribute such as "title"')
    all: bool = Field(default=False, description="true or false")
    last: bool = Field(default=False, description="true or false")
    after: TextList = Field(default=(), description='a text such as "来源：", or a list of them')
    until: TextList = Field(default=(), description='a text such as "编辑：", or a list of them')
    match: Pattern | None = Field(default=None, description="a regular expression")
    format: Text | None = Field(default=None, description='the letters of strptime such as "%Y/%m/%d %H:%M"')

    @model_validator(mode="before")
    @classmethod
    def read_bare(cls, value: Any) -> Any:
        """A text by itself is CSS."""
        return {"css": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def require_place(self) -> FieldRule:
        """A rule must say where its text stands, in one way."""
        if sum(place is not None for place in (self.css, self.meta, self.path)) != 1:
            raise PydanticCustomError("no_place", "", {"error": "it has not just one of css, meta and path"})
        return self
