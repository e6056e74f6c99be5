"""The sources' pages: each asked once, by the rules of every crawl, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jianbao.configuration import Configuration
from jianbao.discovery.asking import hold_dialogue
from jianbao.doctor.finding import Finding, ill, well
from spiders.kinds.kind import Ask
from spiders.question_spider import Dialogue
from storage.records import TryLater

_BAD = 400


def examine_sources(configuration: Configuration, told: Callable[[str], None]) -> Iterator[Finding]:
    """Yield what each enabled source's page answers. Starts a reactor: once in a process."""
    addresses = [
        (source.slug, source.url)
        for source in configuration.sources
        if source.enabled and source.is_polled and "{" not in source.url
    ]
    if addresses:
        yield from hold_dialogue(configuration, _ask_all(addresses), told, most=3 * len(addresses) + 1).found


def _ask_all(addresses: list[tuple[str, str]]) -> Dialogue:
    found: list[Finding] = []
    for slug, url in addresses:
        try:
            answer = yield Ask(url)
        except TryLater as trouble:
            found.append(ill("source", "unreachable", "fail", source=slug, reason=str(trouble)))
            continue
        if answer.status >= _BAD:
            found.append(ill("source", "refuses", "fail", source=slug, url=url, status=answer.status))
        else:
            found.append(well("source", source=slug, url=answer.url))
    return found
