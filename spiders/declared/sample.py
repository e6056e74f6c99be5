"""Saved pages, and what a declaration must read on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from spiders.declared.words import Text, Words

_TEXT = "a text"
_COUNT = "a whole number"


def _as_text(moment: object) -> object:
    """Return a time of TOML's own, without quotes, as it is written in quotes."""
    return moment.isoformat() if isinstance(moment, date) else moment


def _number_as_text(layout: object) -> object:
    return str(layout) if isinstance(layout, int) and not isinstance(layout, bool) else layout


def _check_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("it is no time") from error
    return text


Moment = Annotated[Text, BeforeValidator(_as_text), AfterValidator(_check_moment)]
"""A day, or a time with or without its zone."""
LayoutName = Annotated[Text, BeforeValidator(_number_as_text)]


class Sample(Words):
    """One saved article: ``file`` is beside the configuration, ``url`` its address then.

    What is None is not compared. ``first`` and ``last`` are the first and last characters of its text.
    """

    file: Text = Field(description="the path of a saved page")
    url: Text | None = Field(default=None, description="an http or https address")
    fetched: Moment | None = Field(default=None, description='a moment such as "2026-03-20T08:00:00+08:00"')
    layout: LayoutName | None = Field(default=None, description="the name or number of a layout")
    title: str | None = Field(default=None, description=_TEXT)
    time: Moment | None = Field(default=None, description='a time such as "2026-03-20 08:00"')
    media: str | None = Field(default=None, description=_TEXT)
    author: str | None = Field(default=None, description=_TEXT)
    first: str | None = Field(default=None, description=_TEXT)
    last: str | None = Field(default=None, description=_TEXT)
    paragraphs: Annotated[int, Field(ge=0)] | None = Field(default=None, description=_COUNT)


class ListSample(Words):
    """One saved list: how many articles it links to, and the id of the first one."""

    file: Text = Field(description="the path of a saved page")
    url: Text | None = Field(default=None, description="an http or https address")
    fetched: Moment | None = Field(default=None, description='a moment such as "2026-03-20T08:00:00+08:00"')
    links: Annotated[int, Field(ge=0)] | None = Field(default=None, description=_COUNT)
    first: str | None = Field(default=None, description="the id of the first article")


def by_file(value: Any) -> Any:
    """Return a list of tables from one that has a file for each key, from one table, or from a list."""
    if not isinstance(value, dict):
        return value
    if "file" in value:
        return [value]
    return [{"file": file, **table} if isinstance(table, dict) else table for file, table in value.items()]
