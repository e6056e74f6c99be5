"""Saved pages, and what a declaration must read on them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from spiders.declared.words import Text, Words

_TEXT = "a text"
_COUNT = "a whole number"


class Sample(Words):
    """One saved article: ``file`` is beside the configuration, ``url`` its address then.

    What is None is not compared. ``first`` and ``last`` are the first and last characters of its text.
    """

    file: Text = Field(description="the path of a saved page")
    url: Text | None = Field(default=None, description="an http or https address")
    fetched: Text | None = Field(default=None, description='a moment such as "2026-03-20T08:00:00+08:00"')
    layout: Text | None = Field(default=None, description="the name or number of a layout")
    title: str | None = Field(default=None, description=_TEXT)
    time: str | None = Field(default=None, description='a time such as "2026-03-20 08:00"')
    media: str | None = Field(default=None, description=_TEXT)
    author: str | None = Field(default=None, description=_TEXT)
    first: str | None = Field(default=None, description=_TEXT)
    last: str | None = Field(default=None, description=_TEXT)
    paragraphs: Annotated[int, Field(ge=0)] | None = Field(default=None, description=_COUNT)


class ListSample(Words):
    """One saved list: how many articles it links to, and the id of the first one."""

    file: Text = Field(description="the path of a saved page")
    url: Text | None = Field(default=None, description="an http or https address")
    fetched: Text | None = Field(default=None, description='a moment such as "2026-03-20T08:00:00+08:00"')
    links: Annotated[int, Field(ge=0)] | None = Field(default=None, description=_COUNT)
    first: str | None = Field(default=None, description="the id of the first article")


def by_file(value: Any) -> Any:
    """Return a list of tables from one that has a file for each key, from one table, or from a list."""
    if not isinstance(value, dict):
        return value
    if "file" in value:
        return [value]
    return [{"file": file, **table} if isinstance(table, dict) else table for file, table in value.items()]
