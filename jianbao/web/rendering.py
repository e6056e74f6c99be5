"""Pages made from templates: text is escaped, and no name may be missing."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from jianbao.web.language import LANGUAGES, choose_language, speak


def render(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Return a page in the reader's language."""
    language = choose_language(request)
    page = (
        environment()
        .get_template(template)
        .render(
            values
            | {"request": request, "language": language, "languages": LANGUAGES, "say": speak(language)}
        )
    )
    return HTMLResponse(page, status, {"Content-Language": language, "Vary": "Accept-Language, Cookie"})


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=PackageLoader("jianbao.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static
    return made


@cache
def static(name: str) -> str:
    """Return the address of a file in ``static/``, which changes with what is in it."""
    content = (files("jianbao.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
