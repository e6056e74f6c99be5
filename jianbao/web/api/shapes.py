"""What the JSON API answers, field by field: the shapes of `--json`, written down for OpenAPI.

A document may hold more keys than its shape; none of these ever goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import or_
from typing import Annotated, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from jianbao.documents.article_fields import DOCUMENT_FIELDS, LIST_FIELDS, PARTS, ArticleField, FieldKind
from storage import records
from storage.records import ParagraphKind, Precision
from storage.records.info_code import SITE_CODE_PATTERN

_CODE_PATTERN = rf"^(NW\d{{18}}|{SITE_CODE_PATTERN})$"

_INSTANT = "An instant in ISO 8601 with the source's offset."
Moment = Annotated[
    str,
    Field(
        description=_INSTANT,
        examples=["2026-03-20T08:15:00+08:00"],
        json_schema_extra={"format": "date-time"},
    ),
]
InfoCode = Annotated[
    str, Field(description="An article's identity.", examples=["NW202603200000000001"], pattern=_CODE_PATTERN)
]
Slug = Annotated[str, Field(description="A source's name in addresses.", examples=["shangraoribao"])]


class Shape(BaseModel):
    """A document or a part of one; what it has beyond its shape is passed on."""

    model_config = ConfigDict(extra="allow")


class Said(Shape):
    """What a sentence is made of, for programs and other languages. What others said has the key `quote`."""

    key: str
    values: dict[str, object]


class Page(Shape):
    """A part of a list, and where it goes on. What arrives meanwhile shifts nothing."""

    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    next_url: str | None = Field(description="The address of the next page; null on the last one.")


def _shape_of(fields: Mapping[str, tuple[object, FieldInfo]]) -> type[Shape]:
    """Return a shape with these fields: the type of each, and what is said of it."""
    made: type[Shape] = create_model("Fields", __base__=Shape, **dict(fields))  # type: ignore[call-overload]
    return made


def _shape_of_part(kind: FieldKind) -> type[Shape]:
    """Return the shape of the items of a list field of an article."""
    part = PARTS[kind]
    return _shape_of(
        {
            name: (hint, _say(part.meanings.get(name), part.examples.get(name)))
            for name, hint in get_type_hints(part.record).items()
        }
    )


def _shape_of_article(fields: Iterable[ArticleField]) -> type[Shape]:
    """Return the shape of an article with these fields."""
    return _shape_of({field.name: (_type_of(field), _describe(field)) for field in fields})


def _type_of(field: ArticleField) -> object:
    kind = _TYPES[field.kind]
    return or_(kind, None) if field.can_lack else kind


def _describe(field: ArticleField) -> FieldInfo:
    meaning = f"{field.meaning} {_INSTANT}" if field.kind == "time" else field.meaning
    said = _say(meaning, field.example)
    return FieldInfo.merge_field_infos(said, default=_ABSENT[field.kind]) if field.kind in _ABSENT else said


def _say(meaning: str | None, example: str | None) -> FieldInfo:
    """Return what is said of a field; what is not leaves its type's own word."""
    said: FieldInfo = Field(description=meaning)
    if example is not None:
        said = Field(description=meaning, examples=[example])
    return said


class Image(_shape_of_part("images")):  # type: ignore[misc]
    """An image of an article; the archive keeps its address, not the image."""


class Player(_shape_of_part("players")):  # type: ignore[misc]
    """A film, a sound, a frame or another object in an article; the archive keeps its address alone."""


class Security(_shape_of_part("securities")):  # type: ignore[misc]
    """A security that an article mentions."""


class Link(_shape_of_part("links")):  # type: ignore[misc]
    """A link inside an article's text."""


Witness = Annotated[
    records.Witness,
    Field(description="Who states the time: a page, the endpoint, a file, an import, a list, an address."),
]


class TimeChange(Shape):
    """A publication time that took the place of another."""

    old: Moment
    old_precision: Precision
    old_witness: Witness
    new: Moment
    new_precision: Precision
    witness: Witness
    noticed_at: Moment = Field(description="When the archive took it over.")
    capture_id: int | None = Field(description="The answer or file that brought it.")


