"""Pages that count much: a few at once, and counted once for all who ask, until the archive changes.

Fifty readers who search at the same time would otherwise share two cores, each waiting as long as all of
them.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEAR = frozenset(
    {
        "/search",
        "/trend",
        "/gaps",
        "/api/v1/search",
        "/api/v1/trends",
        "/api/v1/coverage",
        "/feeds/search.atom",
    }
)
_AT_ONCE = 2
_MOST_KEPT = 64
_LARGEST_KEPT = 512 * 1024  # bytes
_LONGEST_KEPT = 60.0  # seconds: a page also knows which day it is
_SAID_BY = ("host", "accept", "accept-language", "cookie")
_OK = 200

Key = tuple[str | bytes, ...]
State = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, and for which state of the archive it holds; ``made_at`` is of the monotonic clock."""

    messages: tuple[Message, ...]
    state: State | None
    made_at: float

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it may be given again: it succeeded, is not large, and its state is known."""
        size = sum(len(message.get("body", b"")) for message in self.messages)
        return self.state is not None and self.messages[0]["status"] == _OK and size <= _LARGEST_KEPT

    def is_current(self, state: State | None) -> bool:
        """Whether it is still what the archive would answer."""
        return self.state == state and time.monotonic() - self.made_at < _LONGEST_KEPT


class SharedAnswers:
    """Lets dear pages take turns, and gives one answer to all who ask the same of the same archive.

    ``read_state`` returns what changes with every commit, and raises where the archive cannot be read.
    """

    def __init__(self, app: ASGIApp, read_state: Callable[[], State]) -> None:
        self.app = app
        self._read_state = read_state
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._under_way: dict[tuple[Key, State | None], asyncio.Task[Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] not in _DEAR:
            await self.app(scope, receive, send)
            return
        answer = await self._answer(_key(scope), scope, receive)
        for message in answer.messages:
            await send({**message})

    async def _answer(self, key: Key, scope: Scope, receive: Receive) -> Answer:
        state = self._state()
        kept = self._kept.get(key)
        if kept is not None and kept.is_current(state):
            self._kept.move_to_end(key)
            return kept
        task = self._under_way.get((key, state))
        if task is None:
            task = asyncio.create_task(self._ask(key, state, scope, receive))
            self._under_way[key, state] = task
            task.add_done_callback(lambda _: self._under_way.pop((key, state), None))
        return await asyncio.shield(task)

    async def _ask(self, key: Key, state: State | None, scope: Scope, receive: Receive) -> Answer:
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        async with self._turns:
            await self.app(scope, receive, hold)
        answer = Answer(tuple(messages), state, time.monotonic())
        if answer.is_worth_keeping:
            self._kept[key] = answer
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return answer

    def _state(self) -> State | None:
        """Return the archive's state, None where it cannot be read: the page then says why."""
        try:
            return self._read_state()
        except Exception:  # noqa: BLE001 - whatever it is, the page meets it too and explains it
            return None


def _key(scope: Scope) -> Key:
    headers = Headers(scope=scope)
    return scope["path"], scope["query_string"], *(headers.get(name, "") for name in _SAID_BY)
