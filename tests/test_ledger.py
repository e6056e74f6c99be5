"""The ledger: every listing is in exactly one state, whatever happens to it, and nothing is given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, create_engine, insert, select, update
from support.ledger_changes import settle_archived, settle_furniture, settle_gone, settle_unarchived

from pipelines.listings import FIRST_RETRY, retry_distance
from storage.archive.folder import Archive
from storage.database.ledger_days import add_day_functions, keep_days, list_wrong_days
from storage.database.schema import capture, listing, metadata, source
from storage.ledger.listing import count_states, ensure_listing
from storage.ledger.owed import ListingFilter, find_listings, list_owed, select_listings
from storage.ledger.poll import record_listings, record_poll
from storage.ledger.source import list_sources, order_poll, save_sources
from storage.records import Form, Listed, Owed, Poll, PollOrder, Source, Validators
from storage.records.instants import LONGEST_RETRY
from storage.records.saying import quote

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
SLUGS = ("shangraoribao", "nanchangribao", "emnews")
CODES = tuple(f"NW2026032029000000{number:02d}" for number in range(4))
STATES = {"owed", "archived", "failed", "quarantined", "gone", "furniture"}
SETTLED = ("archived", "gone", "furniture")


def enter_sources(connection: Connection, slugs: tuple[str, ...] = SLUGS) -> None:
    rows = [Source(slug, slug, "category", None, "Asia/Shanghai", None, enabled=True) for slug in slugs]
    save_sources(connection, rows)


def enter_capture(connection: Connection) -> int:
    """Enter a capture that never was; return its id."""
    number = connection.execute(select(capture.c.id).order_by(capture.c.id.desc()).limit(1)).scalar() or 0
    connection.execute(
        insert(capture).values(
            url="http://127.0.0.1/",
            fetched_at=NOW,
            status=200,
            payload_digest=f"sha256:{number}",
            warc_file="a.warc.gz",
            warc_offset=number,
            warc_length=1,
        )
    )
    return number + 1


def listed(code: str, form: Form = "media", title: str = "鄱阳湖水位回落") -> Listed:
    name = code if form == "media" else code[-18:]
    return Listed(code, form, f"http://127.0.0.1/paper/2026/03/20/{name}.html", title)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Return a write transaction on a fresh archive with three sources."""
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        enter_sources(connection)
        yield connection


def owed(connection: Connection, slug: str, due_by: datetime | None = None) -> list[Owed]:
    return list_owed(connection, slug, due_by)


def row(connection: Connection, slug: str, code: str = CODES[0]) -> dict[str, object]:
    found = connection.execute(select(listing).where(listing.c.source == slug, listing.c.info_code == code))
    return dict(found.mappings().one())


class Ledger(RuleBasedStateMachine):
    """Any sequence of polls and outcomes, against what the ledger promises."""

    @initialize()
    def open(self) -> None:
        self.engine = create_engine("sqlite://")
        self.connection = self.engine.connect()
        metadata.create_all(self.connection)
        driver = self.connection.connection.driver_connection
        assert driver is not None
        add_day_functions(driver)
        keep_days(driver)
        enter_sources(self.connection)
        self.ever: set[tuple[str, str]] = set()
        self.now = NOW

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    @rule(
        slug=st.sampled_from(SLUGS),
        codes=st.lists(st.sampled_from(CODES), unique=True),
        title=st.sampled_from(["甲", "乙"]),
    )
    def poll(self, slug: str, codes: list[str], title: str) -> None:
        self.now += timedelta(minutes=5)
        form: Form = "rolling" if slug == "emnews" else "media"
        recorded = record_listings(
            self.connection, slug, [listed(code, form, title) for code in codes], self.now
        )
        fresh = {(slug, code) for code in codes} - self.ever
        assert recorded.new == len(fresh)
        self.ever |= fresh

    @rule(
        slug=st.sampled_from(SLUGS),
        outcome=st.sampled_from(["archived", "failed", "quarantined", "gone", "furniture"]),
    )
    def settle(self, slug: str, outcome: str) -> None:
        found = owed(self.connection, slug)
        if not found:
            return
        before = self._states()
        self._settle(found[0], outcome)
        if outcome in ("failed", "quarantined"):
            settled = {key for key, state in before.items() if state in SETTLED}
            assert {key: self._states()[key] for key in settled} == {key: before[key] for key in settled}

    @rule(slug=st.sampled_from(SLUGS), code=st.sampled_from(CODES))
    def stale_failure(self, slug: str, code: str) -> None:
        """A fetch that another crawl has overtaken fails."""
        settled = {key: state for key, state in self._states().items() if state in SETTLED}
        form: Form = "rolling" if slug == "emnews" else "media"
        settle_unarchived(self.connection, Owed(slug, code, form, "", ""), "refused", self.now)
        assert settled.items() <= self._states().items()

    @rule(code=st.sampled_from(CODES))
    def ask(self, code: str) -> None:
        wanted = Owed("shangraoribao", code, "media", "http://127.0.0.1/json", "")
        assert ensure_listing(self.connection, wanted, self.now) == (("shangraoribao", code) not in self.ever)
        self.ever.add(("shangraoribao", code))

    @invariant()
    def the_sum_holds(self) -> None:
        if not hasattr(self, "ever"):
            return
        counts = count_states(self.connection)
        assert {state for states in counts.values() for state in states} <= STATES
        assert sum(sum(states.values()) for states in counts.values()) == len(self.ever)
        assert self._states().keys() == self.ever, "nothing is ever lost"
        assert list_wrong_days(self.connection) == []

    @invariant()
    def what_is_not_settled_has_a_next_try(self) -> None:
        if not hasattr(self, "ever"):
            return
        for each in self.connection.execute(select(listing)):
            assert each.next_try_at is not None or each.state in SETTLED
            assert (each.last_error is None) <= (each.state in ("owed", "archived", "furniture"))

    def _settle(self, found: Owed, outcome: str) -> None:
        match outcome:
            case "archived":
                settle_archived(self.connection, found.info_code, found.form, enter_capture(self.connection))
                assert found.info_code not in {each.info_code for each in owed(self.connection, found.source)}
            case "furniture":
                settle_furniture(self.connection, found.info_code, found.form, enter_capture(self.connection))
            case "failed":
                settle_unarchived(self.connection, found, "answered 500", self.now)
            case "quarantined":
                number = enter_capture(self.connection)
                settle_unarchived(self.connection, found, "has no title", self.now, capture_id=number)
            case _:
                settle_gone(self.connection, found, "answered 404")

    def _states(self) -> dict[tuple[str, str], str]:
        rows = self.connection.execute(select(listing.c.source, listing.c.info_code, listing.c.state))
        return {(slug, code): state for slug, code, state in rows}


