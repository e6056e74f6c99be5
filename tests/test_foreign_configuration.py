"""A command that opens an archive with no configuration, or another one's, switches no source off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from support.command_line import Ended, run_process
from support.post_files import a_post, write_posts

from jianbao.configuration import load_configuration
from jianbao.crawl.opening import open_archive
from storage.archive.folder import Archive

OURS = ("ganjiangwanbao", "xinjiangwanbao", "yaohuribao")
SOURCE = '[[sources]]\nslug = "{slug}"\nname = "报"\nkind = "category"\nurl = "http://127.0.0.1:9/{slug}"\n'
Order = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Port:
    """An archive with the sources of its own configuration, and another configuration beside it."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "ours"

    @property
    def foreign(self) -> Path:
        return self.folder / "foreign.toml"

    def fill(self, order: Order) -> list[str]:
        return [word.format(folder=self.folder) for word in order]

    def sources(self) -> dict[str, bool]:
        with Archive.open_existing(self.archive) as archive, archive.reading() as connection:
            rows = connection.execute(text("SELECT slug, enabled FROM source ORDER BY slug"))
            return {row.slug: bool(row.enabled) for row in rows}


def write_configuration(path: Path, archive: str | None, *slugs: str, disabled: str = "") -> Path:
    named = f'archive = "{archive}"\n' if archive else ""
    sources = [SOURCE.format(slug=slug) + ("enabled = false\n" if slug == disabled else "") for slug in slugs]
    path.write_text(
        named + "".join(sources) + '[http]\ncontact = "mailto:a@b.example"\nretries = 0\n', "utf-8"
    )
    return path


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Port:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JIANBAO_ARCHIVE", raising=False)
    own = write_configuration(tmp_path / "own.toml", "ours", *OURS)
    open_archive(load_configuration(own, None, {}), polls=True).close()
    write_configuration(tmp_path / "foreign.toml", "theirs", "wanbao", OURS[0], disabled=OURS[0])
    write_posts(tmp_path / "site" / "_posts", [a_post(1)])
    (tmp_path / "text.txt").write_text("春耕\n\u3000\u3000田埂上的拖拉机往来不停。\n", "utf-8")
    return Port(tmp_path)


ORDERS: dict[str, Order] = {
    "import posts": ("import", "posts", "{folder}/site"),
    "import text": (
        "import",
        "text",
        "{folder}/text.txt",
        "--source",
        "zaobao",
        "--media",
        "早报",
        "--date",
        "2022-01-02",
    ),
    "recrawl": ("recrawl", "--code", "NW202204182345810011", "--dry-run"),
    "reindex": ("reindex",),
    "stories": ("stories", "--rebuild"),
    "status": ("status", "--resolve"),
    "sources": ("sources",),
    "export": ("export", "jsonl", "{folder}/out.jsonl"),
}


def kept(delivered: Port) -> bool:
    found = delivered.sources()
    return all(found[slug] for slug in OURS)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_without_a_configuration(order: Order, delivered: Port, command: Callable[..., Ended]) -> None:
    assert command("--archive", delivered.archive, *delivered.fill(order)).status == 0
    assert kept(delivered)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_with_a_configuration_for_another_archive(
    order: Order, delivered: Port, command: Callable[..., Ended]
) -> None:
    ended = command("--archive", delivered.archive, "--config", delivered.foreign, *delivered.fill(order))
    assert ended.status == 0, ended.stderr
    assert kept(delivered)
    assert "wanbao" not in delivered.sources()


def test_crawling_enters_what_it_polls_and_leaves_the_others_on(
    delivered: Port, command: Callable[..., Ended]
) -> None:
    ended = command("--archive", delivered.archive, "--config", delivered.foreign, "crawl", "wanbao")
    assert ended.status == 1, "nobody listens there"
    assert kept(delivered)
    assert delivered.sources()["wanbao"]


def test_the_configuration_that_lies_in_the_current_folder_is_no_exception(delivered: Port) -> None:
    """It is found unasked, and may be any other archive's."""
    write_configuration(delivered.folder / "jianbao.toml", None, "wanbao")
    ended = run_process("--archive", delivered.archive, "import", "posts", "site")
    assert ended.status == 0, ended.stderr
    assert kept(delivered)


def test_what_a_configuration_no_longer_names_is_switched_off_in_its_own_archive(delivered: Port) -> None:
    own = write_configuration(delivered.folder / "own.toml", "ours", OURS[0])
    open_archive(load_configuration(own, None, {}), polls=False).close()
    assert delivered.sources() == dict(zip(OURS, (True, False, False), strict=True))


@pytest.mark.parametrize("spelling", ["ours", "./theirs/../ours", "{folder}/ours", "linked"])
def test_an_archive_is_ones_own_by_any_spelling(delivered: Port, spelling: str) -> None:
    (delivered.folder / "linked").symlink_to("ours")
    own = write_configuration(delivered.folder / "own.toml", "ours", OURS[0])
    named = Path(spelling.format(folder=delivered.folder))
    assert load_configuration(own, named, {}).origin == "file"


def test_an_installation_may_name_the_archive_in_its_environment(delivered: Port) -> None:
    """As systemd's units and the crontab do: crawls bring the sources to the file, imports do not."""
    own = write_configuration(delivered.folder / "own.toml", "elsewhere", OURS[0])
    configuration = load_configuration(own, delivered.archive, {"JIANBAO_ARCHIVE": str(delivered.archive)})
    assert configuration.origin == "environment"
    open_archive(configuration, polls=False).close()
    assert kept(delivered)
    open_archive(configuration, polls=True).close()
    assert delivered.sources() == dict(zip(OURS, (True, False, False), strict=True))


def test_a_configuration_without_sources_says_nothing_of_them(delivered: Port) -> None:
    own = write_configuration(delivered.folder / "own.toml", "ours")
    for polls in (True, False):
        open_archive(load_configuration(own, None, {}), polls=polls).close()
    assert kept(delivered)
