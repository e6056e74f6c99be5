"""Which articles the links in archived texts mean: by codes in their addresses, or as sources declare."""

from __future__ import annotations

from sqlalchemy import Connection

from jianbao.configuration import Configuration
from jianbao.configuration.kind_keys import rules_of
from spiders.kinds.kind import Declaration
from spiders.kinds.naming import name_article
from storage.ledger.holes.pointers import Identify, identify_by_code


def identify_articles(configuration: Configuration, connection: Connection) -> Identify:
    """Return what says of an address which source's article stands there, and under which info code."""
    by_code = identify_by_code(connection)
    declared = [
        Declaration(source.slug, source.name, source.kind, source.url, source.site, rules_of(source))
        for source in configuration.sources
    ]

    def identify(address: str) -> tuple[str, str] | None:
        if (found := by_code(address)) is not None:
            return found
        named = ((one.slug, name_article(one, address)) for one in declared)
        return next(((slug, code) for slug, code in named if code is not None), None)

    return identify
