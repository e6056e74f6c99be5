"""Keys of sources of the kinds ``page`` and ``feed``: lists whose articles are read by declared rules."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urljoin

from pydantic import ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from jianbao.configuration.section import Section
from spiders.declared.list_words import ListWords
from spiders.declared.profiles import BadProfile, chain_of
from spiders.declared.rules import ListRules, resolve_rules

_OF_LISTS = ("page", "feed")


class ListKeys(ListWords, Section):
    """How a list and its articles are declared; `spiders.declared` has the words."""

    @model_validator(mode="before")
    @classmethod
    def take_url_from_list(cls, keys: Any) -> Any:
        """A source with a ``list`` needs no ``url`` beside it: the first address is where it is."""
        if not isinstance(keys, dict) or "url" in keys or keys.get("kind") not in _OF_LISTS:
            return keys
        named = keys.get("list")
        first = named[0] if isinstance(named, list) and named else named
        if not isinstance(first, str):
            return keys
        return {**keys, "url": urljoin(first.partition("{")[0], ".") if "{" in first else first}

    @field_validator("extends")
    @classmethod
    def require_profile(cls, extends: str | None) -> str | None:
        """The profile must be there, and so must those that it extends."""
        try:
            chain_of(extends)
        except BadProfile as error:
            raise ValueError(str(error)) from error
        return extends

    @model_validator(mode="after")
    def require_link(self) -> Self:
        """A list page must say which of its links are articles: itself, or a profile."""
        if getattr(self, "kind", None) != "page" or not self.list_rules().lacks_link:
            return self
        missing = PydanticCustomError("missing", "it is missing")
        raise ValidationError.from_exception_data(
            type(self).__name__, [InitErrorDetails(type=missing, loc=("link",), input={})]
        )

    def list_rules(self) -> ListRules:
        """Return the rules that these keys make with the profiles that they extend."""
        return resolve_rules(self, chain_of(self.extends), getattr(self, "timezone", "Asia/Shanghai"))
