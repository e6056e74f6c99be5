"""Comma-separated values (RFC 4180): one article a row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from jianbao.documents.article_fields import TABLE_COLUMNS, Column
from jianbao.exporting.exported_article import ExportedArticle
from storage.records.press_days import PRESS_ZONE

_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_csv(
    out: BinaryIO, articles: Iterable[ExportedArticle], *, mark: bool = False, excel_safe: bool = False
) -> int:
    """Write a header and a row for each article as UTF-8; return how many articles there were.

    Lists are JSON, times ISO 8601 in UTC+8, what is not known is empty. ``mark`` puts a byte order mark
    first, which Excel needs to read UTF-8; ``excel_safe`` puts an apostrophe before text that a spreadsheet
    would run as a formula. Without it every text is as it is archived.
    """
    count = 0
    table = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        table.write(_MARK if mark else "")
        writer = csv.writer(table)
        writer.writerow(column.name for column in TABLE_COLUMNS)
        for article in articles:
            writer.writerow(_cell(column, article, excel_safe=excel_safe) for column in TABLE_COLUMNS)
            count += 1
    finally:
        table.detach()
    return count


def _cell(column: Column, article: ExportedArticle, *, excel_safe: bool) -> str:
    text = _spell(column, column.value(article.whole))
    return f"'{text}" if excel_safe and column.kind == "text" and text.startswith(_FORMULA) else text


def _spell(column: Column, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(PRESS_ZONE).isoformat(timespec="seconds")
    if column.kind == "truth":
        return "true" if value else "false"
    if column.kind in ("text", "number"):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
