"""The JSON API: the command line's shapes, in pages that stay put, described by OpenAPI, never a trace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from support.command_line import Command
from support.delivered_articles import DeliveredArticles
from support.served_archive import ARTICLES, NOW, fill_archive
from support.web_client import TestClient, open_reader

from jianbao.web.answers.problem import Problem
from jianbao.web.api import shapes
from jianbao.web.api.cursor import write_id, write_place
from storage.events.event import open_event
from storage.ledger.crawl import start_crawl

API = "/api/v1"
DOCUMENT = (Path(__file__).parent.parent / "docs" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def schema(reader: TestClient) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = reader.get(f"{API}/openapi.json").json()
    return document


@pytest.fixture
def own_delivered(tmp_path: Path) -> Iterator[DeliveredArticles]:
    """Return the deliveries of a filled archive of one test's own."""
    work = fill_archive(tmp_path / "own")
    with work.archive:
        yield work


def ask(reader: TestClient, path: str) -> Any:
    """Return the document at an address under the API."""
    answer = reader.get(API + path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def refuse(reader: TestClient, path: str) -> tuple[int, str]:
    """Return status and sentence of a problem."""
    answer = reader.get(API + path)
    assert answer.headers["content-type"] == "application/problem+json"
    said = Problem.model_validate(answer.json())
    assert said.status == answer.status_code
    assert "Traceback" not in said.detail
    assert "\n" not in said.detail
    return said.status, said.detail


# -- the same as the command line ---------------------------------------------------------------


def same_questions(delivered: DeliveredArticles) -> dict[str, list[str]]:
    """Return what the API is asked, and how the command line is asked the same."""
    revised, first = delivered.offer.articles[3].info_code, delivered.offer.articles[0]
    return {
        "/articles": ["list"],
        "/articles?limit=3": ["list", "--limit", "3"],
        "/articles?duplicates=true&limit=200": ["list", "--duplicates", "--limit", "200"],
        f"/articles?source={first.slug}": ["list", "--source", first.slug],
        f"/articles?media={first.media}&from=2026-03-19": [
            "list",
            "--media",
            first.media,
            "--from",
            "2026-03-19",
        ],
        "/articles?from=2026-03-18&to=2026-03-18": ["list", "--from", "2026-03-18", "--to", "2026-03-18"],
        "/articles?state=gone": ["list", "--state", "gone"],
        "/articles?state=changed": ["list", "--state", "changed"],
        f"/articles/{revised}": ["show", revised],
        f"/articles/{revised[2:]}?revision=1": ["show", revised, "--revision", "1"],
        "/sources": ["sources"],
        "/trends?q=项目": ["trend", "项目"],
        f"/trends?q=项目&by=day&split=true&media={first.media}": [
            "trend",
            "项目",
            "--by",
            "day",
            "--split",
            "--media",
            first.media,
        ],
        "/search?q=工业": ["search", "工业"],
        f"/search?q={first.title[:2]} OR 项目&source={first.slug}&limit=2": [
            "search",
            f"{first.title[:2]} OR 项目",
            "--source",
            first.slug,
            "--limit",
            "2",
        ],
        "/search?q=项目&order=relevance&limit=5": ["search", "项目", "--order", "relevance", "--limit", "5"],
        "/search?q=项目&order=oldest&from=2026-03-19&duplicates=true": [
            "search",
            "项目",
            "--order",
            "oldest",
            "--from",
            "2026-03-19",
            "--duplicates",
        ],
    }


def test_the_api_answers_what_the_command_line_prints(
    delivered: DeliveredArticles, reader: TestClient, command: Command
) -> None:
    for path, arguments in same_questions(delivered).items():
        printed = command("--archive", delivered.archive.folder, *arguments, "--json")
        assert printed.status == 0, printed.stderr
        answered = ask(reader, path)
        for only_in_pages in {"next", "next_url"} - printed.json.keys():
            answered.pop(only_in_pages, None)
        assert answered == printed.json, path


def test_a_diff_is_that_of_show(delivered: DeliveredArticles, reader: TestClient, command: Command) -> None:
    code = delivered.offer.articles[3].info_code
    printed = command("--archive", delivered.archive.folder, "show", code, "--diff", "--json").json
    assert ask(reader, f"/articles/{code}/diff") == printed["diff"]
    assert ask(reader, f"/articles/{code}/diff?revision=2") == printed["diff"]
    status, sentence = refuse(reader, f"/articles/{code}/diff?revision=1")
    assert (status, "that is its first" in sentence) == (404, True)


def test_open_events_are_those_of_status(
    delivered: DeliveredArticles, reader: TestClient, command: Command
) -> None:
    printed = command("--archive", delivered.archive.folder, "status", "--json").json
    assert ask(reader, "/events?open=true")["items"] == printed["events"]
    crawl = next(s["last_crawl"] for s in printed["sources"] if s["last_crawl"])
    assert crawl in ask(reader, "/crawls")["items"]


# -- OpenAPI ------------------------------------------------------------------------------------

SHAPES: dict[str, type[BaseModel]] = {
    "/articles?limit=200&duplicates=true": shapes.ArticlePage,
    "/articles/{code}": shapes.Article,
    "/articles/{code}/revisions": shapes.Revisions,
    "/articles/{code}/checks": shapes.Checks,
    "/articles/{code}/diff": shapes.Diff,
    "/search?q=项目": shapes.FoundPage,
    "/trends?q=项目&by=day": shapes.Trend,
    "/trends?q=项目&split=true": shapes.Trend,
    "/sources": shapes.Sources,
    "/sources/{slug}": shapes.Source,
    "/crawls": shapes.CrawlPage,
    "/crawls/1": shapes.Crawl,
    "/crawls/6": shapes.Crawl,
    "/events": shapes.EventPage,
    "/coverage": shapes.CoverageStatement,
    "/search?q=项目&coverage=true": shapes.FoundPage,
}


@pytest.mark.parametrize("path", SHAPES)
def test_an_answer_has_its_shape_and_nothing_that_is_not_described(
    delivered: DeliveredArticles, reader: TestClient, path: str
) -> None:
    post = delivered.offer.articles[3]
    said = SHAPES[path].model_validate(ask(reader, path.format(code=post.info_code, slug=post.slug)))
    assert list(undescribed(said)) == []


def undescribed(said: BaseModel) -> Iterator[str]:
    """Return every key of a document, however deep, that its shape does not have."""
    yield from (said.model_extra or {})
    for name in type(said).model_fields:
        value = getattr(said, name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                yield from undescribed(part)


def test_every_operation_is_named_described_and_typed(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    operations = [(path, *item) for path, methods in schema["paths"].items() for item in methods.items()]
    assert {method for _, method, _ in operations} == {"get"}
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(set(names)) == len(names)
    for path, _, operation in operations:
        assert operation["description"].endswith("."), path
        assert operation["tags"], path
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer["$ref"].startswith("#/components/schemas/"), path
        if path.startswith(API):
            for status in ("400", "422", "503"):
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
            assert ("404" in operation["responses"]) == ("{" in path), path
        for parameter in operation.get("parameters", ()):
            described = parameter.get("description") or parameter["schema"].get("description")
            assert described, (path, parameter["name"])


def test_every_reference_in_the_schema_leads_somewhere(schema: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))
    assert names
    assert names <= set(schema["components"]["schemas"])
    assert "HTTPValidationError" not in schema["components"]["schemas"]  # nothing answers so


def test_every_path_of_the_schema_is_documented(schema: dict[str, Any]) -> None:
    assert [path for path in schema["paths"] if f"`{path.removeprefix(API)}`" not in DOCUMENT] == []
    parameters = {
        parameter["name"]
        for methods in schema["paths"].values()
        for parameter in methods["get"].get("parameters", ())
        if parameter["in"] == "query"
    }
    assert [name for name in parameters if f"`{name}`" not in DOCUMENT] == []


@pytest.mark.parametrize(
    ("path", "name", "means_nothing"),
    [
        ("/articles/{info_code}", "info_code", "is not an info code"),
        ("/articles", "from", "is not a day; expected YYYY-MM-DD (or"),
        ("/search", "to", "is not a day; expected YYYY-MM-DD (or"),
    ],
)
def test_what_the_schema_allows_means_something(
    reader: TestClient, schema: dict[str, Any], path: str, name: str, means_nothing: str
) -> None:
    parameters = schema["paths"][API + path]["get"]["parameters"]
    described = next(parameter["schema"] for parameter in parameters if parameter["name"] == name)
    pattern = next(part["pattern"] for part in (described, *described.get("anyOf", ())) if "pattern" in part)

    longest = described.get("maxLength", 1_000)

    @settings(max_examples=25)
    @given(st.from_regex(pattern, fullmatch=True).filter(lambda value: len(value) <= longest))
    def ask_any(value: str) -> None:
        asked = {} if "{" in path else {name: value, "q": "项目"} if path == "/search" else {name: value}
        answer = reader.get(API + path.replace(f"{{{name}}}", quote(value)), params=asked)
        assert answer.status_code in (200, 400, 404)
        assert means_nothing not in answer.text

    ask_any()


# -- pages --------------------------------------------------------------------------------------


def walk(reader: TestClient, path: str) -> Iterator[dict[str, Any]]:
    """Return the items of every page, following the addresses."""
    address: str | None = API + path
    while address:
        page = reader.get(address).json()
        yield from page["items"]
        address = page["next_url"]


@pytest.mark.parametrize("limit", [1, 7, 30, 31, 32, 200])
def test_pages_together_are_the_whole(reader: TestClient, limit: int) -> None:
    whole = ask(reader, "/articles?limit=200&duplicates=true")["items"]
    assert len(whole) == ARTICLES + 1
    assert list(walk(reader, f"/articles?limit={limit}&duplicates=true")) == whole


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_of_a_search_together_are_the_whole(reader: TestClient, order: str) -> None:
    asked = f"/search?q=项目 OR 工程 OR 的&duplicates=true&order={order}"
    whole = ask(reader, f"{asked}&limit=200")
    assert whole["total"] == len(whole["items"]) > 10
    assert list(walk(reader, f"{asked}&limit=3")) == whole["items"]


@pytest.mark.parametrize("name", ["crawls", "events"])
def test_pages_of_crawls_and_events_together_are_the_whole(reader: TestClient, name: str) -> None:
    whole = ask(reader, f"/{name}")["items"]
    assert len(whole) >= 3
    assert list(walk(reader, f"/{name}?limit=1")) == whole


def test_what_arrives_meanwhile_shifts_nothing(own_delivered: DeliveredArticles) -> None:
    with open_reader(own_delivered.archive.folder) as reader:
        codes = [item["info_code"] for item in ask(reader, "/articles?limit=200")["items"]]
        first = ask(reader, "/articles?limit=10")
        for _ in range(3):
            own_delivered.deliver(own_delivered.offer.publish())
        with own_delivered.archive.writing() as connection:
            start_crawl(connection, "manual", [], NOW, version="1")
        rest = ask(reader, f"/articles?limit=200&cursor={first['next']}")
        seen = [item["info_code"] for item in first["items"] + rest["items"]]
        assert seen == codes
        assert rest["total"] == first["total"] + 3


def test_articles_of_one_moment_are_all_shown(own_delivered: DeliveredArticles) -> None:
    fresh = own_delivered.offer.publish()
    for turn in range(6):
        code = f"NW{int(fresh.digits) + turn + 1}"
        other = replace(
            own_delivered.offer.press.compose(9 + turn, fresh.slug, fresh.published_at), code=code
        )
        own_delivered.deliver(own_delivered.offer.publish(other))
    with open_reader(own_delivered.archive.folder) as reader:
        whole = ask(reader, "/articles?limit=200")["items"]
        assert list(walk(reader, "/articles?limit=2")) == whole
        assert len({item["info_code"] for item in whole}) == len(whole) == ARTICLES + 6


def test_the_next_page_asks_for_the_same(delivered: DeliveredArticles, reader: TestClient) -> None:
    slug = delivered.offer.slugs[0]
    page = ask(reader, f"/articles?limit=2&source={slug}&source=di2xianribao&from=2026-03-01")
    assert page["next_url"] == (
        f"{API}/articles?limit=2&source={slug}&source=di2xianribao&from=2026-03-01&cursor={page['next']}"
    )


@pytest.mark.parametrize("name", ["articles", "crawls", "events"])
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "7",
        "Zm9v",
        "报",
        "%00",
        write_id("other", 3),
        write_place("articles", NOW, "NW1"),
        "A" * 5000,
    ],
)
def test_a_bad_cursor_is_one_sentence(reader: TestClient, name: str, cursor: str) -> None:
    assert refuse(reader, f"/{name}?cursor={cursor}") == (
        400,
        "that cursor is not one of this list: take it from `next`, or leave it out to begin anew",
    )


