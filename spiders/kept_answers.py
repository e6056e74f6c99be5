"""Reading what was kept of an article: its answers once more, put together as a crawl put them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spiders.answer_reading import read_answer
from spiders.kinds.kind import Answer, Kind
from spiders.parts import MOST_PARTS, incomplete, join_part
from spiders.readers.supplement import supplement
from storage.records import Draft, Owed, SetAside, Vanished

Load = Callable[[int], Answer]
"""What loads one of the answers that came later, by its place among them."""


def read_kept_answers(
    kind: Kind, first: Answer, later: Sequence[str], load: Load, owed: Owed
) -> tuple[Draft, int]:
    """Return what a kept answer says of an article, and how many of those that came later went into it.

    ``later`` are their addresses. Further pages of the article, and the page that says what the first answer
    leaves out, are looked for among them. Raises `SetAside` or `Vanished` for a first answer that is none.
    """
    draft = read_answer(kind, first, owed, was_kept=True)
    if draft.parts:
        return _join_parts(kind, draft, later, load, owed)
    page = kind.page_for_rest(draft, owed)
    if page is None or page not in later:
        return draft, 0
    place = later.index(page)
    try:
        return supplement(draft, read_answer(kind, load(place), owed, was_kept=True)), place + 1
    except (SetAside, Vanished):
        return draft, 0


def _join_parts(kind: Kind, draft: Draft, later: Sequence[str], load: Load, owed: Owed) -> tuple[Draft, int]:
    """Return an article over several pages put together, and how many later answers that took."""
    taken, asked = 0, [owed.url]
    while url := next((url for url in draft.parts if url not in asked), None):
        asked.append(url)
        if url not in later or len(asked) > MOST_PARTS + 1:
            return incomplete(draft, f"its page {url} is not among its captures"), taken
        place = later.index(url)
        taken = max(taken, place + 1)
        try:
            draft = join_part(draft, read_answer(kind, load(place), owed, was_kept=True))
        except (SetAside, Vanished) as refused:
            return incomplete(draft, f"its page {url} is missing: {refused}"), taken
    return draft, taken
