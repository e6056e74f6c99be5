"""A site speaks only for its own articles: what another says of them is a capture and an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Command, Ended
from support.newsroom import small_press

from jianbao.configuration import Configuration
from jianbao.crawl.voices import find_voices
from jianbao.demo import DemoSite
from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.events.event import count_open_events
from storage.records import Claim, Site, Voices

Sites = tuple[DemoSite, DemoSite]
Crawl = Callable[..., Ended]


@pytest.fixture
def sites() -> Iterator[Sites]:
    """Return two sites with the same two articles: one's own, and forged."""
    with ExitStack() as stack:
        own, forger = (stack.enter_context(DemoSite(small_press(2))) for _ in range(2))
        for post in forger.articles:
            forger.edit(post.code, body="伪造的一段，与原文毫无关系。\n再来一段，也不是原文。")
        yield own, forger


@pytest.fixture
def crawl(command: Command, tmp_path: Path, sites: Sites) -> Crawl:
    """Return a crawl of the own and the forging source, in that order of the configuration, or not."""

    def run(
        *slugs: str, first: str = "own", endpoint: bool = True, only: str = "", hosts: Sequence[str] = ()
    ) -> Ended:
        pages = {"own": sites[0], "forger": sites[1]}
        order = [first, *(slug for slug in pages if slug != first)]
        tables = [
            f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\n'
            f'url = "{pages[slug].category_url(pages[slug].slugs[0])}"\n'
            + (f"hosts = {json.dumps(hosts)}\n" if slug == "forger" else "")
            for slug in ([only] if only else order)
        ]
        rules = '[http]\ncontact = "mailto:desk@example.org"\ndelay = 0\nretries = 0\n'
        if endpoint:
            rules += f'[infocode]\nurl = "{sites[0].json_url}"\n'
        file = tmp_path / "jianbao.toml"
        file.write_text("\n".join((*tables, rules)), "utf-8")
        return command("--config", file, "crawl", *slugs, "--json")

    return run


def texts(folder: Path, site: DemoSite) -> list[bool]:
    """Return for each article whether the archive has the site's own text."""
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as connection:
        found = [find_article(connection, post.info_code) for post in site.articles]
    return [
        one is not None and one.article.paragraphs[0].text == post.paragraphs[0]
        for one, post in zip(found, site.articles, strict=True)
    ]


def claims(folder: Path) -> int:
    """Return how many events of foreign claims are open."""
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as connection:
        return count_open_events(connection)["foreign_claim"]


@pytest.mark.parametrize("order", [("own", "forger"), ("forger", "own")], ids=["own-first", "forger-first"])
@pytest.mark.parametrize("first", ["own", "forger"])
def test_whoever_comes_first_the_own_text_stands(
    tmp_path: Path, sites: Sites, crawl: Crawl, order: tuple[str, str], first: str
) -> None:
    for slug in order:
        crawl(slug, first=first)
    assert texts(tmp_path, sites[0]) == [True, True]
    assert claims(tmp_path) == 1
    for post in sites[1].articles:
        sites[1].edit(post.code, title=f"又改：{post.title}", body="另一种伪造的说法。\n又一段伪造。")
    crawl(first=first)
    assert texts(tmp_path, sites[0]) == [True, True]


def test_both_at_once(tmp_path: Path, sites: Sites, crawl: Crawl) -> None:
    crawl()
    crawl()
    assert texts(tmp_path, sites[0]) == [True, True]


def test_where_nothing_else_tells_the_configurations_first_speaks(
    tmp_path: Path, sites: Sites, crawl: Crawl
) -> None:
    crawl("forger", endpoint=False)
    crawl("own", endpoint=False)
    assert texts(tmp_path, sites[0]) == [True, True]
    assert crawl("own", endpoint=False).json["status"] == "ok"


VOICES = Voices(
    [
        Site(frozenset({"first.example", "api.example"}), frozenset({"甲报"})),
        Site(frozenset({"second.example"}), frozenset({"乙报"})),
    ],
    lambda url: url.split("/")[2],
)
CASES: dict[str, tuple[tuple[str, str | None], tuple[str, str | None], bool]] = {
    "the-first": (("first", None), ("second", None), True),
    "not-the-second": (("second", None), ("first", None), False),
    "named-by-the-other": (("second", "乙报"), ("first", "乙报"), True),
    "names-itself": (("second", "乙报"), ("first", "甲报"), False),
    "claims-the-firsts": (("second", "甲报"), ("first", "甲报"), False),
    "names-itself-first": (("first", "甲报"), ("second", "丙报"), True),
}


