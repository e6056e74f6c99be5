"""How the pages of a site's articles are laid out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from spiders.declared.field_rule import FieldRule
from spiders.declared.words import Css, CssList, NextLink, PatternList, SomeDay, Text, Words

_RULE = 'a CSS selector, or a table such as { css = "div.info", after = "来源：" }'
_NEXT = 'a CSS selector of links such as "div.pager a", or "rel=next"'
_CSS_LIST = "a CSS selector or a list of them"


def _check_span(valid: Any) -> Any:
    if not isinstance(valid, list | tuple) or len(valid) != 2:  # noqa: PLR2004
        raise ValueError("it is no list of two days")
    return valid


FIELDS = ("title", "time", "media", "author", "editor", "kicker", "subtitle", "summary")
"""The fields that a layout may have rules for, beside the body."""


class ArticleWords(Words):
    """What a layout says of an article, and a declaration as a whole may say for all its layouts."""

    title: FieldRule | None = Field(default=None, description=_RULE)
    time: FieldRule | None = Field(default=None, description=_RULE)
    author: FieldRule | None = Field(default=None, description=_RULE)
    editor: FieldRule | None = Field(default=None, description=_RULE)
    kicker: FieldRule | None = Field(default=None, description=_RULE)
    subtitle: FieldRule | None = Field(default=None, description=_RULE)
    summary: FieldRule | None = Field(default=None, description=_RULE)
    body: FieldRule | None = Field(default=None, description=_RULE)
    drop: CssList = Field(default=(), description=_CSS_LIST)
    drop_text: PatternList = Field(default=(), description="a regular expression or a list of them")
    parts: NextLink | None = Field(default=None, description=_NEXT)
    caption: CssList = Field(default=(), description=_CSS_LIST)


class Layout(ArticleWords):
    """One way in which articles are laid out, from one day to another, where ``when`` is found."""

    name: Text | None = Field(default=None, description="a name")
    valid: Annotated[tuple[SomeDay, SomeDay], BeforeValidator(_check_span), Field(strict=False)] | None = (
        Field(
            default=None,
            description='a list of two days such as [2015-01-01, "2020-06-30"], "" for an open end',
        )
    )
    when: Css | None = Field(default=None, description="a CSS selector")
    media: FieldRule | None = Field(default=None, description=_RULE)
    images: Css | None = Field(default=None, description="a CSS selector")

    @field_validator("valid")
    @classmethod
    def require_order(cls, valid: tuple[date | None, date | None] | None) -> Any:
        """The first day must not come after the last."""
        if valid and valid[0] and valid[1] and valid[0] > valid[1]:
            raise ValueError("its first day comes after its last")
        return valid

    def may_hold(self, day: date | None) -> bool:
        """Return whether it may be the layout of an article of a day; of one without a day it may."""
        if self.valid is None or day is None:
            return True
        first, last = self.valid
        return (first is None or first <= day) and (last is None or day <= last)
