"""Fifty readers at once: dear pages take turns, one answer serves all who ask, health never waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import current_default_thread_limiter
from starlette.types import Receive, Scope, Send
from support.delivered_articles import DeliveredArticles
from support.served_archive import fill_archive
from support.web_client import open_reader

from jianbao.web.middleware.shared_answers import SharedAnswers


class Kitchen:
    """An application that answers when it is told to, and counts who is being served."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.now = self.most = 0
        self.go = asyncio.Event()
        self.state = (1, 1)
        self.status = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the query, once told to go."""
        self.served.append(scope["query_string"].decode())
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.wait()
        self.now -= 1
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": scope["query_string"]})


async def ask(app: SharedAnswers, query: str, path: str = "/trend", **headers: str) -> str:
    """Ask for a page; return its body."""
    body: list[bytes] = []

    async def send(message: Any) -> None:
        body.append(message.get("body", b""))

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": named}
    await app(scope, receive, send)
    return b"".join(body).decode()


async def settle() -> None:
    """Let everything go as far as it goes without an answer."""
    for _ in range(50):
        await asyncio.sleep(0)


def run(trial: Any) -> None:
    """Run a trial with a kitchen and the sharing around it."""

    async def play() -> None:
        kitchen = Kitchen()
        await asyncio.wait_for(trial(kitchen, SharedAnswers(kitchen, lambda: kitchen.state)), 60)

    asyncio.run(play())


def test_dear_pages_take_turns_and_others_do_not_wait_for_them() -> None:
    async def trial(kitchen: Kitchen, app: SharedAnswers) -> None:
        dear = [asyncio.create_task(ask(app, f"q={number}")) for number in range(10)]
        await settle()
        assert kitchen.now == 2
        light = [asyncio.create_task(ask(app, str(number), "/article/X")) for number in range(10)]
        await settle()
        assert kitchen.now == 12
        kitchen.go.set()
        assert await asyncio.gather(*dear) == [f"q={number}" for number in range(10)]
        await asyncio.gather(*light)

    run(trial)


def test_all_who_ask_the_same_get_one_answer_until_somebody_writes() -> None:
    async def trial(kitchen: Kitchen, app: SharedAnswers) -> None:
        first = [asyncio.create_task(ask(app, "q=1")) for _ in range(20)]
        await settle()
        kitchen.go.set()
        assert set(await asyncio.gather(*first)) == {"q=1"}
        assert await ask(app, "q=1") == "q=1"
        assert kitchen.served == ["q=1"]
        assert await ask(app, "q=1", accept_language="zh") == "q=1"
        kitchen.state = (1, 2)
        assert await ask(app, "q=1") == "q=1"
        kitchen.state = (2, 2)
        await ask(app, "q=1")
        assert Counter(kitchen.served) == {"q=1": 4}, "another language, a commit, another file"

    run(trial)


def test_who_asks_after_a_commit_does_not_get_what_was_begun_before_it() -> None:
    async def trial(kitchen: Kitchen, app: SharedAnswers) -> None:
        early = asyncio.create_task(ask(app, "q=1"))
        await settle()
        kitchen.state = (1, 2)
        late = asyncio.create_task(ask(app, "q=1"))
        await settle()
        assert kitchen.served == ["q=1", "q=1"]
        kitchen.go.set()
        await asyncio.gather(early, late)

    run(trial)


def test_errors_are_not_kept_and_a_reader_who_leaves_takes_no_answer_away() -> None:
    async def trial(kitchen: Kitchen, app: SharedAnswers) -> None:
        leaving = asyncio.create_task(ask(app, "q=1"))
        staying = asyncio.create_task(ask(app, "q=1"))
        await settle()
        leaving.cancel()
        kitchen.go.set()
        assert await staying == "q=1"
        kitchen.status = 503
        await ask(app, "q=2")
        await ask(app, "q=2")
        assert kitchen.served == ["q=1", "q=2", "q=2"]

    run(trial)


def test_an_archive_that_cannot_be_read_is_left_to_the_page() -> None:
    async def play() -> None:
        kitchen = Kitchen()
        kitchen.go.set()

        def fail() -> tuple[int, int]:
            raise OSError

        app = SharedAnswers(kitchen, fail)
        assert await ask(app, "q=1") == "q=1"
        assert await ask(app, "q=1") == "q=1"
        assert kitchen.served == ["q=1", "q=1"]

    asyncio.run(play())


@pytest.fixture
def own(tmp_path: Path) -> DeliveredArticles:
    """Return the delivered of an archive that this test alone writes to."""
    return fill_archive(tmp_path / "own")


def test_a_search_and_a_trend_show_what_was_stored_a_moment_ago(own: DeliveredArticles) -> None:
    with own.archive, open_reader(own.archive.folder) as reader:
        for word, found in (("赣江号子", 0), ("赣江号子", 0), ("赣江号子", 1), ("赣江号子", 1)):
            if found and own.offer.articles[0].title != "赣江号子":
                own.offer.edit(own.offer.articles[0].code, title="赣江号子")
                own.now += timedelta(hours=4)
                own.deliver(own.offer.articles[0])
            assert reader.get(f"/api/v1/search?q={word}").json()["total"] == found
            assert reader.get(f"/api/v1/trends?q={word}").json()["total"] == found


def test_health_is_answered_while_readers_take_every_thread(own: DeliveredArticles) -> None:
    def take_every_thread() -> None:
        limiter = current_default_thread_limiter()
        for number in range(int(limiter.total_tokens)):
            limiter.acquire_on_behalf_of_nowait(("reader", number))

    with own.archive, open_reader(own.archive.folder) as reader:
        assert reader.portal is not None
        reader.portal.call(take_every_thread)
        assert reader.get("/healthz").json()["ok"] is True
