"""An earlier wording of an article: command, API and page claim the same of it, and no picture of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from support.command_line import Command
from support.delivered_articles import DeliveredArticles
from support.served_archive import fill_archive
from support.web_client import open_reader

from storage.database.schema import article

PICTURE = "https://pictures.example/evening.jpg"


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> DeliveredArticles:
    """Return an archive in which the present wording of a revised article has a picture."""
    work = fill_archive(tmp_path_factory.mktemp("pictured"))
    picture = {"url": PICTURE, "caption": None, "position": 0, "width": None, "height": None}
    with work.archive.writing() as connection:
        revised = article.c.info_code == code_of(work)
        connection.execute(update(article).where(revised).values(images=[picture]))
    work.archive.close()
    return work


def code_of(work: DeliveredArticles) -> str:
    """Return the code of the article that has two revisions."""
    return work.offer.articles[3].info_code


@pytest.mark.parametrize(("revision", "shown"), [(None, [PICTURE]), (2, [PICTURE]), (1, [])])
def test_command_page_and_api_agree_on_pictures(
    pictured: DeliveredArticles, command: Command, revision: int | None, shown: list[str]
) -> None:
    folder: Path = pictured.archive.folder
    code = code_of(pictured)
    option = [] if revision is None else ["--revision", str(revision)]
    printed = command("--archive", folder, "show", code, *option, "--json").json
    asked = "" if revision is None else f"revision={revision}"
    with open_reader(folder) as client:
        answered = client.get(f"/api/v1/articles/{code}?{asked}").json()
        page = client.get(f"/article/{code}?images=1&{asked}").text
    assert [image["url"] for image in printed["images"]] == shown
    assert [image["url"] for image in answered["images"]] == shown
    assert (f'src="{PICTURE}"' in page) == bool(shown)
    assert printed == answered


def test_the_present_wording_keeps_its_kinds_when_it_is_named(
    pictured: DeliveredArticles, command: Command
) -> None:
    present = command("--archive", pictured.archive.folder, "show", code_of(pictured), "--json").json
    options = ("--revision", str(present["revision"]), "--json")
    assert command("--archive", pictured.archive.folder, "show", code_of(pictured), *options).json == present
