"""Pages made from templates: text is escaped, and no name may be missing."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from importlib.resources import files
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse

from jianbao.web.text.commands import set_commands
from jianbao.web.text.language import LANGUAGES, choose_language, name_kind, speak
from jianbao.web.text.moments import (
    machine_moment,
    name_day,
    name_month,
    print_clock,
    print_moment,
    print_published,
)
from jianbao.web.text.sanitising import clean_text, is_endless, picture_link, web_link
from storage.events.event import count_open_events
from storage.records.event import severity_of
from storage.records.info_code import is_info_code
from storage.records.saying import Saying


def render_page(
    request: Request, view: Connection, template: str, status: int = 200, /, **values: object
) -> HTMLResponse:
    """Return a page in the reader's language, with the numbers of open events and alarms in its head."""
    counts = count_open_events(view)
    alarms = sum(count for kind, count in counts.items() if severity_of(kind) == "alarm")
    head = {"open_events": sum(counts.values()), "open_alarms": alarms}
    return render(request, template, status, **head | values)


def render(request: Request, template: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """Return a page in the reader's language that nothing is read for."""
    language = choose_language(request)
    say = speak(language)
    around = {
        "request": request,
        "status": status,
        "language": language,
        "languages": LANGUAGES,
        "say": say,
        "kind": partial(name_kind, language),
        "name_day": partial(name_day, say=say),
        "name_month": partial(name_month, say=say),
        "switch": _switch_address(request),
        "open_events": 0,
        "open_alarms": 0,
    }
    page = environment().get_template(template).render(around | values)
    return HTMLResponse(page, status, {"Content-Language": language, "Vary": "Accept-Language, Cookie"})


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=PackageLoader("jianbao.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finish,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static
    made.globals["address"] = address
    made.tests["endless"] = is_endless
    made.tests["info_code"] = is_info_code
    made.filters |= {
        "web_link": web_link,
        "picture_link": picture_link,
        "clock": print_clock,
        "moment": print_moment,
        "published": print_published,
        "machine": machine_moment,
        "segment": partial(quote, safe=""),
        "commands": set_commands,
    }
    return made


@pass_context
def _finish(context: Context, value: object) -> object:
    """Return what a template prints: text as `clean_text` leaves it, nothing for None.

    A saying is said in the page's language.
    """
    if value is None:
        return ""
    if isinstance(value, Saying):
        return clean_text(value.tell(context["language"]))
    return clean_text(value) if type(value) is str else value  # Markup is what the templates made themselves


@cache
def static(name: str) -> str:
    """Return the address of a file in ``static/``, which changes with what is in it."""
    content = (files("jianbao.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def address(path: str, **parameters: object) -> str:
    """Return a path with those parameters that have a value; ``from_`` stands for ``from``."""
    given = {name.rstrip("_"): value for name, value in parameters.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(given)}" if given else path


def _switch_address(request: Request) -> str:
    """Return the page's own address, to which the wanted language is added."""
    kept = urlencode([(key, value) for key, value in request.query_params.multi_items() if key != "lang"])
    return f"?{kept}&lang=" if kept else "?lang="
