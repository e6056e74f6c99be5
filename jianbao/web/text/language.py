"""The language of the interface: English or Chinese. Articles are always in Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LANGUAGES = {"en": "English", "zh": "中文"}
"""Code and own name of each language, the first being used when a browser wants none of them."""
COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_MACHINES = ("/api/", "/feeds/", "/static/", "/metrics", "/healthz")

Say = Callable[..., str]
"""Says a phrase by its key, with numbers and words put in; ``count`` chooses singular or plural."""


def choose_language(request: Request) -> str:
    """Return the language that the reader switched to, else the one that the browser likes best."""
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else prefer(request.headers.get("accept-language", ""))


def prefer(accepted: str) -> str:
    """Return our language with the highest weight in an Accept-Language header."""
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for entry in accepted.split(","):
        tag, _, parameter = entry.partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameter))
    return max(weights, key=lambda language: weights[language])


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return min(max(float(value), 0.0), 1.0) if name == "q" else 1.0
    except ValueError:
        return 0.0


@cache
def read_phrases(language: str) -> dict[str, str | dict[str, str]]:
    """Return every phrase of a language by key, such as ``front.title``."""
    file = files("jianbao.web") / "translations" / f"{language}.toml"
    sections = tomllib.loads(file.read_text("utf-8"))
    return {
        f"{section}.{key}": phrase for section, phrases in sections.items() for key, phrase in phrases.items()
    }


@cache
def speak(language: str) -> Say:
    """Return what says phrases in a language; it raises KeyError for a phrase that nobody wrote."""
    phrases = read_phrases(language)

    def say(key: str, **values: object) -> str:
        phrase = phrases[key]
        if isinstance(phrase, dict):
            phrase = phrase["one" if values.get("count") == 1 else "other"]
        return phrase.format(**values) if values else phrase

    return say


def name_kind(language: str, section: str, value: str) -> str:
    """Return the name of a kind that the archive holds; the kind itself when it is newer than its name."""
    phrase = read_phrases(language).get(f"{section}.{value}", value)
    return phrase if isinstance(phrase, str) else value


class LanguageSwitch:
    """Answers a page's ``?lang=`` with a cookie that remembers the language, and the way back to the page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or b"lang=" not in scope["query_string"]:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        language = request.query_params.get("lang")
        if language not in LANGUAGES or scope["path"].startswith(_MACHINES):
            await self.app(scope, receive, send)
            return
        answer = RedirectResponse(_without_lang(request), 303)
        answer.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
        await answer(scope, receive, send)


def _without_lang(request: Request) -> str:
    """Return the page's own address on this host, without the switch."""
    kept = [(key, value) for key, value in parse_qsl(request.url.query, True) if key != "lang"]
    path = "/" + request.url.path.lstrip("/\\")  # two slashes would be another host
    return f"{path}?{urlencode(kept)}" if kept else path
