"""Dialogues that pass questions on: asking nothing twice, or no more than so much."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from spiders.kinds.kind import Answer, Ask
from storage.records import TryLater
from storage.records.saying import say

Result = TypeVar("Result")
Dialogue = Generator[Ask, Answer, Result]
Attend = Callable[[Ask], Generator[Ask, Answer, Answer]]
"""How one question is attended to: it may be passed on, answered at once, or refused with `TryLater`."""


def relay(dialogue: Dialogue[Result], attend: Attend) -> Dialogue[Result]:
    """Go on with a dialogue, each of its questions attended to; return what it returns."""
    came: Answer | TryLater | None = None
    while True:
        try:
            if came is None:
                ask = next(dialogue)
            else:
                ask = dialogue.send(came) if isinstance(came, Answer) else dialogue.throw(came)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        try:
            came = yield from attend(ask)
        except TryLater as trouble:
            came = trouble


def remembering(dialogue: Dialogue[Result], answers: dict[str, Answer]) -> Dialogue[Result]:
    """Go on with a dialogue, its repeated questions answered from ``answers``, which fills on the way."""

    def attend(ask: Ask) -> Generator[Ask, Answer, Answer]:
        if ask.body is not None or ask.url not in answers:
            answers[ask.url] = yield ask
        return answers[ask.url]

    return relay(dialogue, attend)


def limited(dialogue: Dialogue[Result], most: int) -> Dialogue[Result]:
    """Go on with a dialogue that may ask ``most`` questions; of any further one it is told to try later."""
    asked: list[str] = []

    def attend(ask: Ask) -> Generator[Ask, Answer, Answer]:
        if len(asked) >= most:
            raise TryLater(say("fetch.enough_asked", url=ask.url))
        asked.append(ask.url)
        return (yield ask)

    return relay(dialogue, attend)


def noting(dialogue: Dialogue[Result], answers: list[Answer]) -> Dialogue[Result]:
    """Go on with a dialogue, and note what it was answered."""

    def attend(ask: Ask) -> Generator[Ask, Answer, Answer]:
        answer = yield ask
        answers.append(answer)
        return answer

    return relay(dialogue, attend)
