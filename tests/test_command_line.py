"""The command line: one JSON document, the promised keys and statuses, and one clear sentence for trouble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PYTHON, Ended, run_process
from support.newsroom import Newsroom

HOSTILE = "\x1b]0;owned\x07[bold red]惊\x1b[2J喜[/bold red]\u202e 反转 {payload} 【重磅】"
COUNTS = {"slug", "poll", "listed", "new", "revised", "unchanged", "gone", "failed", "quarantined"}
REPORT = {"crawl_id", "status", "requests", "sources"}
SHOWN = {
    *("info_code", "title", "media", "author", "published_at", "url", "sources", "summary", "text"),
    *("paragraphs", "images", "securities", "continued", "status", "revision", "revisions"),
    *("duplicate_of", "first_seen_at", "capture"),
}
LISTED = {"info_code", "title", "media", "published_at", "sources", "snippet"}
STATUS_OF_SOURCE = {"slug", "enabled", "last_crawl", "next_run", "owed", "failed"}
# Typer itself needs pydantic for the options of a single command.
HEAVY = {"scrapy", "sqlalchemy", "twisted", "alembic", "lxml", "aiohttp", "apscheduler", "rich"}
COMMANDS = ("init", "demo", "crawl", "recrawl", "run", "status", "sources", "list", "show")


@pytest.fixture
def archived(newsroom: Newsroom) -> Newsroom:
    """Return a newsroom whose two articles are archived."""
    newsroom.crawl()
    return newsroom


def one_sentence(ended: Ended) -> str:
    """Return what a command said when it gave up, checked to be a sentence and no trace."""
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("jianbao: ")
    assert "[Errno" not in lines[0]
    assert "sqlite3." not in lines[0]
    return lines[0]


# -- JSON -----------------------------------------------------------------------------------------


def test_crawl_and_recrawl_print_the_promised_keys(archived: Newsroom) -> None:
    code = archived.site.articles[0].code
    for arguments in (("crawl",), ("recrawl", "--code", code)):
        report = archived.ask(*arguments)
        assert report.keys() >= REPORT
        assert report["status"] == "ok"
        assert all(counts.keys() >= COUNTS for counts in report["sources"])


def test_show_prints_the_promised_keys(archived: Newsroom) -> None:
    shown = archived.show(archived.site.articles[0].code)
    assert shown.keys() >= SHOWN
    assert shown["text"] == "\n".join(shown["paragraphs"])
    assert shown["published_at"].endswith("+08:00")
    assert [
        revision.keys() >= {"number", "seen_at", "title", "content_hash"} for revision in shown["revisions"]
    ]
    assert shown["capture"]["status"] == 200


def test_images_and_securities_have_the_promised_keys(open_newsroom: Any) -> None:
    newsroom = open_newsroom()
    newsroom.crawl()
    shown = [newsroom.show(post.code) for post in newsroom.site.articles]
    images = [image for article in shown for image in article["images"]]
    securities = [security for article in shown for security in article["securities"]]
    assert images
    assert securities
    assert all(image.keys() >= {"url", "caption"} for image in images)
    assert all(security.keys() >= {"market", "code", "name", "mention"} for security in securities)


def test_list_prints_the_promised_keys(archived: Newsroom) -> None:
    found = archived.ask("list", "--limit", "1")
    assert found.keys() >= {"total", "items"}
    assert (found["total"], len(found["items"])) == (2, 1)
    assert found["items"][0].keys() >= LISTED
    assert archived.ask("list", "--offset", "1")["items"][0] != found["items"][0]
    none = archived.ask("list", "--media", "不存在的报纸")
    assert (none["total"], none["items"]) == (0, [])
    assert '"不存在的报纸"' in none["hints"][0]


def test_status_prints_the_promised_keys(archived: Newsroom) -> None:
    found = archived.ask("status")
    assert found.keys() >= {"sources", "events", "service"}
    (source,) = [source for source in found["sources"] if source["enabled"]]
    assert source.keys() >= STATUS_OF_SOURCE
    assert (source["last_crawl"]["status"], source["owed"], source["failed"]) == ("ok", 0, 0)


def test_sources_prints_every_source(archived: Newsroom) -> None:
    (source,) = archived.ask("sources")["sources"]
    assert (source["slug"], source["last_poll"]) == (archived.site.slugs[0], "changed")
    assert source["listings"] == {"archived": 2}


def test_list_filters_by_day_and_source(archived: Newsroom) -> None:
    first, second = sorted(archived.site.articles, key=lambda post: post.published_at)
    day = f"{second.published_at:%Y-%m-%d}"
    assert first.published_at.date() < second.published_at.date()
    assert [item["info_code"] for item in archived.ask("list", "--from", day)["items"]] == [second.code]
    assert archived.ask("list", "--to", day)["total"] == 2
    assert archived.ask("list", "--source", first.slug)["total"] == 2
    assert archived.run("list", "--source", "yizhoubao").status == 2
    assert archived.run("list", "--from", "2026-13-01").status == 2


# -- statuses -------------------------------------------------------------------------------------


def test_exit_statuses(archived: Newsroom) -> None:
    code = archived.site.articles[0].code
    assert archived.run("list").status == 0
    assert archived.run("show", code).status == 0
    assert archived.run("status").status == 0
    assert archived.run("show", "NW202603209999999999").status == 1
    assert archived.run("show", code, "--revision", "2").status == 1
    assert archived.run("show", "12345").status == 2
    assert archived.run("show").status == 2
    assert archived.run("list", "--limit", "0").status == 2
    assert archived.run("sing").status == 2
    assert archived.run().status == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("list --to 9999-12-31", "--to 9999-12-31 is out of range; expected 1990-01-01 to 2200-12-31"),
        ("list --from 0001-01-01", "--from 0001-01-01 is out of range"),
        ("recrawl --from 0001-01-01", "--from 0001-01-01 is out of range"),
        ("recrawl --to 2201-01-01 --dry-run", "--to 2201-01-01 is out of range"),
        ("list --to 2026-02-30", "--to 2026-02-30 is not a day"),
        ("list --offset 99999999999999999999", "Input should be less than or equal to"),
        ("list --limit 99999999999999999999", "Input should be less than or equal to"),
        (
            "show NW202603209999999999 --revision 99999999999999999999",
            "Input should be less than or equal to",
        ),
    ],
)
def test_days_and_numbers_out_of_range_are_usage_errors(
    archived: Newsroom, words: str, expected: str
) -> None:
    ended = archived.run(*words.split())
    assert ended.status == 2
    assert expected in " ".join(ended.stderr.split())


def test_the_first_and_the_last_day_are_days(archived: Newsroom) -> None:
    assert archived.ask("list", "--from", "1990-01-01", "--to", "2200-12-31")["total"] == 2


def test_a_quiet_crawl_prints_the_document_that_is_asked_for(archived: Newsroom) -> None:
    assert archived.run("crawl", "--quiet").stdout == ""
    assert archived.ask("crawl", "--quiet")["status"] == "ok"


def test_an_article_that_is_not_there_is_told_with_what_to_do(archived: Newsroom) -> None:
    said = one_sentence(archived.run("show", "202603209999999999", "--json"))
    assert "NW202603209999999999 is not in the archive: fetch it with `jianbao recrawl --code" in said


def test_an_article_of_another_site_that_nothing_listed_is_told_without_a_way_that_leads_nowhere(
    archived: Newsroom,
) -> None:
    said = one_sentence(archived.run("show", "jxrb-20230519.7712601", "--json"))
    assert said.endswith("jxrb-20230519.7712601 is not in the archive, and no page ever listed it")


def test_a_failed_crawl_says_what_failed(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.misbehave(post.code, "status", status=500)
    ended = newsroom.run("crawl")
    assert ended.status == 1
    assert (
        f"{post.info_code} from {post.slug}: {newsroom.site.url}{post.dated_path} answered 500"
        in ended.stderr
    )
    assert "crawl 1: partial, 4 requests" in ended.stdout


# -- trouble with files -----------------------------------------------------------------------------


def test_a_missing_configuration(tmp_path: Path) -> None:
    ended = run_process("--config", tmp_path / "no.toml", "list", "--json")
    assert ended.status == 2
    assert str(tmp_path / "no.toml") in one_sentence(ended)


@pytest.mark.parametrize(
    "words", [("list",), ("show", "NW202603202900000000"), ("status",)], ids=lambda words: words[0]
)
def test_an_archive_that_does_not_exist(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    ended = newsroom.run(*words)
    assert ended.status == 1
    assert f"there is no archive in {newsroom.archive_folder}: crawl first" in one_sentence(ended)
    assert not newsroom.archive_folder.exists()


@pytest.mark.parametrize(
    "words", [("crawl",), ("list",), ("sources",), ("status",)], ids=lambda words: words[0]
)
def test_a_file_in_the_place_of_the_archive(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    newsroom.archive_folder.write_text("not a folder", "utf-8")
    ended = newsroom.run(*words)
    assert ended.status == 2
    assert 'archive is "archive": it is a file; expected the path of a folder' in one_sentence(ended)
    assert newsroom.archive_folder.read_text("utf-8") == "not a folder"


@pytest.mark.parametrize(
    "words", [("crawl",), ("list",), ("sources",), ("status",)], ids=lambda words: words[0]
)
@pytest.mark.parametrize("damage", ["text", "torn"])
def test_a_damaged_database(archived: Newsroom, words: tuple[str, ...], damage: str) -> None:
    database = archived.archive_folder / "archive.db"
    for extra in archived.archive_folder.glob("archive.db-*"):
        extra.unlink()
    whole = database.read_bytes()
    torn = whole[:4096] + b"\xff" * (len(whole) - 4096)
    database.write_bytes(b"this is no database at all, sorry\n" * 200 if damage == "text" else torn)
    ended = archived.run(*words)
    assert ended.status == 1
    said = one_sentence(ended)
    assert str(database) in said
    assert "damaged" in said
    assert "bring the archive back from a backup" in said


@pytest.mark.parametrize("words", [("crawl",), ("list",)], ids=lambda words: words[0])
def test_a_database_that_cannot_be_opened(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    database = newsroom.archive_folder / "archive.db"
    database.parent.mkdir()
    database.symlink_to(newsroom.folder)
    ended = newsroom.run(*words)
    assert ended.status == 1
    assert one_sentence(ended)
    assert str(newsroom.archive_folder) in ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("words", [("crawl",), ("list",)], ids=lambda words: words[0])
def test_an_archive_that_may_not_be_read(archived: Newsroom, words: tuple[str, ...]) -> None:
    archived.archive_folder.chmod(0)
    try:
        ended = archived.run(*words)
    finally:
        archived.archive_folder.chmod(0o755)
    assert ended.status == 1
    assert str(archived.archive_folder) in one_sentence(ended)


# -- what people see --------------------------------------------------------------------------------


def test_hostile_titles_are_printed_harmlessly(newsroom: Newsroom) -> None:
    post = newsroom.site.articles[0]
    newsroom.site.edit(post.code, title=HOSTILE)
    newsroom.crawl()
    listed, shown = newsroom.run("list"), newsroom.run("show", post.code)
    for ended in (listed, shown):
        assert ended.status == 0
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(ended.stdout)
        assert "[bold red]" in ended.stdout, "markup is text"
    assert "\u3000\u3000" in shown.stdout, "paragraphs keep their indent"
    assert "\ufffd" not in newsroom.run("show", newsroom.site.articles[1].code).stdout
    title = newsroom.show(post.code)["title"]
    assert "惊" in title
    assert json.loads(newsroom.run("list", "--json").stdout)["total"] == 2


@pytest.mark.parametrize("words", ["list", "list --json", "status", "show --json CODE", "show CODE"])
def test_a_reader_that_goes_away_ends_a_command_quietly(archived: Newsroom, words: str) -> None:
    words = words.replace("CODE", archived.site.articles[0].code)
    line = [*PYTHON, "-m", "jianbao", "--config", str(archived.config), *words.split()]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0


def test_there_is_no_progress_in_a_pipe(newsroom: Newsroom) -> None:
    ended = run_process("--config", newsroom.config, "crawl", "--json")
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.json["status"] == "ok"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str) -> None:
    arguments = [*command.split(), "--help"]
    script = (
        "import sys, json\n"
        "from jianbao.cli import main\n"
        f"sys.argv = ['jianbao', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)\n"
    )
    ended = subprocess.run([*PYTHON, "-c", script], capture_output=True, text=True, check=True)
    imported = set(json.loads(ended.stderr))
    assert not HEAVY & imported
    assert command or "pydantic" not in imported
    assert "Usage: jianbao" in ended.stdout
    if not command:
        assert all(name in ended.stdout for name in COMMANDS)


def test_the_environment_names_configuration_and_archive(archived: Newsroom, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "JIANBAO_CONFIG": str(archived.config)}
    assert run_process("list", "--json", **environment).json["total"] == 2
    ended = run_process("list", **environment, JIANBAO_ARCHIVE=str(tmp_path / "elsewhere"))
    assert ended.status == 1
    assert str(tmp_path / "elsewhere") in one_sentence(ended)


def test_the_version_is_told() -> None:
    ended = run_process("--version")
    assert (ended.status, ended.stdout.split()[0]) == (0, "jianbao")
    assert sys.version_info >= (3, 11)


# -- a cron job ---------------------------------------------------------------------------------------


def test_a_quiet_crawl_tells_a_failing_source_once_and_again_when_it_changes(newsroom: Newsroom) -> None:
    page, first = f"/category/{newsroom.site.slugs[0]}.html", newsroom.site.articles[0].code

    def tell(*targets: str, status: int = 500) -> str:
        newsroom.site.behave()
        for target in targets:
            newsroom.site.misbehave(target, "status", status=status)
        ended = newsroom.run("crawl", "--quiet")
        assert ended.status == bool(targets)
        return ended.stdout + ended.stderr

    assert "answered 500" in tell(page)
    assert tell(page) == "", "it has been told"
    assert "answered 403" in tell(page, status=403)
    assert tell(page, status=403) == ""
    newsroom.site.edit(first, title="又一个标题")
    assert "answered 403" not in tell(), "nothing fails"
    assert "answered 500" in tell(page), "it fails again"


def test_a_quiet_crawl_tells_of_articles_once(newsroom: Newsroom) -> None:
    first = newsroom.site.articles[0].code
    newsroom.site.misbehave(first, "status", status=500)
    told = newsroom.run("crawl", "--quiet")
    assert "answered 500" in told.stderr
    assert "crawl 1: partial" in told.stdout
    assert newsroom.run("crawl", "--quiet", "--due").stderr == ""
    newsroom.site.behave()
    newsroom.site.misbehave(first, "login")
    assert newsroom.run("crawl", "--quiet").stderr.count(newsroom.site.slugs[0]) >= 1


# -- a contact ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact", ["mailto:you@example.org", "mailto:You@mail.example.com", "mailto:your.name@example.net"]
)
def test_the_service_refuses_a_placeholder_for_a_contact(newsroom: Newsroom, contact: str) -> None:
    newsroom.configure(contact=contact)
    ended = newsroom.run("run")
    assert ended.status == 2
    assert f"http.contact is still a placeholder ({contact})" in one_sentence(ended)
    assert str(newsroom.config) in ended.stderr
    assert newsroom.site.requests == []
    assert not newsroom.archive_folder.exists()


def test_a_crawl_warns_of_a_placeholder_before_it_asks_anything(newsroom: Newsroom) -> None:
    newsroom.configure(contact="mailto:you@example.org")
    for words in ("crawl --json", "crawl --quiet"):
        ended = newsroom.run(*words.split())
        assert ended.status == 0
        assert "http.contact is still a placeholder" in ended.stderr


# -- help ---------------------------------------------------------------------------------------------


def test_help_has_a_short_name_whole_summaries_and_an_example() -> None:
    """All in one process: every command and every command of a group."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from jianbao.cli import app

    ask = CliRunner()
    group = get_command(app)
    words = [[name] for name in group.commands]  # type: ignore[attr-defined]
    words += [[name, sub] for name in ("import", "export") for sub in group.commands[name].commands]  # type: ignore[attr-defined]
    for line in words:
        told = ask.invoke(app, [*line, "-h"]).stdout
        assert f"Example: jianbao {' '.join(line)}" in told
        assert "..." not in told.replace("]...", "").replace("}...", "").replace("[ARGS]...", "")
    lines = ask.invoke(app, ["-h"]).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("..." in line for line in lines[1:])


