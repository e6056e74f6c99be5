"""The benchmarks run, and what they count is right; how long anything takes is no business of a test."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def run_benchmark(name: str) -> dict[str, Any]:
    """Run a benchmark in small and return its line of JSON; it ends with an error when a count is wrong."""
    ended = subprocess.run(
        [sys.executable, BENCHMARKS / name, "--quick"],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_a_crawl_and_its_polls_are_measured() -> None:
    # Itself it checks: requests = pages, every article archived, no row and no WARC byte from a poll.
    found = run_benchmark("crawl.py")
    assert found["full"]["articles"] == 40
    assert found["poll"]["pages"] == 40
    assert {"fetch", "read", "capture", "normalise", "deduplicate", "store"} <= found["stages"].keys()
    assert 0 < found["memory"]["large_mb"] <= 200


def test_a_history_is_measured_and_proved() -> None:
    # Itself it checks: nothing lost or doubled, days without an issue told from days of outage.
    found = run_benchmark("backfill.py")
    assert (found["kills"]["problems"], found["kills"]["issues"]) == ([], 10)
    assert found["cost"]["articles"][0] > 100
    assert 0 < found["cost"]["memory_mb"][1] <= 200


def test_adaptive_polling_saves_requests_and_misses_nothing() -> None:
    found = run_benchmark("polling.py")
    assert found["all"]["missed"] == 0
    assert found["all"]["saved"] > 0.75
    assert found["morning daily"]["median"] < 10
    assert found["changes in July"]["p95"] < 120


def test_a_rebuild_is_measured_and_proved() -> None:
    # Itself it checks: every row of every table is as it was.
    found = run_benchmark("rebuild.py")
    assert (found["articles"] > 150, found["whole"], found["fields_that_differ"]) == (True, True, 0)
    assert 0 < found["journal_bytes_an_article"] < 1_000


def test_a_re_parse_is_measured_and_improves_what_it_should() -> None:
    found = run_benchmark("reparse.py")
    assert (found["is_outdated"], found["is_only_a_look"], found["asked_network"]) == (True, True, 0)
    assert found["is_as_the_present_reader_makes_it"]
    assert found["look"]["fields"].keys() == {"title", "author"}
    assert (found["left"]["unchanged"], found["left"]["fields"]) == (300, {})


def test_limits_of_a_host_hold_for_the_service_its_children_and_a_crawl_together() -> None:
    # Itself it checks: no more at once and no faster than configured.
    found = run_benchmark("one_host.py")
    assert found["sources"] == 240
    assert 2 <= found["most_at_once"] <= 3


def test_one_new_article_is_measured_in_archives_of_two_sizes() -> None:
    found = run_benchmark("growth.py")
    assert found["articles"] == [1000, 2000]
    assert all(small > 0 and large > 0 for small, large, _ in found["storing"].values())


def test_planted_copies_are_found_and_nothing_else() -> None:
    found = run_benchmark("near_copies.py")
    assert found["articles"] == 2000
    assert found["copies"] > 100
    assert found["precision"] >= 0.99
    assert found["recall"] >= 0.98
    assert found["bytes"] < 1024


def test_searches_are_measured_and_compared_with_what_else_sqlite_has() -> None:
    # Itself it checks: every question finds exactly what LIKE finds in the folded texts.
    found = run_benchmark("search.py")
    assert found["articles"] == 2000
    assert found["search"]["newest"].keys() == found["rivals"]["times"]["LIKE"].keys()
    assert found["rivals"]["trigram"]["recall"]["2 characters"] == 0
    assert found["index_bytes"] < found["rivals"]["trigram"]["bytes"]


def test_every_page_of_the_reader_is_measured() -> None:
    # Itself it checks: every page answers 200.
    found = run_benchmark("reader.py")
    assert len(found["pages"]) > 20
    assert all(cpu > 0 for _, _, cpu in found["pages"].values())


def test_a_crowd_of_readers_is_measured_beside_a_crawl_and_an_import() -> None:
    found = run_benchmark("crowd.py")
    assert found["errors"] == 0
    assert found["pages"] > 0
    assert found["health_longest_s"] > 0


def test_pictures_are_measured() -> None:
    # Itself it checks: every address is kept, once more under each other address.
    found = run_benchmark("pictures.py")
    assert found["pictures"] == 25
    assert found["warc_bytes_per_picture"] < 1.02 * found["picture_bytes"] / found["pictures"]
    assert 0 < found["warc_bytes_per_repeat"] < 3000


def test_hostile_texts_are_measured() -> None:
    # Itself it checks: none takes far more than four times as long for four times the text.
    found = run_benchmark("linear.py")
    assert found["characters"] == 20_000
    assert {"list page", "plain text", "sanitiser", "differ", "search tokens"} <= found["worst"].keys()
    assert found["slow"] == []


def test_the_structure_of_a_checkout_is_measured() -> None:
    # Itself it checks: the crawl that it watches stores its article.
    [found] = run_benchmark("structure.py").values()
    assert found["loose files in jianbao/"] == 1  # cli
    assert found["loose files in storage/"] == found["loose helpers in tests/"] == 0
    assert 8 < found["files on the spine"] <= 19
    assert found["files on the spine"] < found["files that run in a first crawl"]
    assert 0 < found["modules that the web application loads"] < 240
    assert all(number > 0 for name, number in found.items() if name.startswith("places of"))


def test_only_code_counts_as_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    find_places = runpy.run_path(str(BENCHMARKS / "structure.py"))["find_places"]
    for room in ("jianbao", "jianbao/demo"):
        (tmp_path / room).mkdir()
    (tmp_path / "jianbao" / "one.py").write_text('KIND = "infocode"\n')
    (tmp_path / "jianbao" / "two.py").write_text("from spiders.kinds import infocode\n")
    (tmp_path / "jianbao" / "told.py").write_text('"""infocode"""\nTOLD = "infocode?"  # infocode\n')
    (tmp_path / "jianbao" / "demo" / "site.py").write_text('KIND = "infocode"\n')
    assert find_places(tmp_path, re.compile("infocode$")) == ["jianbao/one.py", "jianbao/two.py"]


def test_backups_and_looks_are_measured_and_nothing_is_lost() -> None:
    found = run_benchmark("custody.py")
    assert found["restore"]["ok"]
    assert (found["kills"]["tried"], found["kills"]["lost"]) == (3, 0)
    assert found["backup"]["again_mb"] < found["backup"]["warc_mb"]


def test_breaks_are_caught_for_every_kind_of_source() -> None:
    found = run_benchmark("breaks.py")  # ends with an error where a page of nothing becomes an article
    assert found["barriers"]["caught"] == sum(found["barriers"].values()) >= 80
    assert found["layouts"]["caught"] + found["layouts"]["harmless"] >= 0.75 * sum(found["layouts"].values())
    assert found["false_alarms"] == 0


def test_days_of_a_simulated_year_with_a_kill_and_a_lost_file_leave_a_whole_archive() -> None:
    found = run_benchmark("soak.py")  # ends with an error when an article, event, revision or row is wrong
    assert found["violations"] == []
    assert {fault["fault"] for fault in found["faults"]} == {"Killed", "LostFile"}
    assert found["counts"]["listed: archived"] > 50


def test_with_everything_at_once_no_write_is_lost() -> None:
    found = run_benchmark("load.py")
    assert (found["problems"], found["locked"], found["errors"]) == ([], 0, 0)
    assert all(turns >= 1 for turns in found["turns"].values())
    assert found["pages"] > 0
