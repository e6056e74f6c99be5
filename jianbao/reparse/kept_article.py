"""One article read again from all that was kept of it: pages, the endpoint's JSON, imported files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from jianbao.importing.post_reading import ReadPost, read_post
from jianbao.importing.text_identity import TEXT_SCHEME
from pipelines.compare.precedence import FILE_SCHEME
from pipelines.decide import decide
from pipelines.decide_import import Believed, ImportedFile, decide_post, decide_text
from pipelines.replay import Replay, Reread, conclude
from spiders.kept_answers import read_kept_answers
from spiders.kinds.kind import Answer, Kind, KindContext
from spiders.kinds.registry import UnknownKind, load_kind
from spiders.readers.encoding import decode_page
from spiders.readers.plain_text import read_plain_text
from storage.archive.material import Material
from storage.ledger.source import IMPORT_KIND
from storage.records import (
    Capture,
    Decision,
    Delivery,
    Exchange,
    ListingState,
    Owed,
    Resource,
    SetAside,
    Vanished,
    Voices,
    has_digits_alone,
)
from storage.records.contract import NO_TERMS, Terms
from storage.records.host import host_of
from storage.records.remedy import saying_of
from storage.records.saying import say
from storage.warc import CaptureUnreadable, read_payload
from storage.warc.content import decoded_body

_NO_ARTICLE = ("image/", "video/", "audio/", "application/pdf", "font/")
"""Types of what is kept with an article and is none."""


@dataclass(slots=True)
class KeptReader:
    """What reads kept articles: the sources with their kinds, who speaks for articles, where the files are.

    ``kinds`` and ``names`` are those of all sources by slug; ``max_size`` is in bytes, after decoding.
    """

    folder: Path
    context: KindContext
    kinds: dict[str, str]
    names: dict[str, str]
    voices: Voices | None
    max_size: int
    terms: Mapping[str, Terms] = field(default_factory=dict)
    _loaded: dict[str, Kind] = field(default_factory=dict)

    def reread(self, material: Material) -> Reread:
        """Return what an article is by all its captures, decided in the order in which they came.

        Raises `CaptureUnreadable` for a capture that cannot be read back: nothing is said of its article. One
        whose page was kept again later is passed over.
        """
        captures = [one for one in material.captures if may_be_article(one)]
        replay = Replay(material.info_code, material.known)
        place = 0
        while place < len(captures):
            try:
                place += 1 + self._take(replay, material, captures[place:])
            except CaptureUnreadable:
                if all(one.url != captures[place].url for one in captures[place + 1 :]):
                    raise
                place += 1
        return conclude(replay, captures)

    def _take(self, replay: Replay, material: Material, captures: Sequence[Capture]) -> int:
        """Decide of the next capture; return how many of those behind it went into that."""
        capture, taken = captures[0], 0
        try:
            if capture.url.startswith((FILE_SCHEME, TEXT_SCHEME)):
                decision = self._decide_file(replay, material, capture)
            else:
                decision, taken = self._decide_answer(replay, material, captures)
        except (SetAside, Vanished, UnknownKind) as refused:
            replay.reason = saying_of(refused)
            return 0
        replay.take(decision, capture)
        return taken

    def _decide_answer(
        self, replay: Replay, material: Material, captures: Sequence[Capture]
    ) -> tuple[Decision, int]:
        owed = _choose_listing(material, captures[0], replay)
        kind = self._kind(self._kind_of(owed))

        def load(place: int) -> Answer:
            return self._answer(captures[place + 1], material)

        later = [one.url for one in captures[1:]]
        draft, taken = read_kept_answers(kind, self._answer(captures[0], material), later, load, owed)
        delivery = Delivery(owed, _heading(captures[0]), draft)
        snapshot, terms = replay.snapshot, self.terms.get(owed.source, NO_TERMS)
        if material.stored is None and replay.stored is None:  # what is archived, no contract takes away
            snapshot = replace(snapshot, contract=material.contracts.get(owed.source))
        return decide(delivery, snapshot, captures[0].fetched_at, self.voices, terms), taken

    def _decide_file(self, replay: Replay, material: Material, capture: Capture) -> Decision:
        """Decide of an imported file as its import did."""
        body = self._load(capture, material).body
        resource = Resource(capture.url, capture.fetched_at, capture.content_type or "", body)
        if capture.url.startswith(TEXT_SCHEME):
            return self._decide_text(replay, material, resource)
        post = _renamed(read_post(resource), material.info_code)
        if post.owed is None:
            raise SetAside(post.believed.reason)
        file = ImportedFile(resource, post.owed, None, post.believed)
        return decide_post(file, replay.snapshot, capture.fetched_at)

    def _decide_text(self, replay: Replay, material: Material, resource: Resource) -> Decision:
        slug, day, _ = resource.uri.removeprefix(TEXT_SCHEME).split("/")
        slug = unquote(slug)
        known = material.stored.article.media if material.stored else None
        media = known or self.names.get(slug, slug)
        code = material.info_code
        text = decode_page(resource.body, None)
        draft = read_plain_text(text, resource.uri, info_code=code, media=media, day=date.fromisoformat(day))
        form = material.listings[0].form if material.listings else draft.form
        owed = Owed(slug, code, form, resource.uri, "")
        file = ImportedFile(resource, owed, media, Believed(draft=draft))
        return decide_text(file, replay.snapshot, resource.fetched_at)

    def _kind_of(self, owed: Owed) -> str:
        """Return the kind that reads an article; a page that an import took in is read as any page."""
        name = self.kinds.get(owed.source, "")
        return "page" if name == IMPORT_KIND and not has_digits_alone(owed.info_code) else name

    def _kind(self, name: str) -> Kind:
        if name not in self._loaded:
            self._loaded[name] = load_kind(name, self.context)
        return self._loaded[name]

    def _load(self, capture: Capture, material: Material) -> Exchange:
        held = material.payloads.get(capture.refers_to) if capture.refers_to is not None else None
        return read_payload(
            self.folder,
            capture.place,
            digest=capture.payload_digest,
            refers_to=held.place if held is not None else None,
        )

    def _answer(self, capture: Capture, material: Material) -> Answer:
        exchange = self._load(capture, material)
        undecodable, body = None, exchange.body
        try:
            body = decoded_body(exchange, self.max_size)
        except CaptureUnreadable as coded:
            undecodable = str(coded)
        return Answer(
            capture.url,
            capture.url,
            capture.status,
            body,
            exchange.header("Content-Type"),
            undecodable,
            capture.fetched_at,
        )


def may_be_article(capture: Capture) -> bool:
    """Tell whether a capture may hold an article: no picture, and no answer of an error."""
    is_answer = capture.status == 0 or 200 <= capture.status < 300  # noqa: PLR2004 - HTTP's own numbers
    return is_answer and not (capture.content_type or "").lower().startswith(_NO_ARTICLE)


def _heading(capture: Capture) -> Exchange:
    """Return the exchange of a capture without its body: what a decision asks of it."""
    return Exchange(capture.url, capture.fetched_at, capture.status, (), (), b"")


def _choose_listing(material: Material, capture: Capture, replay: Replay) -> Owed:
    """Return the listing that led to a capture: of its address, else of its host, else the first one."""
    listings = material.listings
    if not listings:
        raise SetAside(say("page.unlisted"))
    own = next((one for one in listings if one.url == capture.url), None)
    host = host_of(capture.url)
    near = own or next((one for one in listings if host_of(one.url) == host), None)
    state: ListingState = "archived" if replay.stored is not None else "owed"
    return replace(near or listings[0], state=state)


def _renamed(post: ReadPost, info_code: str) -> ReadPost:
    """Return a post under the code that its article has now: an earlier import may have a former one."""
    if post.owed is None or post.owed.info_code == info_code:
        return post
    article, draft = post.believed.article, post.believed.draft
    believed = replace(
        post.believed,
        article=replace(article, info_code=info_code) if article else None,
        draft=replace(draft, info_code=info_code) if draft else None,
    )
    return replace(post, owed=replace(post.owed, info_code=info_code), believed=believed)