def test_events_are_open_resolved_or_all(reader: TestClient) -> None:
    kinds = {
        asked: [event["kind"] for event in ask(reader, f"/events{asked}")["items"]]
        for asked in ("", "?open=true", "?open=false")
    }
    assert kinds == {
        "": ["page_back", "poll_failed", "source_silent"],
        "?open=true": ["source_silent"],
        "?open=false": ["page_back", "poll_failed"],
    }


def test_a_crawl_shows_what_it_counted(reader: TestClient) -> None:
    crawl = ask(reader, "/crawls/5")
    assert (crawl["status"], crawl["requests"], crawl["interrupted"]) == ("ok", 4, False)
    assert crawl["sources"][0]["new"] == 1
    assert ask(reader, "/crawls/6")["errors"] == ["the machine slept"]


def test_the_revisions_of_an_article(delivered: DeliveredArticles, reader: TestClient) -> None:
    post = delivered.offer.articles[3]
    found = ask(reader, f"/articles/{post.info_code}/revisions")
    assert [revision["number"] for revision in found["items"]] == [1, 2]
    assert found["items"][1]["changed"]["title_before"] + "（更正）" == found["items"][1]["title"]


# -- what cannot be answered --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        pytest.param("/articles/NW202603200000000009", 404, "is not in the archive", id="no such article"),
        pytest.param("/articles/NW202603200000000009/revisions", 404, "is not in", id="nor its revisions"),
        pytest.param("/articles/NW202603200000000009/diff", 404, "has no revision", id="nor a diff"),
        pytest.param("/articles/nonsense", 400, "nonsense", id="no info code"),
        pytest.param("/articles/%2e%2e%2fpasswd", 404, "", id="a way out of the folder"),
        pytest.param("/sources/nowhere", 404, "there is no source nowhere", id="no such source"),
        pytest.param("/crawls/999", 404, "there is no crawl 999", id="no such crawl"),
        pytest.param("/crawls/0", 422, "crawl_id", id="crawl 0"),
        pytest.param("/articles/NW202603200000000001?revison=1", 422, "revison", id="a slip of the pen"),
        pytest.param("/articles/NW202603200000000001/diff?to=2", 422, "to", id="a diff asked otherwise"),
        pytest.param("/crawls/99999999999999999999", 422, "crawl_id", id="a crawl beyond all"),
        pytest.param("/crawls/seven", 422, "crawl_id", id="a crawl that is no number"),
        pytest.param("/nowhere", 404, "Not Found", id="no such list"),
        pytest.param("/articles?source=nowhere", 400, "no source 'nowhere'", id="of no source"),
        pytest.param("/articles?from=yesterday", 400, "yesterday is not a day", id="no day"),
        pytest.param("/articles?to=2026-02-30", 400, "not a day of the calendar", id="no day of ours"),
        pytest.param("/search", 422, "q", id="nothing asked"),
        pytest.param('/search?q="', 400, "", id="half a phrase"),
        pytest.param("/search?q=from:yesterday", 400, "yesterday", id="a day in the query"),
        pytest.param("/search?q=x&order=best", 422, "order", id="no order of ours"),
        pytest.param("/trends", 422, "q", id="no trend of nothing"),
        pytest.param("/trends?q=x&by=hour", 422, "by", id="no period of ours"),
        pytest.param("/trends?q=x&limit=3", 422, "limit", id="a trend has no pages"),
        pytest.param("/search?q=x&cursor=7", 400, "cursor", id="no cursor of ours"),
        pytest.param("/search?q=source:nowhere", 400, "no source 'nowhere'", id="a search of no source"),
        pytest.param("/articles?limit=0", 422, "limit", id="none"),
        pytest.param("/articles?limit=201", 422, "limit", id="too many"),
        pytest.param("/articles?limit=ten", 422, "limit", id="how many?"),
        pytest.param("/articles?duplicates=perhaps", 422, "duplicates", id="perhaps"),
        pytest.param("/articles?souce=x", 422, "souce", id="a slip of the pen"),
        pytest.param("/events?open=7", 422, "open", id="open 7"),
        pytest.param("/crawls?source=x", 422, "source", id="no filter of crawls"),
    ],
)
def test_a_problem_is_one_sentence(reader: TestClient, path: str, status: int, part: str) -> None:
    answered, sentence = refuse(reader, path)
    assert answered == status
    assert part in sentence


