"""Taking articles out of the archive into one file, whole or not at all, with a manifest beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from jianbao.documents.document import Document
from jianbao.exporting.destination import check_destination, writing_whole
from jianbao.exporting.formats import Format
from jianbao.exporting.manifest import WrittenFile, describe_export, format_manifest, manifest_path
from jianbao.exporting.selection import Selection, Watch
from storage.archive.folder import Archive
from storage.search import Query


def export_file(
    archive: Archive,
    form: Format,
    query: Query,
    path: Path,
    now: datetime,
    *,
    force: bool = False,
    watch: Watch | None = None,
) -> Document:
    """Write the articles that answer a query to a file, and return the manifest that stands beside it.

    ``now`` is aware. With ``force`` a file that stands there is replaced, but none of an archive. Raises
    `DestinationUnusable` and OSError; then nothing new stands there.
    """
    check_destination(path, force=force, archive=archive.folder)
    beside = manifest_path(path)
    check_destination(beside, force=force, archive=archive.folder)
    with archive.reading() as connection:
        chosen = Selection(connection, archive.warc_folder, query, now, watch)
        with writing_whole(path, force=force, archive=archive.folder) as out:
            form.write(cast(BinaryIO, out), chosen, path.name)
        written = WrittenFile(path.name, form.name, out.bytes, out.sha256, form.fields)
        manifest = describe_export(connection, query, written, chosen.counts, chosen.missing, now)
    with writing_whole(beside, force=True, archive=archive.folder) as out:
        out.write(format_manifest(manifest))
    return manifest


def export_stream(archive: Archive, form: Format, query: Query, out: BinaryIO, now: datetime) -> int:
    """Write the articles that answer a query to an open stream; return how many there were."""
    with archive.reading() as connection:
        chosen = Selection(connection, archive.warc_folder, query, now)
        form.write(out, chosen, "-")
        out.flush()
    return chosen.counts.articles