Ledger.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestLedger = Ledger.TestCase


# -- what is owed ---------------------------------------------------------------------------------


def test_listed_twice_is_owed_once(connection: Connection) -> None:
    for _ in range(2):
        record_listings(connection, "shangraoribao", [listed(code) for code in CODES], NOW)
    assert [each.info_code for each in owed(connection, "shangraoribao")] == list(CODES)
    assert [each.info_code for each in list_owed(connection, "shangraoribao", None, CODES[1], 1)] == [
        CODES[2]
    ]


def test_a_failure_waits_twice_as_long_each_time_and_a_day_at_most(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    distances = []
    for _ in range(12):
        (found,) = owed(connection, "shangraoribao")
        distances.append(settle_unarchived(connection, found, "answered 500", NOW) - NOW)
    assert distances[0] == FIRST_RETRY
    assert distances == [min(FIRST_RETRY * 2**number, LONGEST_RETRY) for number in range(12)]
    assert distances[-1] == LONGEST_RETRY == retry_distance(10_000) == timedelta(days=1)


def test_a_failure_is_not_due_before_its_next_try(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    (found,) = owed(connection, "shangraoribao", NOW)
    next_try = settle_unarchived(connection, found, "answered 500", NOW)
    assert owed(connection, "shangraoribao", next_try - timedelta(seconds=1)) == []
    assert len(owed(connection, "shangraoribao", next_try)) == 1
    assert len(owed(connection, "shangraoribao")) == 1, "by hand it is tried at once"


def test_a_wish_for_rest_is_kept(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    (found,) = owed(connection, "shangraoribao")
    rest = NOW + timedelta(hours=2)
    assert settle_unarchived(connection, found, "asked", NOW, not_before=rest) == rest
    assert settle_unarchived(connection, found, "asked", NOW, not_before=NOW) == NOW + FIRST_RETRY


def test_listing_a_failed_article_again_does_not_hurry_it(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    (found,) = owed(connection, "shangraoribao")
    next_try = settle_unarchived(connection, found, "answered 500", NOW)
    record_listings(connection, "shangraoribao", [listed(CODES[0], title="改了题")], NOW)
    again = row(connection, "shangraoribao")
    assert (again["next_try_at"], again["attempts"], again["title"]) == (next_try, 1, "改了题")


def test_one_fetch_settles_every_source_that_lists_the_same_form(connection: Connection) -> None:
    for slug in ("shangraoribao", "nanchangribao"):
        record_listings(connection, slug, [listed(CODES[0])], NOW)
    record_listings(connection, "emnews", [listed(CODES[0], "rolling")], NOW)
    assert settle_archived(connection, CODES[0], "media", enter_capture(connection)) == 2
    assert (owed(connection, "shangraoribao"), owed(connection, "nanchangribao")) == ([], [])
    assert [each.form for each in owed(connection, "emnews")] == ["rolling"]


def test_each_listing_knows_where_else_its_article_is_listed(connection: Connection) -> None:
    record_listings(connection, "emnews", [listed(CODES[0], "rolling")], NOW)
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    other = Listed(CODES[0], "media", "http://127.0.0.1/other/2026/03/20/a.html", "题")
    record_listings(connection, "nanchangribao", [other], NOW)
    (found,) = owed(connection, "shangraoribao")
    assert found.elsewhere == (other.url, listed(CODES[0], "rolling").url), "its own form first"


def test_an_archived_article_with_a_new_title_is_due_again(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    settle_archived(connection, CODES[0], "media", enter_capture(connection))
    same = record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    assert (same.new, same.again, owed(connection, "shangraoribao")) == (0, 0, [])
    assert record_listings(connection, "shangraoribao", [listed(CODES[0], title="改了题")], NOW).again == 1
    (found,) = owed(connection, "shangraoribao")
    assert (found.state, found.title) == ("archived", "改了题")


def test_a_form_that_is_left_keeps_an_article_from_being_gone(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(CODES[0])], NOW)
    record_listings(connection, "emnews", [listed(CODES[0], "rolling")], NOW)
    settle_archived(connection, CODES[0], "media rolling", enter_capture(connection))
    rolling, media = (find_listings(connection, CODES[0])[index] for index in (0, 1))
    assert (rolling.form, media.form) == ("rolling", "media")
    assert not settle_gone(connection, rolling, "answered 404")
    assert row(connection, "shangraoribao")["state"] == "archived"
    assert settle_gone(connection, media, "answered 404")


def test_thousands_of_listings_are_recorded_in_parts(connection: Connection) -> None:
    many = [listed(f"NW20260320{number:010d}") for number in range(1203)]
    assert record_listings(connection, "shangraoribao", many, NOW).new == 1203
    assert record_listings(connection, "shangraoribao", many, NOW).new == 0
    assert len(select_listings(connection, ListingFilter(sources=["shangraoribao"]))) == 1203


def test_filters_choose_listings(connection: Connection) -> None:
    record_listings(connection, "shangraoribao", [listed(code) for code in CODES[:3]], NOW)
    record_listings(connection, "nanchangribao", [listed(CODES[0])], NOW + timedelta(days=1))
    (first, *_) = owed(connection, "shangraoribao")
    settle_unarchived(connection, first, "answered 500", NOW)

    def chosen(**wanted: object) -> list[tuple[str, str]]:
        found = select_listings(connection, ListingFilter(**wanted))  # type: ignore[arg-type]
        return [(each.source, each.info_code) for each in found]

    assert chosen() == [("shangraoribao", code) for code in CODES[:3]], "each article once"
    assert chosen(state="failed") == [("shangraoribao", CODES[0])]
    assert chosen(sources=["nanchangribao"]) == [("nanchangribao", CODES[0])]
    assert chosen(info_codes=[CODES[1], CODES[3]]) == [("shangraoribao", CODES[1])]
    assert chosen(since=NOW + timedelta(seconds=1)) == [("nanchangribao", CODES[0])]
    assert chosen(until=NOW) == []


# -- polls ----------------------------------------------------------------------------------------


def poll_order(connection: Connection) -> PollOrder:
    return next(order_poll(each) for each in list_sources(connection) if each.slug == "shangraoribao")


CHANGED = Poll("shangraoribao", "changed", NOW, (listed(CODES[0]),), Validators('"a"', "Fri"), "hash")


def test_validators_are_kept_with_what_their_page_listed(connection: Connection) -> None:
    assert record_poll(connection, CHANGED).new == 1
    order = poll_order(connection)
    assert (order.validators, order.body_hash) == (Validators('"a"', "Fri"), "hash")


@pytest.mark.parametrize(
    "poll",
    [
        Poll("shangraoribao", "unchanged", NOW),
        Poll("shangraoribao", "failed", NOW, error=quote("answered 500")),
    ],
    ids=["304", "failed"],
)
def test_a_poll_without_a_page_leaves_the_validators(connection: Connection, poll: Poll) -> None:
    record_poll(connection, CHANGED)
    before = poll_order(connection)
    record_poll(connection, poll)
    assert poll_order(connection) == replace(before, has_failed=poll.outcome == "failed")


def test_an_empty_poll_forgets_the_page(connection: Connection) -> None:
    record_poll(connection, CHANGED)
    record_poll(connection, Poll("shangraoribao", "empty", NOW))
    order = poll_order(connection)
    assert (order.validators, order.body_hash) == (None, None)
    assert len(owed(connection, "shangraoribao")) == 1, "what it owed it still owes"


def test_a_source_with_another_address_forgets_its_old_page(connection: Connection) -> None:
    record_poll(connection, CHANGED)
    connection.execute(update(source).values(url="http://127.0.0.1/a"))
    moved = Source(
        "shangraoribao", "上饶日报", "category", "http://127.0.0.1/b", "Asia/Shanghai", None, enabled=True
    )
    save_sources(connection, [moved])
    assert poll_order(connection).body_hash is None
    assert [each.slug for each in list_sources(connection) if each.enabled] == ["shangraoribao"]
