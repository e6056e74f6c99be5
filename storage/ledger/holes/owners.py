"""Whose an article is that no listing knows: the source whose site its info code or its address names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from storage.database.schema import listing, source
from storage.records.host import host_of
from storage.records.info_code import has_digits_alone

UNKNOWN_SOURCE = "infocode"
"""The source under which goes what no source is known of."""
_SITE = re.compile(r"[a-z0-9]+-")


@dataclass(frozen=True, slots=True)
class Owners:
    """The sources by the hosts of their pages, those that are polled first."""

    connection: Connection
    by_host: Mapping[str, list[str]]

    @classmethod
    def read(cls, connection: Connection) -> Owners:
        """Return the owners that an archive knows."""
        hosts: dict[str, list[str]] = {}
        rows = connection.execute(
            select(source.c.slug, source.c.url).order_by(source.c.enabled.desc(), source.c.slug)
        )
        for row in rows:
            if row.url:
                hosts.setdefault(host_of(row.url), []).append(row.slug)
        return cls(connection, hosts)

    def find(self, info_code: str, address: str | None) -> str:
        """Return the source of an article: by the site in its code, else by where it is.

        Of several sources at one host it is the one that is named in the address.
        """
        if not has_digits_alone(info_code):
            return self._find_by_site(info_code) or UNKNOWN_SOURCE
        slugs = self.by_host.get(host_of(address), []) if address else []
        path = urlsplit(address or "").path
        named = [slug for slug in slugs if f"/{slug}/" in path]
        if named:
            return named[0]
        return slugs[0] if len(slugs) == 1 else UNKNOWN_SOURCE

    def _find_by_site(self, info_code: str) -> str | None:
        """Return the source that lists others of a code's site."""
        site = _SITE.match(info_code)
        if site is None:
            return None
        prefix = site[0]
        found: str | None = self.connection.execute(
            select(listing.c.source)
            .where(
                listing.c.info_code >= prefix, listing.c.info_code < f"{prefix[:-1]}."
            )  # behind the hyphen
            .limit(1)
        ).scalar()
        return found
