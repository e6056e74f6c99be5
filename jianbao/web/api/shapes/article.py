"""An article, field by field, made of what `jianbao.documents.article_fields` says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import or_
from typing import Annotated, Literal, get_type_hints

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from jianbao.documents.article_fields import DOCUMENT_FIELDS, LIST_FIELDS, PARTS, ArticleField, FieldKind
from jianbao.web.api.shapes.check import Check
from jianbao.web.api.shapes.shape import INSTANT, InfoCode, Moment, Shape, Slug
from jianbao.web.api.shapes.story import Story
from jianbao.web.api.shapes.wording import Revision
from storage import records
from storage.records import ParagraphKind, Precision


def _shape_of(fields: Mapping[str, tuple[object, FieldInfo]]) -> type[Shape]:
    """Return a shape with these fields: the type of each, and what is said of it."""
    made: type[Shape] = create_model("Fields", __base__=Shape, **dict(fields))  # type: ignore[call-overload]
    return made


def _shape_of_part(kind: FieldKind) -> type[Shape]:
    """Return the shape of the items of a list field of an article."""
    part = PARTS[kind]
    return _shape_of(
        {
            name: (hint, _say(part.meanings.get(name), part.examples.get(name)))
            for name, hint in get_type_hints(part.record).items()
        }
    )


def _shape_of_article(fields: Iterable[ArticleField]) -> type[Shape]:
    """Return the shape of an article with these fields."""
    return _shape_of({field.name: (_type_of(field), _describe(field)) for field in fields})


def _type_of(field: ArticleField) -> object:
    kind = _TYPES[field.kind]
    return or_(kind, None) if field.can_lack else kind


def _describe(field: ArticleField) -> FieldInfo:
    meaning = f"{field.meaning} {INSTANT}" if field.kind == "time" else field.meaning
    said = _say(meaning, field.example)
    return FieldInfo.merge_field_infos(said, default=_ABSENT[field.kind]) if field.kind in _ABSENT else said


def _say(meaning: str | None, example: str | None) -> FieldInfo:
    """Return what is said of a field; what is not leaves its type's own word."""
    said: FieldInfo = Field(description=meaning)
    if example is not None:
        said = Field(description=meaning, examples=[example])
    return said


class Image(_shape_of_part("images")):  # type: ignore[misc]
    """An image of an article; the archive keeps its address, not the image."""


class Player(_shape_of_part("players")):  # type: ignore[misc]
    """A film, a sound, a frame or another object in an article; the archive keeps its address alone."""


class Security(_shape_of_part("securities")):  # type: ignore[misc]
    """A security that an article mentions."""


class Link(_shape_of_part("links")):  # type: ignore[misc]
    """A link inside an article's text."""


Witness = Annotated[
    records.Witness,
    Field(description="Who states the time: a page, the endpoint, a file, an import, a list, an address."),
]


class TimeChange(Shape):
    """A publication time that took the place of another."""

    old: Moment
    old_precision: Precision
    old_witness: Witness
    new: Moment
    new_precision: Precision
    witness: Witness
    noticed_at: Moment = Field(description="When the archive took it over.")
    capture_id: int | None = Field(description="The answer or file that brought it.")


class Capture(Shape):
    """Where the original of an article is."""

    id: int
    url: str
    fetched_at: Moment
    status: int = Field(description="The HTTP status.")
    content_type: str | None
    payload_digest: str
    warc_file: str
    warc_offset: int = Field(description="Bytes.")
    warc_length: int = Field(description="Bytes.")
    refers_to: int | None = Field(description="The capture that holds this one's payload.")


_TYPES: Mapping[FieldKind, object] = {
    "code": InfoCode,
    "text": str,
    "number": Annotated[int, Field(ge=1)],
    "truth": bool,
    "time": Moment,
    "precision": Precision,
    "witness": Witness,
    "status": Literal["archived", "gone"],
    "slugs": list[Slug],
    "texts": list[str],
    "paragraph_kinds": list[ParagraphKind],
    "images": list[Image],
    "players": list[Player],
    "securities": list[Security],
    "links": list[Link],
    "revisions": list[Revision],
    "capture": Capture,
    "story": Story,
    "time_changes": list[TimeChange],
    "rules": dict[str, str],
}
_ABSENT: Mapping[FieldKind, object] = {"story": None, "time_changes": []}
"""Kinds of fields that a document need not have, and what it means when it has none."""


class ArticleItem(_shape_of_article(LIST_FIELDS)):  # type: ignore[misc]
    """An article as lists have it."""


class Article(_shape_of_article(DOCUMENT_FIELDS)):  # type: ignore[misc]
    """An article with its text and where it came from: what `jianbao show --json` prints."""

    checks: list[Check] = Field(default=[], description="Every later look at its page, the first one first.")
