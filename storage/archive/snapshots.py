"""Reading what is known of info codes, all that decisions about them need, in a few questions for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from storage.articles.article import find_many_delivered
from storage.captures.imported_files import find_imported, read_held_text
from storage.ledger.checks import find_looked
from storage.ledger.contract import find_contract
from storage.ledger.listing import find_known_listings
from storage.records import Filed, HeldText, Snapshot, StoredArticle, Wanted
from storage.records.look import NEVER_LOOKED


def read_snapshots(connection: Connection, wanted: Sequence[Wanted]) -> list[Snapshot]:
    """Return a snapshot for each info code that is asked about, in their order."""
    codes = {one.info_code for one in wanted}
    stored = find_many_delivered(connection, codes)
    listings = find_known_listings(connection, codes)
    files = [one.file for one in wanted if one.file]
    filed = find_imported(connection, {digest for _, digest in files}) if files else {}
    sources = dict.fromkeys(one.source for one in wanted if one.source is not None)
    contracts = {slug: find_contract(connection, slug) for slug in sources}
    looked_at = [one.info_code for one in wanted if one.is_looked_at]
    looked = find_looked(connection, looked_at) if looked_at else {}
    snapshots = []
    for one in wanted:
        article = stored.get(one.info_code)
        of_file = _of_file(connection, one, article, filed)
        known = contracts.get(one.source or "")
        snapshots.append(
            Snapshot(
                one.info_code,
                article,
                listings.get(one.info_code, ()),
                *of_file,
                known,
                looked.get(one.info_code, NEVER_LOOKED),
            )
        )
    return snapshots


def read_snapshot(connection: Connection, wanted: Wanted) -> Snapshot:
    """Return what is known of one info code."""
    return read_snapshots(connection, [wanted])[0]


def _of_file(
    connection: Connection,
    wanted: Wanted,
    stored: StoredArticle | None,
    filed: Mapping[tuple[str, str], Filed],
) -> tuple[HeldText | None, Filed | None]:
    if wanted.file is None:
        return None, None
    held = read_held_text(connection, wanted.info_code, stored.revision) if stored else None
    return held, filed.get(wanted.file)
