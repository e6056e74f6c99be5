"""Pages that are no article's: galleries, films, forums, encyclopedias, lists, poems, errors."""

from __future__ import annotations

from spiders.readers.chinese.heads import Head
from spiders.readers.chinese.paragraphs import Text
from spiders.readers.chinese.sheet import Sheet
from spiders.readers.chinese.title import Titled
from storage.records import SetAside


class NoArticle(SetAside):
    """A page that no reader may take for an article: the message completes "this page …"."""


def check_article(head: Head, sheet: Sheet, title: Titled | None, text: Text) -> None:
    """Raise `NoArticle` for a page that is something else, whatever text it has."""