class Revision(Shape):
    """One wording of an article."""

    number: int = Field(ge=1)
    seen_at: Moment
    title: str
    content_hash: str
    changed: dict[str, object] = Field(description="Paragraphs added and removed, the title before.")
    cause: Literal["newspaper", "reader"] = Field(
        description="Who changed it: the newspaper, or we the way in which its page is read."
    )


class Capture(Shape):
    """Where the original of an article is."""

    id: int
    url: str
    fetched_at: Moment
    status: int = Field(description="The HTTP status.")
    content_type: str | None
    payload_digest: str
    warc_file: str
    warc_offset: int = Field(description="Bytes.")
    warc_length: int = Field(description="Bytes.")
    refers_to: int | None = Field(description="The capture that holds this one's payload.")


class StoryMember(Shape):
    """One article of a story."""

    info_code: InfoCode
    title: str
    media: str | None
    published_at: Moment
    similarity: float = Field(description="To the member that is nearest to it: 0 to 1.")


class Story(Shape):
    """Articles whose texts are nearly the same."""

    id: InfoCode = Field(description="The info code of the one published first.")
    size: int = Field(description="How many articles it has in all.")
    members: list[StoryMember]


_TYPES: Mapping[FieldKind, object] = {
    "code": InfoCode,
    "text": str,
    "number": Annotated[int, Field(ge=1)],
    "truth": bool,
    "time": Moment,
    "precision": Precision,
    "witness": Witness,
    "status": Literal["archived", "gone"],
    "slugs": list[Slug],
    "texts": list[str],
    "paragraph_kinds": list[ParagraphKind],
    "images": list[Image],
    "players": list[Player],
    "securities": list[Security],
    "links": list[Link],
    "revisions": list[Revision],
    "capture": Capture,
    "story": Story,
    "time_changes": list[TimeChange],
    "rules": dict[str, str],
}
_ABSENT: Mapping[FieldKind, object] = {"story": None, "time_changes": []}
"""Kinds of fields that a document need not have, and what it means when it has none."""


class ArticleItem(_shape_of_article(LIST_FIELDS)):  # type: ignore[misc]
    """An article as lists have it."""


class Check(Shape):
    """A later look at an article's page."""

    info_code: InfoCode
    at: Moment
    found: Literal["alive", "changed", "moved", "back", "missing", "home", "soft_404", "unanswered"] = Field(
        description="`home`: led to a front page or a list; `soft_404`: said in words that there is no page."
    )
    is_gone: bool = Field(description="The article counts as gone since, or still.")
    url: str = Field(description="The address that answered.")
    status: int | None = Field(description="The HTTP status; null where nothing came.")
    said: str | None = Field(description="What the answer was, where it was no article.")
    capture_id: int | None = Field(description="The answer that is kept; null where there is none.")


class Checks(Shape):
    """Every later look at an article's page, the first one first."""

    info_code: InfoCode
    items: list[Check]


class Article(_shape_of_article(DOCUMENT_FIELDS)):  # type: ignore[misc]
    """An article with its text and where it came from: what `jianbao show --json` prints."""

    checks: list[Check] = Field(default=[], description="Every later look at its page, the first one first.")


HINTS = Field(
    description="A sentence for each name that the archive has not, and each unknown field of the query."
)


DayText = Annotated[str, Field(json_schema_extra={"format": "date"})]


class Hole(Shape):
    """What is missing of one source, for one reason, on days that follow each other."""

    source: Slug
    first: DayText = Field(alias="from")
    to: DayText
    kind: str = Field(examples=["silent"], description="What is missing: docs/gaps.md lists the kinds.")
    reason: str
    reason_said: Said
    count: int = Field(description="How many articles, pictures, issues or days, as the kind says.")
    codes: list[str] = Field(description="A few info codes or addresses.")
    repairable: bool


class SourceCoverage(Shape):
    """How far the archive answers for a source: of `days` so many are of each sort, and add up to them."""

    slug: Slug
    name: str
    first: DayText | None = Field(alias="from", description="The first day that is covered.")
    to: DayText | None = Field(description="The last day that is covered.")
    days: int = Field(description="Days of the period, up to the last that is judged.")
    covered: int = Field(description="Days of which what was published is known.")
    holed: int = Field(description="Days that miss what the habit expects, or an issue.")
    unwatched: int = Field(description="Days on which nobody looked in time.")
    before: int = Field(description="Days from before the source was in the archive.")
    missing: int = Field(description="Listed articles that are not archived.")
    ledger: dict[str, int] = Field(description="The ledger's sum: listed, and how many are in each state.")
    holes_count: int
    holes: list[Hole] = Field(description="Known holes, a hundred at most.")


