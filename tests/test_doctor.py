"""`jianbao doctor`: each thing that newcomers get wrong is named, with what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.command_line import Command
from support.newsroom import Newsroom, small_press

from jianbao.configuration import load_configuration
from jianbao.doctor.archive import examine_archive
from jianbao.doctor.finding import Finding
from jianbao.doctor.installation import OWN_PACKAGES, examine_installation, find_foreign
from jianbao.doctor.place import examine_place, find_file_system
from jianbao.doctor.settings import examine_settings
from storage.archive.folder import Archive
from storage.records.saying import read_phrases

SOURCE = '[[sources]]\nslug = "ywb"\nname = "云湾报"\nkind = "category"\nurl = "http://127.0.0.1:9/c.html"\n'


def levels(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.said.key.removeprefix("doctor."): finding.level for finding in findings}


def test_what_is_wrong_has_a_remedy_in_both_languages() -> None:
    for language in ("en", "zh"):
        phrases = read_phrases(language)
        told = {key for key in phrases if key.startswith("doctor.")}
        ill = {key for key in told if not key.endswith(("_ok", "_todo"))}
        assert {f"{key}_todo" for key in ill} == {key for key in told if key.endswith("_todo")}


def test_this_installation_is_well() -> None:
    found = levels(examine_installation())
    assert [check for check, level in found.items() if level == "fail"] == []
    assert {"python_ok", "sqlite_ok", "packages_ok", "packages_own_ok", "zones_ok"} <= found.keys()


def test_another_package_of_our_name_is_found() -> None:
    assert find_foreign() == {}
    assert find_foreign((*OWN_PACKAGES, "email"))["email"].endswith("email")
    assert find_foreign(("no_such_package",)) == {"no_such_package": "nowhere"}


SETTINGS = {
    "contact_example": SOURCE,
    "robots_ignored": SOURCE + "[http]\nobey_robots = false\n",
    "sources_none": 'archive = "a"\n',
    "sources_off": SOURCE + "enabled = false\n",
    "schedule_never": SOURCE,
    "backup_nowhere": SOURCE,
    "backup_unscheduled": SOURCE + '[backup]\nto = "b"\n',
    "backup_away": SOURCE + '[backup]\nto = "/no/such/disk/b"\nschedule = "@daily"\n',
}


@pytest.mark.parametrize("check", SETTINGS)
def test_a_setting_that_nobody_wants_is_named(tmp_path: Path, check: str) -> None:
    path = tmp_path / "jianbao.toml"
    path.write_text(SETTINGS[check], "utf-8")
    found = levels(examine_settings(load_configuration(path, None, {})))
    assert found[check] in ("warn", "fail")


def test_good_settings_are_well(tmp_path: Path) -> None:
    path = tmp_path / "jianbao.toml"
    good = SOURCE + 'schedule = "@hourly"\n[http]\ncontact = "mailto:desk@example.org"\n'
    path.write_text(good + '[backup]\nto = "b"\nschedule = "@daily"\n', "utf-8")
    assert set(levels(examine_settings(load_configuration(path, None, {}))).values()) == {"ok"}


def test_a_network_disk_is_named(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    for kind, level in (
        ("ext4", "ok"),
        ("nfs4", "fail"),
        ("cifs", "fail"),
        ("fuse.sshfs", "fail"),
        ("9p", "fail"),
    ):
        mounts.write_text(f"/dev/root / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
        assert find_file_system(tmp_path / "archive", mounts) == kind
        found = {one.check: one.level for one in examine_place(tmp_path / "archive", mounts)}
        assert found["file_system"] == level
    assert found["permissions"] == found["clock"] == "ok"


def test_a_wrong_clock_and_a_full_disk_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    few = os.statvfs_result((4096, 4096, 1000, 10, 10, 100, 10, 10, 0, 255))
    monkeypatch.setattr("os.statvfs", lambda _path: few)
    assert {"disk_short", "inodes_short"} <= levels(examine_place(tmp_path)).keys()
    monkeypatch.setattr("time.time", lambda: 1_000.0)
    assert levels(examine_place(tmp_path))["clock_early"] == "fail"
    monkeypatch.setattr("time.time", lambda: 2_500_000_000.0)
    assert levels(examine_place(tmp_path))["clock_apart"] == "warn"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Archive.open(tmp_path / "archive").close()
    return tmp_path / "archive"


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as connection, connection:
        connection.execute(statement)


ARCHIVES: dict[str, Callable[[Path], object]] = {
    "archive_none": shutil.rmtree,
    "archive_old": lambda folder: change(folder, "UPDATE alembic_version SET version_num = '0003'"),
    "archive_new": lambda folder: change(folder, "UPDATE alembic_version SET version_num = '9999'"),
    "archive_unusable": lambda folder: (folder / "archive.db").write_bytes(b"x" * 9_000),
    "events_open": lambda folder: change(
        folder,
        "INSERT INTO event (kind, message, opened_at, last_seen_at) "
        "VALUES ('captures_lost', '少了', '2026-03-20 04:00:00.000000', '2026-03-20 04:00:00.000000')",
    ),
    "service_died": lambda folder: (folder / "service.json").write_text(
        '{"beat_at": "2026-03-20T04:00:00+00:00"}'
    ),
}


@pytest.mark.parametrize("check", ARCHIVES)
def test_what_is_the_matter_with_an_archive_is_named(folder: Path, check: str) -> None:
    ARCHIVES[check](folder)
    assert levels(examine_archive(folder))[check] in ("warn", "fail")


def test_an_archive_that_nobody_looks_after_is_named(folder: Path) -> None:
    found = levels(examine_archive(folder, datetime.now(UTC) + timedelta(days=30)))
    assert {found["backup_made_never"], found["looked_never"], found["service_stopped"]} == {"warn"}
    assert found["archive_ok"] == found["originals_ok"] == found["events_ok"] == "ok"


def test_the_command_tells_in_the_language_that_is_wanted(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "jianbao.toml"
    path.write_text(SOURCE, "utf-8")
    ended = command("--config", path, "--language", "zh", "doctor")
    assert ended.status == 0
    assert "联系方式还是示例" in ended.stdout
    path.write_text(SOURCE + "colour = 1\n", "utf-8")
    ended = command("--config", path, "doctor", "--json")
    assert ended.status == 1
    (bad,) = [one for one in ended.json["findings"] if one["level"] == "fail"]
    assert (bad["check"], "colour" in bad["message"]) == ("configuration", True)
    assert bad["todo"]


def test_every_page_is_asked_once(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(small_press(4, 2))
    gone = newsroom.site.slugs[1]
    newsroom.site.misbehave(f"/category/{gone}.html", "status", status=503)
    ended = newsroom.run("doctor", "--online", "--json")
    found = {one["message"]: one["level"] for one in ended.json["findings"] if one["check"] == "source"}
    assert sorted(found.values()) == ["fail", "ok"]
    asked = [request.path for request in newsroom.site.requests if "category" in request.path]
    assert len(asked) == 2
    assert not (newsroom.archive_folder / "archive.db").exists()
