"""Choosing what to fetch again: by code, source, day or state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jianbao.configuration import Configuration
from jianbao.importing.text_identity import TEXT_SCHEME
from spiders.kinds.code_addresses import endpoint_address
from storage.archive.folder import Archive
from storage.ledger.alias import resolve_code
from storage.ledger.host import forget_manners
from storage.ledger.host_places import end_rests
from storage.ledger.owed import ListingFilter, find_listings, select_listings
from storage.ledger.source import INFOCODE_SOURCE, ensure_source
from storage.records import MEDIA, Missing, Mistaken, Owed, Source, canonical_info_code, has_digits_alone
from storage.records.host import host_of
from storage.records.press_days import PRESS_ZONE


class NotListed(Missing):
    """No source listed the article, and its site cannot be asked for it by its code."""


class NothingNamed(Mistaken):
    """A recrawl must name what to fetch again: a code, a source, a day or a state."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to fetch again. Everything named must match; ``codes`` may name articles that no page listed."""

    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    state: str | None = None

    def is_empty(self) -> bool:
        """Return whether nothing at all is named."""
        return self == Wish()


def choose_articles(configuration: Configuration, archive: Archive, wish: Wish) -> list[Owed]:
    """Return the listings that match a wish, and for a code that was never listed, its JSON address.

    Raises `NothingNamed` for an empty wish, `BadInfoCode`, and `NotListed` for another site's code that
    no page listed.
    """
    if wish.is_empty():
        raise NothingNamed("name what to fetch again: --code, --source, --from, --to or --state")
    asked = [canonical_info_code(code) for code in wish.codes]
    with archive.reading() as connection:
        codes = tuple(dict.fromkeys(resolve_code(connection, code) for code in asked))
        wanted = ListingFilter(codes, wish.sources, wish.since, wish.until, wish.state)
        chosen = select_listings(connection, wanted)
        if codes and not (wish.sources or wish.state or wish.since or wish.until):
            chosen += [
                _unlisted(configuration, code) for code in codes if not find_listings(connection, code)
            ]
    # A copied text has no page: asked for it, upstream would only say that the article is gone.
    return [owed for owed in chosen if not owed.url.startswith(TEXT_SCHEME)]


def endpoint_source(configuration: Configuration) -> Source:
    """Return the source under which unlisted articles are recorded."""
    return Source(
        slug=INFOCODE_SOURCE,
        name="by info code",
        kind="infocode",
        url=configuration.infocode.url,
        timezone=PRESS_ZONE.key,
        schedule=None,
        enabled=False,
    )


def enter_endpoint_source(configuration: Configuration, archive: Archive) -> None:
    """Make sure that the source exists under which unlisted articles are recorded."""
    with archive.writing() as connection:
        ensure_source(connection, endpoint_source(configuration))


def ask_hosts_again(configuration: Configuration, archive: Archive, chosen: Sequence[Owed]) -> int:
    """End the rest of the hosts at which these articles are, and forget their robots.txt; return how many."""
    addresses = {url for owed in chosen for url in (owed.url, *owed.elsewhere)}
    addresses |= {configuration.infocode.url, configuration.infocode.page}
    with archive.writing() as connection:
        hosts = {host_of(address) for address in addresses}
        end_rests(archive.folder, hosts)
        return forget_manners(connection, hosts)


def slugs_of(chosen: Sequence[Owed]) -> tuple[str, ...]:
    """Return the sources that a recrawl touches."""
    return tuple(dict.fromkeys(owed.source for owed in chosen))


def _unlisted(configuration: Configuration, info_code: str) -> Owed:
    """Return what to ask for where nothing listed a code; raise `NotListed` for another site's."""
    if not has_digits_alone(info_code):
        raise NotListed(
            f"{info_code} was listed by no source: unlisted, only NW and 18 digits can be asked for"
        )
    address = endpoint_address(configuration.infocode.url, info_code)
    return Owed(source=INFOCODE_SOURCE, info_code=info_code, form=MEDIA, url=address, title="")
