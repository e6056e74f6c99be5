"""Which article an address names, by what is declared of a source alone: nobody is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from spiders.declared.identity import code_of, groups_of
from spiders.declared.rules import ListRules
from spiders.families.family import issue_id
from spiders.families.registry import FAMILIES
from spiders.kinds.epaper_rules import PaperRules
from spiders.kinds.kind import Declaration
from storage.records import BadInfoCode, SetAside, site_code
from storage.records.host import host_of


def name_article(declaration: Declaration, address: str) -> str | None:
    """Return the info code of a source's article at an address, None where none of its articles stands there.

    A source that does not tell its articles by their addresses names none.
    """
    if declaration.site is None:
        return None
    try:
        if isinstance(declaration.rules, PaperRules):
            return _name_printed(declaration.site, declaration.rules, address)
        if isinstance(declaration.rules, ListRules):
            return _name_listed(declaration, declaration.site, declaration.rules, address)
    except (SetAside, BadInfoCode):  # an address that is no article's of this source
        return None
    return None


def _name_printed(site: str, rules: PaperRules, address: str) -> str | None:
    for place in rules.places:
        if not _is_within(address, place.url):
            continue
        for family in place.families() or FAMILIES:
            spot = family.article_at(address)
            if spot is not None and place.has_issue_of(spot.day):
                return site_code(site, issue_id(spot))
    return None


def _name_listed(declaration: Declaration, site: str, rules: ListRules, address: str) -> str | None:
    lists = rules.list or (declaration.url,)
    if host_of(address) not in {host_of(one) for one in lists}:
        return None
    groups = groups_of(address, rules)
    return code_of(site, address, groups, rules) if groups else None


def _is_within(address: str, url: str) -> bool:
    """Return whether an address is below the folder of another one, on the same host."""
    folder = urlsplit(url).path.rpartition("/")[0] + "/"
    return host_of(address) == host_of(url) and urlsplit(address).path.startswith(folder)
