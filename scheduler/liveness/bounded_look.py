"""A look that may hang, as at a network file system whose server is gone: nobody waits for it for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class BoundedLook(Generic[Found]):
    """Looks in a thread of its own; one that hangs is waited for once, then asked whether it is back.

    What the look raises is raised here.
    """

    def __init__(self, look: Callable[[], Found], patience: float = 5.0) -> None:
        """``patience`` is how many seconds a look is waited for."""
        self._look = look
        self._patience = patience
        self._thread: threading.Thread | None = None
        self._answer: list[Found | Exception] = []

    def ask(self) -> Found | None:
        """Return what is seen now, None while a look hangs."""
        if self._thread is not None and self._thread.is_alive():
            return None
        self._answer = []
        self._thread = threading.Thread(target=self._run, args=(self._answer,), daemon=True)
        self._thread.start()
        self._thread.join(self._patience)
        if self._thread.is_alive():
            return None
        [found] = self._answer
        if isinstance(found, Exception):
            raise found
        return found

    def _run(self, answer: list[Found | Exception]) -> None:
        try:
            answer.append(self._look())
        except Exception as error:  # noqa: BLE001 - raised where it is asked for
            answer.append(error)
