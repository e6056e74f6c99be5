"""What many tests share: a warm command line, newsrooms to use it in, and the demo site by itself."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from support.command_line import Command, warm_command
from support.delivered_articles import DeliveredArticles
from support.demo_client import PAPER
from support.newsroom import Newsroom, small_press
from support.processes import Nursery
from support.served_archive import fill_archive

from jianbao.demo import TODAY, DemoSite, Post, Press

if TYPE_CHECKING:
    from support.web_client import TestClient

# Whether an example is right has nothing to do with how busy the machine is that tries it.
settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")

# A shell's background jobs ignore SIGINT, and so would every command that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Return what forks commands."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def command(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Return the command line, warm."""
    return warm_command(nursery, tmp_path_factory.mktemp("warm"))


@pytest.fixture
def open_newsroom(tmp_path: Path, command: Command) -> Iterator[Callable[..., Newsroom]]:
    """Return a factory of newsrooms; the sites close with the test."""
    with ExitStack() as sites:

        def open_one(press: Press | None = None, **options: Any) -> Newsroom:
            return Newsroom(sites.enter_context(DemoSite(press)), tmp_path, command, **options)

        yield open_one


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom with one paper of two articles."""
    return open_newsroom(small_press())


@pytest.fixture
def shared() -> Path:
    """Return the folder beside the project that holds what others gave us; skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.fixture(scope="module")
def press() -> Press:
    """Return the press of the daily demo; nothing changes it."""
    return Press.daily()


@pytest.fixture(scope="module")
def still_site(press: Press) -> Iterator[DemoSite]:
    """Return an open demo site that no test changes."""
    with DemoSite(press) as site:
        yield site


@pytest.fixture
def site(press: Press) -> Iterator[DemoSite]:
    """Return an open demo site for one test."""
    with DemoSite(press) as site:
        yield site


@pytest.fixture
def post(press: Press) -> Post:
    """Return an article of today that stands in one place only."""
    return next(post for post in press.posts if post.slug == PAPER and post.published_at.date() == TODAY)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeliveredArticles]:
    """Return the deliveries of a filled archive that no test changes."""
    work = fill_archive(tmp_path_factory.mktemp("archive"))
    with work.archive:
        yield work


@pytest.fixture(scope="module")
def reader(delivered: DeliveredArticles) -> Iterator[TestClient]:
    """Return a client of the reader of that archive."""
    from support.web_client import open_reader  # FastAPI takes 0.4 s

    with open_reader(delivered.archive.folder) as client:
        yield client
