"""A trial: inputs of a target spoilt, what came of each, and what must never come of any."""

from __future__ import annotations

import gc
import html
import re
import time
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from spiders.readers.encoding import decode_damaged_page
from storage.records import Article, SetAside, TryLater, Vanished
from storage.records.remedy import Busy, Missing, Mistaken, Unusable, saying_of
from support.fuzzing.mutations import spoil

REMEDIES = (Mistaken, Missing, Busy, Unusable, SetAside, TryLater, Vanished)
"""What reading may end with."""
STUMBLES = ("page.unreadable", "page.not_normalised")
"""What is said where a reader or the normaliser broke: nothing is lost, and it should not be."""
BASE, EACH = 1.0, 40e-6
"""CPU seconds that an input may take, whatever it holds, and for each of its bytes."""
_TAGS = re.compile(r"<[^<>]*>|\\[nrt]")
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Seed:
    """An input as it is when nobody spoils it."""

    body: bytes = field(repr=False)
    content_type: str | None = None
    read: Callable[[bytes], Article | None] | None = field(default=None, repr=False)
    told: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What reads inputs: its seeds, and what becomes of an input of each; an article where it makes one.

    ``costs``: how many inputs of others one of these takes as long as.
    """

    name: str
    seeds: Sequence[Seed]
    read: Callable[[bytes], Article | None] | None = None
    costs: int = 1


@dataclass(slots=True)
class Outcome:
    """What came of many inputs of one target; ``findings`` name what must not be."""

    inputs: int = 0
    size: int = 0
    seconds: float = 0.0
    worst: float = 0.0
    worst_bytes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, bytes]] = field(default_factory=list, repr=False)


def try_target(target: Target, inputs: int, seed: int = 0) -> Outcome:
    """Spoil inputs of a target and read them."""
    outcome = Outcome()
    for number in range(inputs):
        chance = Random(zlib.crc32(f"{target.name} {seed} {number}".encode()))
        whole, other = chance.choice(target.seeds), chance.choice(target.seeds)
        try_input(target, whole, spoil(whole.body, other.body, chance), outcome)
    return outcome


def try_input(target: Target, seed: Seed, data: bytes, outcome: Outcome) -> None:
    """Read one input, and note what came of it."""
    read = seed.read or target.read
    assert read is not None
    article, kind, spent = _read(read, data, outcome)
    if spent > allowed(data):
        spent = min(spent, *(_read(read, data, Outcome())[2] for _ in range(2)))
    if spent > allowed(data):
        outcome.findings.append((f"{target.name}: {spent:.2f} s for {len(data)} bytes", data))
    if article is not None:
        troubles = [*find_rubbish(article, data, seed)]
        outcome.findings += [(f"{target.name}: {trouble}", data) for trouble in troubles]
    outcome.kinds[kind] += 1
    outcome.inputs += 1
    outcome.size += len(data)
    outcome.seconds += spent
    if spent > outcome.worst:
        outcome.worst, outcome.worst_bytes = spent, len(data)
    if kind.startswith("!"):
        outcome.findings.append((f"{target.name}: {kind[1:]}", data))


def allowed(data: bytes) -> float:
    """Return the CPU seconds that an input may take."""
    return BASE + EACH * len(data)


def _read(
    read: Callable[[bytes], Article | None], data: bytes, _outcome: Outcome
) -> tuple[Article | None, str, float]:
    gc.disable()
    began = time.process_time()
    try:
        article = read(data)
        kind = "article" if article is not None else "read"
    except REMEDIES as refused:
        article, kind = None, type(refused).__name__
        if getattr(saying_of(refused), "key", "") in STUMBLES:
            kind = f"!{refused}"[:300]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        article, kind = None, f"!{type(error).__name__}: {error}"[:300]
    finally:
        spent = time.process_time() - began
        gc.enable()
    return article, kind, spent


def find_rubbish(article: Article, data: bytes, seed: Seed) -> Iterator[str]:
    """Yield what makes an article that was believed rubbish: what is missing, odd, or not from its input."""
    if not article.title.strip() or not article.text.strip() or article.published_at is None:
        yield "an article without title, text or time"
    said = [article.title, article.media, article.author, article.summary, article.text, article.url]
    said += [image.caption for image in article.images]
    for words in said:
        if words and _STRAY.search(words.replace("\n", "").replace("\t", "")):
            yield f"characters that no text has: {words[:60]!r}"
    known = characters_of(data, seed)
    strange = {one for one in _han(article.title + article.text) if one not in known}
    if strange:
        yield f"an article says what its input does not: {''.join(sorted(strange))[:40]}"
    if (share := _share_of(article.text, known_text(data, seed))) < _HALF:
        yield f"{share:.0%} of an article's text stand in its input: {article.text[:60]!r}"


_HALF, _LONG = 0.5, 6


def characters_of(data: bytes, seed: Seed) -> frozenset[str]:
    """Return the characters that an input may have meant."""
    return frozenset(_han(known_text(data, seed)))


def known_text(data: bytes, seed: Seed) -> str:
    """Return an input's text, markup taken off and escapes undone."""
    try:
        text = decode_damaged_page(data, seed.content_type).text
    except SetAside:
        text = data.decode("utf-8", "replace")
    plain = html.unescape(html.unescape(text))
    written = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)
    return unicodedata.normalize("NFKC", _TAGS.sub("", plain) + _TAGS.sub("", written) + plain + seed.told)


def _share_of(text: str, known: str) -> float:
    """Return the share of a text's runs of characters that stand in another one."""
    bare = "".join(_han(unicodedata.normalize("NFKC", text)))
    if len(bare) < _LONG * 2:
        return 1.0
    among = "".join(_han(known))
    runs = [bare[at : at + _LONG] for at in range(0, len(bare) - _LONG, _LONG)]
    return sum(run in among for run in runs) / len(runs)


def _han(text: str) -> Iterator[str]:
    return (one for one in unicodedata.normalize("NFKC", text) if "\u4e00" <= one <= "\u9fff")