@pytest.mark.parametrize("case", CASES)
def test_which_text_stands(case: str) -> None:
    (one, media), (other, known), stands = CASES[case]
    claim, held = Claim(f"http://{one}.example/a", media), Claim(f"http://{other}.example/a", known)
    assert VOICES.is_preferred(claim, held) is stands
    assert VOICES.are_apart(claim.url, held.url)


def test_the_endpoint_and_imports_are_of_the_first_site() -> None:
    assert VOICES.site_of("http://api.example/1") == VOICES.site_of("urn:jianbao:post:x") == 0
    assert VOICES.site_of("http://third.example/") is None
    assert not VOICES.are_apart("http://third.example/", "http://first.example/")


def sites_of(
    *sources: tuple[str, str, dict[str, Any]], endpoint: str, former: tuple[str, ...] = ()
) -> Voices:
    """Return the voices of sources (slug, url, keys), and of former ones (urls)."""
    tables = [
        {"slug": slug, "name": slug, "kind": "category", "url": url, **keys} for slug, url, keys in sources
    ]
    infocode = {"url": f"{endpoint}/{{code}}", "page": f"{endpoint}/{{code}}.html"}
    configuration = Configuration.model_validate({"sources": tables, "infocode": infocode})
    rows = [(f"former{number}", "丁报", url) for number, url in enumerate(former)]
    return find_voices(configuration, rows)


def test_sources_that_are_polled_at_one_host_are_one_site_and_the_endpoints_comes_first() -> None:
    voices = sites_of(
        ("a", "http://one.example/category/a.html", {}),
        ("b", "http://two.example/category/b.html", {"speaks_for": ["乙报"]}),
        ("c", "http://one.example/category/c.html", {}),
        ("d", "http://three.example/d", {"hosts": ["pages.example"]}),
        ("e", "http://four.example/e", {"hosts": ["pages.example:8080"]}),
        endpoint="http://two.example",
    )
    assert voices.site_of("http://two.example/") == 0
    assert voices.site_of("http://one.example/") == 1
    together = {voices.site_of(f"http://{host}.example/") for host in ("three", "four", "pages")}
    assert together == {2}, "a further host that both name makes them one"


@pytest.mark.parametrize("host", ["two.example", "two.example:80", "TWO.example", "api.example"])
def test_who_looks_for_articles_at_another_sites_host_does_not_speak_for_it(host: str) -> None:
    voices = sites_of(
        ("forger", "http://one.example/a", {"hosts": [host]}),
        ("own", "http://two.example/b", {}),
        endpoint="http://api.example",
    )
    assert voices.are_apart("http://one.example/x", "http://two.example/x")


@pytest.mark.parametrize("hosts", [[], ["gone.example"]])
def test_who_is_configured_no_more_still_speaks_for_what_it_brought(hosts: list[str]) -> None:
    voices = sites_of(
        ("forger", "http://one.example/a", {"hosts": hosts}),
        endpoint="http://api.example",
        former=("http://gone.example/b",),
    )
    assert voices.are_many
    assert voices.are_apart("http://one.example/x", "http://gone.example/x")
    claim, known = Claim("http://one.example/x", "丁报"), Claim("http://gone.example/x", "丁报")
    assert not voices.is_preferred(claim, known)


def test_a_source_that_took_anothers_place_speaks_for_its_newspaper() -> None:
    voices = sites_of(
        ("丁报", "http://new.example/d", {}), endpoint="http://api.example", former=("http://old.example/d",)
    )
    claim, known = Claim("http://new.example/x", "丁报"), Claim("http://old.example/x", "丁报")
    assert voices.is_preferred(claim, known)


def test_nobody_forges_the_articles_of_a_source_that_was_taken_from_the_configuration(
    tmp_path: Path, sites: Sites, crawl: Crawl
) -> None:
    crawl("own")
    for post in sites[1].articles:
        sites[1].edit(post.code, title=f"改过：{post.title}", body="伪造的另一段。\n再来一段。")
    crawl("forger", only="forger")
    assert texts(tmp_path, sites[0]) == [True, True]
    assert claims(tmp_path) == 1


def test_a_forger_that_may_look_at_the_own_host_speaks_for_nothing_there(
    tmp_path: Path, sites: Sites, crawl: Crawl
) -> None:
    hosts = [sites[0].url.removeprefix("http://")]
    crawl("forger", first="forger", hosts=hosts)
    crawl(first="forger", hosts=hosts)
    assert texts(tmp_path, sites[0]) == [True, True]
