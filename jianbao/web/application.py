"""The reader's application: what is served where, and what stands around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from jianbao import __version__
from jianbao.web.answers.errors import explain_errors
from jianbao.web.answers.security_headers import SecurityHeaders
from jianbao.web.api import feeds, health, issues, metrics, routes
from jianbao.web.middleware.freshness import Freshness
from jianbao.web.middleware.gate import Gate
from jianbao.web.middleware.shared_answers import SharedAnswers
from jianbao.web.pages import ROUTERS
from jianbao.web.questions.dependencies import ServedArchive
from jianbao.web.questions.limits import ReaderLimits
from jianbao.web.text.language import LanguageSwitch
from storage.database.cache import StateWatch

_LIMITS = ReaderLimits()
_THREADS = 12  # each reads with a connection of its own, of the fifteen that the archive gives out


def create_app(archive_folder: Path, hosts: Collection[str] = (), limits: ReaderLimits = _LIMITS) -> FastAPI:
    """Return the reader of the archive in a folder, which answers to these host names and the local ones.

    Opens the archive at once and closes it when the application ends; raises `NoArchive`, `ArchiveTooNew`
    or `ArchiveUnusable`.
    """
    archive = ServedArchive.open_reading(archive_folder)
    watch = StateWatch(archive.engine)
    application = FastAPI(
        title="jianbao",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # these two would load their scripts from another host
        redoc_url=None,
        lifespan=_closing(archive, watch),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Gate, names=hosts),
            Middleware(LanguageSwitch),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(Freshness),
            Middleware(SharedAnswers, read_state=watch.state),
        ],
    )
    application.state.archive = archive
    application.state.limits = limits
    explain_errors(application)
    for router in (routes.router, issues.router, feeds.router, metrics.router, health.router):
        application.include_router(router)
    for router in ROUTERS:
        application.include_router(router, include_in_schema=False)
    application.mount("/static", StaticFiles(directory=str(files("jianbao.web") / "static")))
    return application


def _closing(
    archive: ServedArchive, watch: StateWatch
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = _THREADS
        with archive:
            yield
            watch.close()

    return lifespan
