"""What went wrong, as a page in the same design; for programs as problem JSON or a line. Never a trace."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from jianbao.web.answers.problem import problem
from jianbao.web.answers.rendering import render
from jianbao.web.answers.security_headers import secure
from jianbao.web.text.language import choose_language
from storage.database.trouble import FOREIGN, FORESEEN, Foreseen, foresee
from storage.records.remedy import Missing, Mistaken, saying_of
from storage.records.saying import Saying

_LOG = logging.getLogger("jianbao.web")
_TOLD = (400, 404, 405, 503)
_PLAIN = ("/feeds/", "/metrics", "/healthz")


class NotShown(Missing):
    """There is no such page; the message is one sentence that says what to do."""


class NotUnderstood(Mistaken, ValueError):
    """The address asks for something that means nothing; the message is one sentence."""


def explain_errors(application: FastAPI) -> None:
    """Answer every error of the application with a sentence."""
    for kind in (*FORESEEN, *FOREIGN):
        application.add_exception_handler(kind, _explain_foreseen)
    application.add_exception_handler(HTTPException, _explain_http)
    application.add_exception_handler(RequestValidationError, _explain_validation)
    application.add_exception_handler(Exception, _explain_defect)


def explain(request: Request, status: int, sentence: str | None = None) -> Response:
    """Return the answer to a request that failed: its status, and what there is to say.

    A page has it in the reader's language, or not at all.
    """
    if request.url.path.startswith("/api/"):
        return problem(status, sentence)
    if request.url.path.startswith(_PLAIN):
        return PlainTextResponse(f"{sentence or HTTPStatus(status).phrase}\n", status)
    reason = (
        str(status) if status in _TOLD else "500" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "400"
    )
    is_said = choose_language(request) == "en" or (isinstance(sentence, Saying) and not sentence.is_quotation)
    return render(request, "error.html", status, reason=reason, sentence=sentence if is_said else None)


def status_of(error: Foreseen) -> HTTPStatus:
    """Return the status of an error by its remedy."""
    if isinstance(error, Mistaken):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.NOT_FOUND if isinstance(error, Missing) else HTTPStatus.SERVICE_UNAVAILABLE


def _explain_foreseen(request: Request, error: Exception) -> Response:
    foreseen = foresee(error)
    assert foreseen is not None  # it is asked for these classes only
    status = status_of(foreseen)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", request.url.path, foreseen)
    return explain(request, status, saying_of(foreseen) or None)


def _explain_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
    answer = explain(request, error.status_code, detail)
    answer.headers.update(error.headers or {})
    return answer


def _explain_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    status = 422 if request.url.path.startswith("/api/") else 400
    return explain(request, status, f"{first['loc'][-1]}: {first['msg'].removeprefix('Value error, ')}")


def _explain_defect(request: Request, _error: Exception) -> Response:
    answer = explain(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    secure(answer.headers)  # it is sent outside of everything that we put around the application
    return answer
