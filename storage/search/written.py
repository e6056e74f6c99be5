"""Whether a text that folding does not rewrite answers a query: its bytes tell, as they are stored.

A sixth of the work of reading the text and folding it, which common parts of a rare word make worthwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from storage.search.query import Group, Query, Word
from storage.search.spelling import spellings

Judge = Callable[[bytes, bytes], bool]
"""Tells from the UTF-8 of a title and a text whether they answer."""


def judge_written(query: Query) -> Judge | None:
    """Return what tells whether an article answers the query; None where folding decides.

    It holds for articles without the token `REWRITTEN` only.
    """
    words = [word for group in query.groups for word in (*group.words, *group.excluded)]
    if not all(spellings(word.folded) for word in words):
        return None
    judges = [_judge_group(group) for group in query.groups]
    return judges[0] if len(judges) == 1 else lambda title, text: any(judge(title, text) for judge in judges)


def _judge_group(group: Group) -> Judge:
    held, excluded = (
        [_judge_word(word) for word in group.words],
        [_judge_word(word) for word in group.excluded],
    )
    if len(held) == 1 and not excluded:
        return held[0]
    return lambda title, text: (
        all(judge(title, text) for judge in held) and not any(judge(title, text) for judge in excluded)
    )


def _judge_word(word: Word) -> Judge:
    forms = tuple(form.encode() for form in spellings(word.folded))
    if word.in_title:
        return lambda title, _: any(form in title for form in forms)
    if len(forms) == 1:
        (only,) = forms
        return lambda title, text: only in text or only in title
    return lambda title, text: any(form in text or form in title for form in forms)
