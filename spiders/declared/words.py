"""The words of a declaration: CSS, patterns, templates, and lists that may be written as one value.

A key's description completes the sentence "expected …".
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from spiders.declared.patterns import check_pattern
from spiders.declared.selectors import check_css
from spiders.declared.templates import check_list_address, check_template, has_number

REL_NEXT = "rel=next"
"""The next page by the relation that a page's links state, or by their words."""
MOST_VALUES = 100
"""Values of one key."""


class Words(BaseModel):
    """A table of a declaration: strict types, no other keys, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _check_day(day: object) -> object:
    """Return a day that TOML knows or that is written in quotes; nothing stands for an open end."""
    if isinstance(day, str):
        if not day.strip():
            return None
        try:
            return date.fromisoformat(day.strip())
        except ValueError as error:
            raise ValueError("it is no day") from error
    if isinstance(day, datetime):
        raise ValueError("it has a time of the day")  # noqa: TRY004 - pydantic reports no TypeError
    return day


def _check_path(path: str) -> str:
    if not path.strip():
        raise ValueError("it is empty")
    return path


def _check_next(text: str) -> str:
    """Refuse what is neither ``rel=next``, nor a template with the place of a number, nor CSS."""
    if text == REL_NEXT:
        return text
    if "{" not in text:
        return check_css(text)
    if not has_number(check_template(text)):
        raise ValueError("it has no place {n} for the number of a page")
    return text


Css = Annotated[str, AfterValidator(check_css)]
Pattern = Annotated[str, AfterValidator(check_pattern)]
Template = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(check_template)]
NextPage = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_check_next)]
NextLink = Annotated[str, AfterValidator(lambda text: text if text == REL_NEXT else check_css(text))]
ListAddress = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(check_list_address)]
JsonPath = Annotated[str, StringConstraints(max_length=500), AfterValidator(_check_path)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
SomeDay = Annotated[date | None, BeforeValidator(_check_day)]

CssList = Annotated[tuple[Css, ...], BeforeValidator(_as_list), Field(strict=False, max_length=MOST_VALUES)]
PatternList = Annotated[
    tuple[Pattern, ...], BeforeValidator(_as_list), Field(strict=False, max_length=MOST_VALUES)
]
TextList = Annotated[tuple[Text, ...], BeforeValidator(_as_list), Field(strict=False, max_length=MOST_VALUES)]
AddressList = Annotated[
    tuple[ListAddress, ...], BeforeValidator(_as_list), Field(strict=False, max_length=MOST_VALUES)
]