def test_an_article_has_no_revision_beyond_its_last(delivered: DeliveredArticles, reader: TestClient) -> None:
    code = delivered.offer.articles[3].info_code
    assert refuse(reader, f"/articles/{code}?revision=3") == (404, f"{code} has no revision 3: it has 1 to 2")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_the_api_only_reads(reader: TestClient, method: str) -> None:
    answer = reader.request(method, f"{API}/articles")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert Problem.model_validate(answer.json()).status == 405


def test_head_is_get_without_the_body(reader: TestClient) -> None:
    full, head = (reader.request(method, f"{API}/articles") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == full.headers["etag"]


def test_an_answer_that_is_known_is_not_sent_again(reader: TestClient) -> None:
    tag = reader.get(f"{API}/articles").headers["etag"]
    again = reader.get(f"{API}/articles", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_no_other_site_may_read_the_api(reader: TestClient) -> None:
    headers = reader.get(f"{API}/articles", headers={"origin": "https://evil.example"}).headers
    assert not [name for name in headers if name.startswith("access-control-")]


PATHS = st.sampled_from(
    [
        "/articles",
        "/search",
        "/trends",
        "/crawls",
        "/events",
        "/articles/NW1",
        "/sources",
        "/sources/x",
        "/crawls/1",
    ]
)
NAMES = st.sampled_from(
    [
        "source",
        "media",
        "security",
        "from",
        "to",
        "limit",
        "cursor",
        "duplicates",
        "open",
        "q",
        "order",
        "by",
        "split",
    ]
)
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["-1", "1e9", "true", "0", "99999999999999999999", "2026-03-20", "%", "'", '"', "\x00"]),
    st.integers().map(str),
)


