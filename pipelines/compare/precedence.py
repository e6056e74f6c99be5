"""Which text stands when a file that was kept elsewhere and the archive disagree about an article.

A file says nothing of its age: upstream wrote the same post again and again, first with a digest alone,
later with the whole text, and a copy of its repository may be of any day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.records import HeldText
from storage.records.instants import is_recent

FILE_SCHEME = "urn:jianbao:post:"
"""What the address of every imported post begins with; its path in the repository follows."""

_CURRENT = f"{FILE_SCHEME}_posts/"
_WINDOW = timedelta(days=3)
"""How long upstream keeps a post in ``_posts`` (docs/upstream.md#three-days)."""


def may_replace(body_html: str, url: str, held: HeldText, now: datetime) -> bool:
    """Tell whether an imported text takes the place of the archived one, which says something else.

    The fuller one stands: whole text before plain digest before nothing but a summary. Of equals, what was
    crawled stands; of two files, the one imported later. Only, a post of ``_posts`` stands for three days
    before one of another folder: upstream moves a post away from there and writes it anew, so both are there
    at once, until it is moved for good. ``now`` is aware.
    """
    fetched, known = _fullness(body_html), _fullness(held.body_html)
    if fetched != known:
        return fetched > known
    if held.capture_url is None or held.captured_at is None or not held.capture_url.startswith(FILE_SCHEME):
        return False
    stands = is_recent(held.captured_at, now, _WINDOW)
    return is_current(url) or not is_current(held.capture_url) or not stands


def is_current(url: str) -> bool:
    """Tell whether a file stands in ``_posts``, the folder that the site's pages are made from."""
    return url.startswith(_CURRENT)


def is_fuller(body_html: str, held: HeldText) -> bool:
    """Tell whether an imported text is more than the archived one: whole where that is only a digest."""
    return _fullness(body_html) > _fullness(held.body_html)


def _fullness(body_html: str) -> int:
    """Return 2 for a text in HTML, 1 for plain text, 0 for none but the digest."""
    before, _, quoted = body_html.partition("<blockquote>")
    _, is_closed, after = quoted.partition("</blockquote>")
    body = (f"{before}{after}" if is_closed else body_html).strip()
    return 2 if "<" in body else int(bool(body))