def test_a_shell_completes_commands() -> None:
    told = run_process(
        _JIANBAO_COMPLETE="complete_bash", COMP_WORDS="jianbao re", COMP_CWORD="1", PATH=os.environ["PATH"]
    )
    assert told.stdout.split() == ["recrawl", "reparse", "reindex", "rebuild", "restore"]


# -- tables for 80 columns ----------------------------------------------------------------------------


def test_status_and_sources_fit_80_columns_with_short_times_in_one_zone(archived: Newsroom) -> None:
    newest = archived.ask("status")["sources"][0]["last_polled_at"]
    for command in ("status", "sources"):
        shown = archived.run(command).stdout
        assert max(map(len, shown.splitlines())) <= 80
        assert archived.site.slugs[0] in shown
        assert newest[5:16].replace("T", " ") in shown
        assert "+08:00" not in shown
        assert "times are UTC+8" in shown


def test_one_event_is_resolved_by_its_number(newsroom: Newsroom) -> None:
    for post in newsroom.site.articles:
        newsroom.site.misbehave(post.code, "login")
    newsroom.crawl(status=1)
    numbers = [event["id"] for event in newsroom.ask("status")["events"]]
    assert len(numbers) >= 2
    refused = newsroom.run("status", "--resolve", str(numbers[0]), "999")
    assert (refused.status, "no open event has the number 999" in refused.stderr) == (2, True)
    assert len(newsroom.events()) == len(numbers), "all or none"
    assert newsroom.run("status", "--resolve", str(numbers[0])).status == 1
    assert [event["id"] for event in newsroom.ask("status")["events"]] == numbers[1:]
    assert newsroom.run("status", str(numbers[1])).status == 2, "a number goes with --resolve"
