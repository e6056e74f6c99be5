"""Reading an answer by its kind, whether it comes from the network or was kept."""

from __future__ import annotations

from spiders.kinds.kind import Answer, Kind
from spiders.readers.web_codecs import LOST
from spiders.recognition.barrier import doubt_draft
from storage.records import Draft, Owed, SetAside, Vanished
from storage.records.saying import say


def read_answer(kind: Kind, answer: Answer, owed: Owed, *, was_kept: bool = False) -> Draft:
    """Return what an answer says of an article, nothing judged; raise `SetAside` or `Vanished`.

    ``was_kept``: it comes from the archive, where a list that had the article whole may stand for its page.
    Whatever a reader stumbles over is a page that cannot be read.
    """
    try:
        draft = kind.read_kept(answer, owed) if was_kept else kind.read(answer, owed)
        barrier = doubt_draft(draft, owed, answer)
    except (SetAside, Vanished):
        raise
    except Exception as error:
        raise SetAside(say("page.unreadable", type=type(error).__name__, error=str(error))) from error
    if barrier is not None:
        raise SetAside(barrier)
    return _believed(draft, answer)


def _believed(draft: Draft, answer: Answer) -> Draft:
    """Return a draft whose own words are whole; raise `SetAside` when what its page lost may be in it."""
    said = (draft.title, draft.kicker, draft.subtitle, draft.tag, draft.media, draft.summary)
    bodies = (draft.body_html, draft.linked_html, *(paragraph.text for paragraph in draft.paragraphs))
    if any(LOST in words for words in (*said, *bodies) if words) and (complaint := answer.page.complaint):
        raise SetAside(complaint)
    return draft