@settings(max_examples=150)
@given(path=PATHS, asked=st.lists(st.tuples(NAMES | VALUES, VALUES), max_size=5))
def test_whatever_is_asked_there_is_an_answer(
    reader: TestClient, path: str, asked: list[tuple[str, str]]
) -> None:
    answer = reader.get(API + path, params=asked)
    assert answer.status_code in (200, 400, 404, 422)
    if answer.status_code != 200:
        Problem.model_validate(answer.json())


QUERIES = st.lists(
    st.sampled_from(
        ["项目", '"', "-", "OR", "title:", "source:", "from:", "2026", "*", "5G", "(", "的", ":", " "]
    )
    | VALUES,
    max_size=6,
).map("".join)


@settings(max_examples=100)
@given(q=QUERIES, order=st.sampled_from(["newest", "oldest", "relevance"]), cursor=st.none() | VALUES)
def test_whatever_is_searched_there_is_an_answer(
    reader: TestClient, q: str, order: str, cursor: str | None
) -> None:
    asked = {"q": q, "order": order} | ({} if cursor is None else {"cursor": cursor})
    answer = reader.get(f"{API}/search", params=asked)
    assert answer.status_code in (200, 400)
    for path in ("/feeds/search.atom", f"{API}/trends"):
        assert reader.get(path, params={"q": q}).status_code in (200, 400)


