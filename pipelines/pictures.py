"""What becomes of pictures: which an article owes, and what one that was fetched, or was not, is from now on.

Pictures are never an article's failure: one that cannot be had is tried again, at growing distances, and
given up in the end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.records import Article, PictureDecision, PictureDelivery, SetAside, TryLater
from storage.records.picture import LONGEST_PICTURE_RETRY
from storage.records.remedy import saying_of

_FIRST_RETRY = timedelta(hours=1)
_MOST_ATTEMPTS = 8
_LONGEST_ADDRESS = 2000  # characters


def pictures_of(article: Article, most: int) -> tuple[str, ...]:
    """Return the addresses of an article's first pictures, in their order, each once."""
    found = dict.fromkeys(image.url for image in article.images if is_address(image.url))
    return tuple(found)[:most]


def is_address(url: str) -> bool:
    """Tell whether an address may be asked for at all: of http or https, and not endless."""
    return url[:8].lower().startswith(("http://", "https://")) and len(url) <= _LONGEST_ADDRESS


def decide_picture(delivery: PictureDelivery, now: datetime) -> PictureDecision:
    """Return what is written of a picture's fetch; ``now`` is aware."""
    owed, trouble = delivery.owed, delivery.trouble
    if trouble is None:
        return PictureDecision(
            owed, "archived", keep=delivery.exchange, facts=delivery.facts, size=delivery.size
        )
    if isinstance(trouble, SetAside):
        return PictureDecision(owed, "refused", owed.attempts + 1, error=saying_of(trouble))
    return _put_off(delivery, trouble, now)


def _put_off(delivery: PictureDelivery, trouble: TryLater, now: datetime) -> PictureDecision:
    attempts = delivery.owed.attempts + 1
    distance = min(_FIRST_RETRY * 4 ** min(attempts - 1, 10), LONGEST_PICTURE_RETRY)
    if trouble.after:
        distance = min(max(distance, timedelta(seconds=trouble.after)), LONGEST_PICTURE_RETRY)
    next_try = None if attempts >= _MOST_ATTEMPTS else now + distance
    return PictureDecision(delivery.owed, "failed", attempts, next_try, saying_of(trouble))
