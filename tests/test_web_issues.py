"""Issues in the reader: pages of a day, one page with its areas, pictures and PDFs from the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

import pytest
from support.drawn_pictures import draw_jpeg, draw_png, print_pdf
from support.printed_issue import (
    ADDRESS,
    DAY,
    FIRST,
    OWED,
    PICTURE,
    REST,
    SECOND,
    SLUG,
    print_issue,
)
from support.web_client import TestClient, open_reader

from storage.archive.folder import Archive
from storage.articles.whole import find_whole
from storage.captures.capture import list_originals

ISSUE = f"/issue/{SLUG}/{DAY}"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return an archive of one digital newspaper."""
    with Archive.open(tmp_path_factory.mktemp("printed")) as archive:
        print_issue(archive)
        yield archive


@pytest.fixture(scope="module")
def reader(printed: Archive) -> Iterator[TestClient]:
    with open_reader(printed.folder) as client:
        yield client


def address(body: bytes, where: str = "picture") -> str:
    return f"/{where}/{sha256(body).hexdigest()}"


def test_a_picture_comes_from_the_warc_file_for_ever(reader: TestClient) -> None:
    body = draw_jpeg(64, 48)
    answer = reader.get(address(body))
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    again = reader.get(address(body), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "digest", ["0" * 64, "a", "A" * 64, f"{'0' * 63}%00", sha256(print_pdf("A01")).hexdigest()]
)
def test_what_is_no_archived_picture_is_not_there(reader: TestClient, digest: str) -> None:
    assert reader.get(f"/picture/{digest}").status_code == 404


def test_a_pdf_is_downloaded(reader: TestClient) -> None:
    answer = reader.get(address(print_pdf("A01"), "pdf"))
    assert answer.content == print_pdf("A01")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="2026-03-20-')


def test_an_issue_shows_its_pages_and_what_stands_on_them(reader: TestClient) -> None:
    page = reader.get(ISSUE).text
    assert f'<img src="{address(draw_png(100, 160))}" alt="" width="100" height="160"' in page
    assert [code in page for code in (FIRST, SECOND, REST, OWED)] == [True] * 4
    assert page.index(FIRST) < page.index(SECOND) < page.index("要闻") < page.index(REST) < page.index(OWED)
    assert '<span class="state listed">incomplete</span>' in page
    assert f"{address(print_pdf('A01'), 'pdf')}" in page
    assert f"/issue/{SLUG_IN_LINKS}/2026-03-17" in page


SLUG_IN_LINKS = "%E6%B9%96%E7%95%94%E6%97%A5%E6%8A%A5"


def test_a_page_has_its_articles_areas_over_its_picture(reader: TestClient) -> None:
    page = reader.get(f"{ISSUE}/1").text
    assert f'<img src="{address(draw_png(400, 640))}"' in page
    assert 'viewBox="0 0 100 160"' in page
    areas = re.findall(
        r'<a href="/article/([^"]+)"[^>]*><title>([^<]+)</title><polygon points="([^"]+)"/></a>', page
    )
    assert areas == [
        (FIRST, "湖水退了三尺", "0,0 50,0 50,80 0,80"),
        (SECOND, "渡口开了第一班船", "50,0 100,0 100,80 50,80"),
    ]
    assert f'href="#area-{FIRST}"' in page
    assert f'href="/issue/{SLUG_IN_LINKS}/2026-03-20/2" rel="next"' in page
    assert "style=" not in page
    assert "<script" not in page


def test_a_page_without_facsimile_lists_its_articles(reader: TestClient) -> None:
    page = reader.get(f"{ISSUE}/2").text
    assert "<img" not in page
    assert "This page is not archived as a picture." in page
    assert REST in page
    assert "goes on from another page" in page


def test_days_without_an_issue_say_so(reader: TestClient) -> None:
    assert "Nothing was printed on this day." in reader.get(f"/issue/{SLUG}/2026-03-18").text
    failed = reader.get(f"/issue/{SLUG}/2026-03-19").text
    assert "page A02 answered 503" in failed
    assert reader.get(f"/issue/{SLUG}/2026-03-01").status_code == 404
    assert reader.get(f"{ISSUE}/9").status_code == 404
    assert reader.get(f"{ISSUE}/0").status_code == 400
    assert reader.get("/issue/nowhere/2026-03-20").status_code == 404