# -- the documentation --------------------------------------------------------------------------

EXAMPLES = re.findall(
    r"^\$ curl -s '?http://127\.0\.0\.1:\d+([^'\n]+)'?\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL
)


def test_the_documentation_has_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("path", "shown"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_the_examples_are_what_is_answered(reader: TestClient, path: str, shown: str) -> None:
    assert_told(json.loads(shown), reader.get(path).json())


def assert_told(shown: Any, answered: Any) -> None:
    """Check an example against an answer: `…` ends a text, and stands for the rest of a list."""
    if isinstance(shown, dict):
        assert list(shown) == list(answered)
        for key, value in shown.items():
            if key.startswith("warc_") or key == "version":  # another day, another library, another release
                assert type(value) is type(answered[key])
            else:
                assert_told(value, answered[key])
    elif isinstance(shown, list):
        parts = shown[:-1] if shown and shown[-1] == "…" else shown
        assert len(parts) < len(answered) if parts is not shown else len(parts) == len(answered)
        for part, value in zip(parts, answered, strict=False):
            assert_told(part, value)
    elif isinstance(shown, str) and shown.endswith("…"):
        assert answered.startswith(shown[:-1])
    else:
        assert shown == answered


def test_open_events_of_tomorrow_are_there_tomorrow(own_delivered: DeliveredArticles) -> None:
    with open_reader(own_delivered.archive.folder) as reader:
        before = reader.get(f"{API}/events?open=true")
        with own_delivered.archive.writing() as connection:
            open_event(connection, "quarantine", "set aside", NOW + timedelta(days=1), source="di1xianribao")
        after = reader.get(f"{API}/events?open=true", headers={"if-none-match": before.headers["etag"]})
        assert [event["kind"] for event in after.json()["items"]] == ["quarantine", "source_silent"]
