"""JSON Lines: one article a line, each the document of `show --json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import BinaryIO

from jianbao.exporting.exported_article import ExportedArticle

# Unescaped, some programs take these for the end of a line, and terminals obey them.
_UNESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def write_jsonl(out: BinaryIO, articles: Iterable[ExportedArticle]) -> int:
    """Write each article as one line of UTF-8; return how many there were."""
    count = 0
    for article in articles:
        line = json.dumps(article.document, ensure_ascii=False, separators=(",", ":"))
        out.write(_UNESCAPED.sub(_escape, line).encode() + b"\n")
        count += 1
    return count


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"
