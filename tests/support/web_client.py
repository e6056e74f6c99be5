"""The reader in tests: its application over an archive, asked by a client that has its name right."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jianbao.web.application import create_app
from jianbao.web.questions.limits import ReaderLimits

with warnings.catch_warnings():
    # It would rather have httpx2, which says the same in every place where we ask.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from fastapi.testclient import TestClient

__all__ = ["READER", "TestClient", "open_reader"]

_LIMITS = ReaderLimits()
READER = "http://127.0.0.1:8765"


@contextmanager
def open_reader(
    archive_folder: Path, language: str = "en", *, limits: ReaderLimits = _LIMITS, raises: bool = True
) -> Iterator[TestClient]:
    """Return a client of the reader of an archive; redirects are not followed.

    What breaks in the reader raises here too, unless it shall be answered with a page as it is elsewhere.
    """
    application = create_app(archive_folder, limits=limits)
    headers = {"accept-language": language}
    client = TestClient(
        application,
        base_url=READER,
        headers=headers,
        follow_redirects=False,
        raise_server_exceptions=raises,
    )
    with client:
        yield client
