"""Apache Parquet: typed columns, in groups of rows. Needs pyarrow, which the extra ``parquet`` brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, get_type_hints

from jianbao.documents.article_fields import PARTS, TABLE_COLUMNS, Column
from jianbao.documents.document import Document
from jianbao.exporting.exported_article import ExportedArticle
from storage.records import Unusable
from storage.records.press_days import PRESS_ZONE

if TYPE_CHECKING:
    import pyarrow

_GROUP = 2_000
"""Rows that are in memory at once: about 30 MB of articles."""


class ParquetMissing(Unusable):
    """pyarrow is not installed."""


def check_parquet() -> None:
    """Raise `ParquetMissing` unless Parquet can be written here."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - an extra, and 0.2 s
    except ImportError as error:
        raise ParquetMissing(
            "writing Parquet needs pyarrow: pip install '.[parquet]' in jianbao's folder, "
            "or export csv or jsonl"
        ) from error


def write_parquet(out: BinaryIO, articles: Iterable[ExportedArticle]) -> int:
    """Write the articles in groups of rows; return how many there were. Times are instants shown in UTC+8."""
    import pyarrow  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    schema = _schema()
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(articles):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(group, schema=schema), row_group_size=_GROUP)
            count += len(group)
    return count


def _groups(articles: Iterable[ExportedArticle]) -> Iterator[list[Document]]:
    rows = ({column.name: _value(column, article) for column in TABLE_COLUMNS} for article in articles)
    while group := list(islice(rows, _GROUP)):
        yield group


def _value(column: Column, article: ExportedArticle) -> object:
    value = column.value(article.whole)
    return list(value.items()) if isinstance(value, dict) else value


def _schema() -> pyarrow.Schema:
    import pyarrow  # noqa: PLC0415

    text, number = pyarrow.string(), pyarrow.int64()
    types: dict[str, pyarrow.DataType] = {
        "text": text,
        "number": number,
        "truth": pyarrow.bool_(),
        "time": pyarrow.timestamp("us", tz=PRESS_ZONE.key),
        "texts": pyarrow.list_(text),
        "rules": pyarrow.map_(text, text),
    }
    for name, part in PARTS.items():
        said = {
            one: number if "int" in str(kind) else text for one, kind in get_type_hints(part.record).items()
        }
        types[name] = pyarrow.list_(pyarrow.struct(said))
    return pyarrow.schema([(column.name, types[column.kind]) for column in TABLE_COLUMNS])
