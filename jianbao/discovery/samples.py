"""Samples of a source: saved pages beside the configuration, and what was read on them then."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import tomlkit

from jianbao.configuration.problem import ConfigurationError
from jianbao.discovery.proof import Proof, ReadArticle
from spiders.kinds.kind import Answer

FOLDER, INDEX = "samples", "samples.toml"
_ENDINGS = (("json", "json"), ("xml", "xml"), ("rss", "xml"), ("atom", "xml"), ("html", "html"))
_SIGNS = 12
"""Characters of a text's beginning and end that are compared."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One saved answer. ``expected`` is what was read on it; a list's has ``links`` and ``first``."""

    file: Path
    kind: str
    said: Mapping[str, Any]

    @property
    def answer(self) -> Answer:
        """The answer as it came."""
        fetched = self.said.get("fetched")
        return Answer(
            asked=str(self.said["url"]),
            url=str(self.said.get("answered") or self.said["url"]),
            status=int(self.said.get("status", 200)),
            body=self.file.read_bytes(),
            content_type=self.said.get("content_type"),
            fetched_at=fetched if isinstance(fetched, datetime) else None,
        )


def folder_of(configuration_file: Path, slug: str) -> Path:
    """Return where the samples of a source are."""
    return configuration_file.parent / FOLDER / quote(slug, safe=" ()")


def save_samples(folder: Path, proof: Proof) -> int:
    """Keep the answers of a proof, and what was read on them; return how many. Earlier samples go.

    Raises `ConfigurationError` where the folder can't be written.
    """
    document = tomlkit.document()
    document.add(tomlkit.comment("Saved pages, and what was read on them: see docs/sources.md#samples"))
    files: dict[str, bytes] = {}
    lists, articles = tomlkit.aot(), tomlkit.aot()
    for number, answer in enumerate(proof.lists, 1):
        name = f"list-{number}.{_ending(answer)}"
        files[name] = answer.body
        lists.append(_table({"file": name, **_of_answer(answer)}))
    for number, one in enumerate((one for one in proof.articles if one.answer and one.answer.body), 1):
        assert one.answer is not None
        name = f"article-{number}.{_ending(one.answer)}"
        files[name] = one.answer.body
        articles.append(_table({"file": name, **_of_answer(one.answer), **_of_article(one)}))
    listed = proof.listing.listed
    document["expected"] = _table({"links": len(listed), "first": listed[0].info_code if listed else ""})
    if files:
        document["list"], document["article"] = lists, articles
    files[INDEX] = tomlkit.dumps(document).encode()
    _write(folder, files)
    return len(files) - 1


def read_samples(folder: Path) -> tuple[Mapping[str, Any], tuple[Sample, ...]]:
    """Return what a source's list had when it was saved, and the saved answers; nothing without samples."""
    index = folder / INDEX
    if not index.exists():
        return {}, ()
    try:
        said = tomllib.loads(index.read_text("utf-8"))
        return said.get("expected", {}), tuple(_samples(folder, said))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ConfigurationError(f"{index}: can't be read ({error})") from error


def describe(one: ReadArticle) -> dict[str, Any]:
    """Return what is compared of an article."""
    article = one.article
    if article is None:
        return {"trouble": one.trouble or ""}
    lines = [paragraph.text for paragraph in article.paragraphs]
    said = {
        "title": article.title,
        "time": article.published_at.isoformat() if article.published_at else None,
        "media": article.media,
        "author": article.author,
        "first": lines[0][:_SIGNS] if lines else None,
        "last": lines[-1][-_SIGNS:] if lines else None,
        "paragraphs": len(lines),
    }
    return {name: value for name, value in said.items() if value is not None}


def _samples(folder: Path, said: Mapping[str, Any]) -> Iterator[Sample]:
    for kind in ("list", "article"):
        for table in said.get(kind, []):
            file = folder / str(table["file"])
            if file.parent != folder:
                raise ValueError(f"{table['file']} is not beside it")
            yield Sample(file, kind, table)


def _of_answer(answer: Answer) -> dict[str, Any]:
    said = {
        "url": answer.asked,
        "answered": answer.url if answer.url != answer.asked else None,
        "status": answer.status,
        "fetched": answer.fetched_at,
        "content_type": answer.content_type,
    }
    return {name: value for name, value in said.items() if value is not None}


def _of_article(one: ReadArticle) -> dict[str, Any]:
    layout = (one.found_by or {}).get("paragraphs") or (one.found_by or {}).get("title")
    told = {"info_code": one.listed.info_code, "listed": one.listed.title, "by": layout}
    return {name: value for name, value in told.items() if value is not None} | {"expected": describe(one)}


def _table(said: Mapping[str, Any]) -> Any:
    table = tomlkit.table()
    for key, value in said.items():
        table.add(key, _table(value) if isinstance(value, Mapping) else value)
    return table


def _ending(answer: Answer) -> str:
    known = f"{answer.content_type or ''} {answer.url.partition('?')[0].rpartition('.')[2]}".lower()
    return next((ending for word, ending in _ENDINGS if word in known), "html")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for former in [*folder.glob("list-*"), *folder.glob("article-*")]:
            former.unlink()
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"{folder}: can't be written ({error.strerror})") from error