class CoverageStatement(Shape):
    """The period and the newspapers that an answer rests on, and what is known to be missing there."""

    first: DayText | None = Field(alias="from", description="The first day asked for; null: no beginning.")
    to: DayText | None = Field(description="The last day asked for; null: no end.")
    computed_at: Moment
    statement: str = Field(description="The same in one sentence.")
    statement_said: Said
    sources: list[SourceCoverage]


COVERAGE: CoverageStatement | None = Field(
    None, description="How far the answer is to be trusted; there when `coverage=1` asks for it."
)


class ArticlePage(Page):
    """Articles, the newest first."""

    total: int = Field(description="How many match in all.")
    items: list[ArticleItem]
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE


Place = Annotated[
    list[int], Field(min_length=2, max_length=2, description="Characters: from, and up to but without.")
]


class Hit(ArticleItem):
    """An article that a search found, and where the words stand."""

    snippet_hits: list[Place] = Field(description="Where the words stand in the snippet.")
    title_hits: list[Place] = Field(description="Where the words stand in the title.")


class FoundPage(Page):
    """What a search finds."""

    query: str = Field(description="The query as it was understood.")
    order: Literal["newest", "oldest", "relevance"]
    total: int = Field(description="How many match in all.")
    exact: bool = Field(description="Whether `total` is exact; false: an estimate of two digits.")
    items: list[Hit]
    note: str | None = Field(description="How the answer was found, when that is worth knowing.")
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE


class TrendPoint(Shape):
    """One period."""

    source: str = Field("", description="Whose articles are counted; only there when the trend is split.")
    start: str = Field(description="The period's first day.", json_schema_extra={"format": "date"})
    matching: int = Field(description="Articles that contain the query.")
    all: int = Field(description="All articles of the period.")
    share: float | None = Field(description="matching / all; null where there is no article.")
    covered: float = Field(ge=0, le=1, description="The part of the period's days that the archive covers.")
    covered_days: int = Field(description="Days that are covered, those of several sources together.")
    days: int = Field(description="Days of which `covered_days` are counted.")


class Trend(Shape):
    """A query's use over time: every period from the first article to the last, also empty ones."""

    query: str = Field(description="The query as it was understood.")
    unit: Literal["day", "week", "month", "year"]
    total: int = Field(description="Articles that contain the query, copies included.")
    points: list[TrendPoint]
    hints: list[str] = HINTS
    coverage: CoverageStatement | None = COVERAGE


class Revisions(Shape):
    """Every wording of an article, the first one first."""

    info_code: InfoCode
    items: list[Revision]


class DiffPiece(Shape):
    """A stretch of characters that stayed, went or came."""

    text: str
    change: Literal["same", "removed", "added"]


class DiffLine(Shape):
    """What became of one paragraph; only a `changed` one has pieces of several kinds."""

    kind: Literal["same", "removed", "added", "changed"]
    pieces: list[DiffPiece]


class Diff(Shape):
    """What a revision changed, in reading order."""

    model_config = ConfigDict(extra="allow", validate_by_name=True)

    before: int = Field(alias="from", description="The number of the revision before.")
    to: int = Field(description="The number of the revision.")
    cause: Literal["newspaper", "reader"] = Field(description="Who changed it.")
    title: list[DiffLine]
    paragraphs: list[DiffLine]


IssueState = Annotated[
    records.IssueState,
    Field(description="`complete`: nothing that it lists waits; `none`: nothing was printed that day."),
]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-03-20"])]


class NewestIssue(Shape):
    """The last issue that a newspaper printed."""

    day: Day
    state: IssueState
    pages: int
    articles: int


class IssueWindow(Shape):
    """What is known of a newspaper's last days."""

    days: int
    unknown: int = Field(description="Days of which nothing is known.")
    failed: int = Field(description="Days whose issue could not be listed whole.")


