"""Missing articles whose pages were kept: read from there, before anybody is asked for them."""

from __future__ import annotations

from collections.abc import Sequence

from jianbao.configuration import Configuration
from jianbao.reparse.run import reparse_archive
from jianbao.reparse.wish import ReparseWish
from storage.archive.folder import Archive
from storage.archive.material import MaterialFilter
from storage.database.batches import batches


def read_kept_pages(configuration: Configuration, archive: Archive, codes: Sequence[str]) -> int:
    """Archive those articles whose kept answers can be read, without a network; return how many came in.

    They must be listed, as owed. Raises `KeyboardInterrupt` when interrupted, and as `reparse_archive`.
    """
    came = 0
    for part in batches(codes):
        wish = ReparseWish(MaterialFilter(info_codes=tuple(part)), apply=True, anew=True)
        summary = reparse_archive(configuration, archive, wish)
        if summary.interrupted:
            raise KeyboardInterrupt
        came += summary.counts["new"]
    return came
