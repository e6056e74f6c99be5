"""An article and its row, either from the other: a column that is named as its field needs no word here."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row

from storage.database.schema import article
from storage.records import Article, Forms, Image, Link, Paragraph, Player, Security, StoredArticle

_LISTS = {"images": Image, "players": Player, "links": Link}
"""Fields that a column holds as JSON, and the records that they are lists of."""
_MADE = frozenset({"forms", "paragraphs", "found_by", *_LISTS})
_SAID = tuple(one.name for one in fields(Article) if one.name in article.c and one.name not in _MADE)
_KNOWN = tuple(one.name for one in fields(StoredArticle) if one.name in article.c and one.name not in _MADE)


def article_values(stored: StoredArticle) -> dict[str, Any]:
    """Return what the article table holds of an article; of which it is a copy is found out later."""
    said = stored.article
    values = {name: getattr(said, name) for name in _SAID}
    values |= {name: getattr(stored, name) for name in _KNOWN if name != "duplicate_of"}
    values |= {name: [asdict(item) for item in getattr(said, name)] for name in _LISTS}
    kinds = [paragraph.kind for paragraph in said.paragraphs]
    values |= {"forms": str(stored.forms), "time_witness": said.witness, "found_by": dict(said.found_by)}
    return values | {"text": said.text, "paragraphs": kinds}


def read_stored(row: Row[tuple[Any, ...]], securities: tuple[Security, ...]) -> StoredArticle:
    """Return a row of the article table as an article."""
    forms = Forms.parse(row.forms)
    kinds = zip(row.text.split("\n"), row.paragraphs, strict=True)
    lists: dict[str, Any] = {
        name: tuple(record(**item) for item in getattr(row, name)) for name, record in _LISTS.items()
    }
    said = Article(
        **{name: getattr(row, name) for name in _SAID},
        **lists,
        form=forms.leading,
        paragraphs=tuple(Paragraph(line, kind) for line, kind in kinds),
        securities=securities,
        found_by=tuple(row.found_by.items()),
        witness=row.time_witness,
    )
    return StoredArticle(article=said, forms=forms, **{name: getattr(row, name) for name in _KNOWN})
