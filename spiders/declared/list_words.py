"""What a declaration says of its list: where it is, and which of its links are articles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from spiders.declared.field_rule import FieldRule
from spiders.declared.layout import ArticleWords, Layout
from spiders.declared.sample import ListSample, Sample, by_file
from spiders.declared.words import (
    MOST_VALUES,
    AddressList,
    Css,
    JsonPath,
    NextPage,
    Pattern,
    Template,
    Text,
    Words,
)

_RULE = 'a path such as "data.title", or a table such as { path = "time", match = \'[0-9]+\' }'


def _as_path(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


def _as_media(value: Any) -> FieldRule | str | None:
    """Return the name that stands where a page names no newspaper, or the rule by which pages do."""
    if isinstance(value, dict):
        return FieldRule.model_validate(value)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ValueError
    return value


def _check_encoding(name: str) -> str:
    from webencodings import lookup  # noqa: PLC0415 - a configuration that names none needs none

    if name.lower() != "auto" and lookup(name) is None:
        raise ValueError("it is no encoding that pages are in")
    return name


def _as_fallback(value: Any) -> Any:
    if value is not True and value is not False and value != "only":
        raise ValueError
    return value


JsonRule = Annotated[FieldRule, BeforeValidator(_as_path)]


class JsonWords(Words):
    """Where a list in JSON has its articles, and what of each is where; paths begin at the article."""

    items: JsonPath = Field(description='a path such as "data.list[]"')
    url: Template = Field(description='a path such as "link", or a template such as "/a/{docid}.html"')
    title: JsonRule | None = Field(default=None, description=_RULE)
    time: JsonRule | None = Field(default=None, description=_RULE)
    id: JsonRule | None = Field(default=None, description=_RULE)
    media: JsonRule | None = Field(default=None, description=_RULE)
    author: JsonRule | None = Field(default=None, description=_RULE)
    summary: JsonRule | None = Field(default=None, description=_RULE)


class Without(Words):
    """What is no part of a title inside of its link: elements, or what a pattern finds."""

    css: Css | None = Field(default=None, description="a CSS selector")
    match: Pattern | None = Field(default=None, description="a regular expression")

    @model_validator(mode="before")
    @classmethod
    def read_bare(cls, value: Any) -> Any:
        """A text by itself is CSS."""
        return {"css": value} if isinstance(value, str) else value


class ListWords(ArticleWords):
    """All that a source of the kinds ``page`` and ``feed``, or a profile, may say."""

    extends: Text | None = Field(default=None, description="the name of a profile")
    list: AddressList = Field(
        default=(),
        description='an http or https address, or a list of them, such as "https://news.example.org/{Y}{m}/{d}.html"',
    )
    link: Pattern | None = Field(default=None, description="a regular expression")
    link_on: Literal["address", "href", "raw"] = Field(default="address", description='"address" or "href"')
    id: Template | None = Field(default=None, description='a template such as "{y}{md}.{id}"')
    item: Css | None = Field(default=None, description="a CSS selector")
    item_date: FieldRule | None = Field(
        default=None, description='a CSS selector, or a table such as { css = "span", match = "[0-9].*" }'
    )
    title_attr: Text | None = Field(default=None, description='the name of an attribute such as "title"')
    title_without: Without | None = Field(
        default=None, description='a CSS selector, or a table such as { match = "[0-9.]+$" }'
    )
    json_list: JsonWords | None = Field(default=None, description="a table of its own, [sources.json_list]")
    next: NextPage | None = Field(
        default=None, description='a template such as "index_{n}.html", a CSS selector, or "rel=next"'
    )
    pages: int = Field(default=1, ge=1, le=1_000, description="a whole number from 1 to 1000")
    until_known: int = Field(default=20, ge=1, le=10_000, description="a whole number from 1 to 10000")
    full: bool = Field(default=False, description="true or false")
    sitemap: AddressList = Field(default=(), description="an http or https address, or a list of them")
    encoding: Annotated[str, AfterValidator(_check_encoding)] = Field(
        default="auto", description='"auto" or the name of an encoding such as "gb18030"'
    )
    media: Annotated[FieldRule | str | None, PlainValidator(_as_media)] = Field(
        default=None, description="a name, or a table with a rule"
    )
    fallback: Annotated[bool | Literal["only"], PlainValidator(_as_fallback)] = Field(
        default=True, description='true, false or "only"'
    )
    layout: Annotated[tuple[Layout, ...], Field(strict=False, max_length=MOST_VALUES)] = Field(
        default=(), description="one [[sources.layout]] table for each layout"
    )
    test: Annotated[tuple[Sample, ...], BeforeValidator(by_file), Field(strict=False)] = Field(
        default=(), description="one [[sources.test]] table for each saved page"
    )
    test_list: Annotated[tuple[ListSample, ...], BeforeValidator(by_file), Field(strict=False)] = Field(
        default=(), description="one [[sources.test_list]] table for each saved list"
    )