class IssueSums(Shape):
    """How the issues of a digital newspaper stand."""

    newest: NewestIssue | None
    first_day: Day
    counts: dict[str, int] = Field(description="How many of its days are in each state.")
    window: IssueWindow


class Span(Shape):
    """The least and the most of what was seen."""

    least: int
    most: int


class Contract(Shape):
    """What was learned of a source."""

    articles: int = Field(description="Articles of which it was learned.")
    shares: dict[str, float] = Field(
        description="The share of its articles that have a mark, newer ones counting more.",
        examples=[{"title": 1.0, "time": 0.998}],
    )
    length: Span | None = Field(description="Characters of nine in ten texts.")
    links: Span | None = Field(
        description="Links on its last lists; of a digital newspaper, articles of a page, in hundredths."
    )
    broken: list[str] = Field(description="The marks that a share of its latest articles lost.")
    usual: str | None = Field(
        description="What its articles and lists usually are; null where little is known."
    )
    usual_said: Said | None = Field(default=None, description="What that is made of.")


class Source(Shape):
    """A source, the state of its page and of its ledger."""

    slug: Slug
    name: str
    kind: str
    url: str | None
    schedule: str | None = Field(description="Standard cron, in the source's zone.")
    timezone: str
    enabled: bool
    last_poll: Literal["changed", "unchanged", "empty", "failed"] | None
    last_polled_at: Moment | None
    last_changed_at: Moment | None
    links: int | None = Field(description="Links of its last list; null before the first.")
    unread: int | None = Field(description="Those of them that have no info code.")
    listings: dict[str, int] = Field(description="How many of its listings are in each state.")
    issues: IssueSums | None = Field(description="Of a digital newspaper: how its days stand.")
    contract: Contract | None = Field(description="What was learned of its articles and lists.")


class Sources(Shape):
    """Every source of the archive, by slug."""

    sources: list[Source]


class CrawlItem(Shape):
    """A crawl as lists have it."""

    crawl_id: int
    trigger: str = Field(description="schedule, manual, recrawl, backfill or demo.")
    status: str = Field(
        description="running, ok, partial, failed, interrupted, missed, overlapped or killed."
    )
    started_at: Moment
    finished_at: Moment | None


class CrawlPage(Page):
    """Crawls, the latest first."""

    items: list[CrawlItem]


class SourceCounts(Shape):
    """What a crawl found at one source; a run that never was counts nothing."""

    slug: Slug
    poll: Literal["changed", "unchanged", "empty", "failed"] | None = None
    listed: int = 0
    links: int = Field(0, description="Links of its list.")
    unread: int = Field(0, description="Those of them that have no info code.")
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    quarantined: int = 0
    furniture: int = Field(0, description="Pictures and advertisements without text.")
    astray: int = Field(0, description="Articles found elsewhere after a page that was not theirs.")
    lost: int = Field(0, description="Characters of its page that were cut or broken on their way.")
    pictures: int = Field(0, description="Pictures and facsimiles that were kept.")
    pictures_failed: int = Field(0, description="Those that could not be had, or may not be kept.")


class Crawl(CrawlItem):
    """A crawl and what it counted."""

    due_at: Moment | None
    requests: int
    polls: int
    sources: list[SourceCounts] = Field(description="Only sources where something happened.")
    errors: list[str] = Field(description="Samples of what went wrong.")
    errors_said: list[Said] = Field(default=[], description="What each of these is made of.")
    interrupted: bool
    version: str


class Event(Shape):
    """Something that somebody should know."""

    id: int
    kind: str = Field(examples=["source_silent"])
    title: str = Field(description="What the kind is called.", examples=["A newspaper has gone silent"])
    title_said: Said
    severity: Literal["alarm", "warning", "notice"] = Field(
        description="Whether articles are being lost, somebody should look, or it is only good to know."
    )
    source: Slug | None
    info_code: InfoCode | None
    about: str | None = Field(description="What it is about, if not those: a chore, a channel of alerts.")
    message: str
    message_said: Said
    examples: list[str] = Field(description="Some of what it is about: info codes or addresses.")
    opened_at: Moment
    last_seen_at: Moment
    times: int
    resolved_at: Moment | None = Field(description="Null while it is open.")


class EventPage(Page):
    """Events, the latest first."""

    items: list[Event]