def test_the_calendar_tells_none_from_failed(reader: TestClient) -> None:
    page = reader.get(f"/source/{SLUG}?year=2026").text
    cells = dict(
        re.findall(
            r'/issue/[^/]+/2026-03-(\d\d)" tabindex="-1"><title>[^<]*</title><rect class="day (\w+)"', page
        )
    )
    assert (cells["18"], cells["19"]) == ("silent", "unlisted")
    assert cells["20"].startswith("level")
    assert "Newest issues" in page


def test_the_front_page_leads_to_the_newest_issue(reader: TestClient) -> None:
    assert f'href="/issue/{SLUG_IN_LINKS}/2026-03-20"' in reader.get("/").text


def test_an_article_shows_its_pictures_and_where_it_stands(reader: TestClient) -> None:
    page = reader.get(f"/article/{FIRST}").text
    assert f'<img src="{address(draw_jpeg(64, 48))}" alt="渔户把船拖上了岸。" width="64" height="48"' in page
    assert page.count("<img") == 1
    assert "1 picture is not loaded" in page
    assert '<p class="kicker"><bdi>春汛来了</bdi></p>' in page
    assert '<p class="subtitle"><bdi>头一网三百斤</bdi></p>' in page
    assert f'href="/issue/{SLUG_IN_LINKS}/2026-03-20/1"><bdi>A01 头版</bdi>' in page
    assert "paper.example" not in "".join(re.findall(r'src="([^"]+)"', page))


def test_parts_of_a_story_lead_to_each_other(reader: TestClient) -> None:
    rest, begin = reader.get(f"/article/{REST}").text, reader.get(f"/article/{SECOND}").text
    assert f'Continued from another page: <a href="/article/{SECOND}"' in rest
    assert f'It goes on: <a href="/article/{REST}"' in begin
    assert "Known to be incomplete: <bdi>a next page that nobody declared</bdi>" in begin


def test_the_api_has_issues_pages_and_pictures(reader: TestClient) -> None:
    listed = reader.get(f"/api/v1/sources/{SLUG}/issues").json()
    assert [(one["day"][-2:], one["state"]) for one in listed["items"]] == [
        ("20", "listed"), ("19", "failed"), ("18", "none"), ("17", "complete"),
    ]  # fmt: skip
    assert len(reader.get(f"/api/v1/sources/{SLUG}/issues?from=2026-03-19").json()["items"]) == 2
    assert reader.get(f"/api/v1/sources/{SLUG}/issues?form=2026").status_code == 422
    first, second = reader.get(f"/api/v1/sources/{SLUG}/issues/{DAY}").json()["printed"]
    assert (first["number"], first["articles"]) == ("A01", [FIRST, SECOND])
    assert first["pdf"]["address"] == address(print_pdf("A01"), "pdf")
    assert first["shown"]["width"] == 100
    assert second["picture"]["state"] == "owed"
    assert [area["info_code"] for area in second["areas"]] == [REST]
    kept, failed = reader.get(f"/api/v1/articles/{FIRST}/pictures").json()["items"]
    assert (kept["url"], kept["address"], kept["width"]) == (PICTURE, address(draw_jpeg(64, 48)), 64)
    assert (failed["state"], failed["address"]) == ("failed", None)
    assert "503" in failed["error"]
    assert reader.get("/api/v1/articles/hupan-20260320.99/pictures").status_code == 404


def test_documents_name_what_is_kept_of_images(reader: TestClient) -> None:
    kept, failed = reader.get(f"/api/v1/articles/{FIRST}").json()["images"]
    assert kept["digest"] == f"sha256:{sha256(draw_jpeg(64, 48)).hexdigest()}"
    assert (kept["type"], kept["size"], kept["width"]) == ("image/jpeg", len(draw_jpeg(64, 48)), 64)
    assert (failed["state"], failed["digest"]) == ("failed", None)


def test_a_web_archive_of_an_article_has_its_pictures_and_facsimiles(printed: Archive) -> None:
    with printed.reading() as connection:
        assert find_whole(connection, FIRST) is not None
        urls = {capture.url.removeprefix(ADDRESS) for capture in list_originals(connection, [FIRST])}
    assert urls == {"/1.jpg", "/01.png", "/s01.png", "/01.pdf"}
