"""Which days a backfill asks for: what is wanted, less what is done, with what was begun."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from jianbao.crawl.history import HistoryWish, NoSuchSpan, join_spans, plan_history
from jianbao.crawl.history_report import say_duration
from jianbao.crawl.walk import Walk, close_span
from storage.records import Headway, Issue, Poll
from storage.records.saying import quote
from storage.records.span import Span, SpanState, span_retry

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
TODAY = date(2026, 3, 20)
OPEN = date.min


def day(number: int) -> date:
    return date(2026, 3, number)


def span(first: date, last: date, state: SpanState = "done", begun: datetime = NOW, **rest: object) -> Span:
    return Span("jxrb", first, last, True, state, begun, **rest)  # type: ignore[arg-type]


def planned(
    known: list[Span], first: date | None = None, last: date | None = None
) -> list[tuple[date, date]]:
    wish = HistoryWish("jxrb", TODAY, first, last)
    return [(one.first_day, one.last_day) for one in plan_history(wish, day(1), known, NOW).todo]


EARLIER = NOW - timedelta(days=90)


@pytest.mark.parametrize(
    ("known", "first", "last", "todo"),
    [
        ([], None, None, [(day(1), TODAY)]),
        ([], None, day(31), [(day(1), TODAY)]),
        ([span(day(1), TODAY)], None, None, []),
        ([span(day(1), day(19))], None, None, []),
        ([span(day(1), day(19))], None, TODAY, [(TODAY, TODAY)]),
        ([span(day(1), day(10))], None, None, [(day(11), TODAY)]),
        ([span(day(5), day(10))], day(1), day(12), [(day(11), day(12)), (day(1), day(4))]),
        ([span(OPEN, day(10))], day(1), day(12), [(day(11), day(12))]),
        ([span(day(5), day(10)), span(day(8), day(12))], day(6), day(11), []),
        (
            [span(day(5), day(10), "stopped", cursor="x")],
            None,
            day(10),
            [(day(5), day(10)), (day(1), day(4))],
        ),
        ([span(OPEN, TODAY, "stopped", cursor="x")], day(3), day(4), [(day(3), day(4))]),
        ([span(day(1), TODAY, "failed", next_try_at=NOW + timedelta(hours=1))], None, None, []),
        ([span(day(1), TODAY, "failed", next_try_at=NOW)], None, None, [(day(1), TODAY)]),
        (
            [span(day(1), TODAY, "failed", next_try_at=NOW + timedelta(days=99))],
            None,
            None,
            [(day(1), TODAY)],
        ),
    ],
)
def test_what_is_to_do(
    known: list[Span], first: date | None, last: date | None, todo: list[tuple[date, date]]
) -> None:
    assert planned(known, first, last) == todo


def test_days_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(NoSuchSpan, match="there is no day from 2026-03-21"):
        planned([], day(21))


def test_spans_that_touch_become_one() -> None:
    joined = join_spans(
        [span(day(5), day(6)), span(OPEN, day(2)), span(day(3), day(3)), span(day(4), day(5))]
    )
    assert [(one.first_day, one.last_day) for one in joined] == [(OPEN, day(6))]
    assert len(join_spans([span(day(1), day(2)), span(day(4), day(5))])) == 2


def poll(cursor: str | None, *issues: Issue, unanswered: int = 0, failed: bool = False) -> Poll:
    headway = None if failed else Headway(cursor, 1, 9)
    return Poll(
        "jxrb",
        "failed" if failed else "empty",
        NOW,
        error=quote("it broke") if failed else None,
        issues=issues,
        headway=headway,
        unanswered=unanswered,
    )


def test_an_outage_leads_back_to_where_it_began() -> None:
    walk = Walk([span(day(1), day(9), "running")])
    walk.take(poll("8", Issue(day(9), "listed")), NOW)
    for cursor in "7654":
        assert walk.take(poll(cursor, Issue(day(8), "unknown"), unanswered=1), NOW).state == "running"
    left = walk.take(poll("3", Issue(day(4), "unknown", reason=quote("no answer")), unanswered=1), NOW)
    assert (left.state, left.cursor, left.next_try_at) == ("failed", "8", NOW + timedelta(hours=1))
    assert left.reason == "5 steps in a row brought nothing: no answer"


def test_a_step_that_fails_or_comes_no_further_puts_the_span_off() -> None:
    failed = Walk([span(day(1), day(9), "running")]).take(poll(None, failed=True), NOW)
    assert (failed.state, failed.reason, failed.is_walked) == ("failed", "it broke", False)
    walk = Walk([span(day(1), day(9), "running", cursor="7", stepped_at=NOW)])
    assert walk.take(poll("7"), NOW).reason == "its steps come no further than 7"


def test_a_history_without_a_first_day_ends_where_nothing_was_printed_for_long() -> None:
    walk = Walk([span(OPEN, TODAY, "running")])
    walk.take(poll("a", Issue(day(1), "listed")), NOW)
    assert walk.take(poll("b", Issue(day(1) - timedelta(days=400), "none")), NOW).cursor == "b"
    assert walk.take(poll("c", Issue(day(1) - timedelta(days=401), "none")), NOW).is_walked


def test_a_history_without_a_first_day_ends_where_day_after_day_is_not_there() -> None:
    walk = Walk([span(OPEN, TODAY, "running")])
    walk.take(poll("a", Issue(day(19), "listed")), NOW)
    gone = [day(18) - timedelta(days=back) for back in range(60)]
    states = [walk.take(poll(f"{one}", Issue(one, "unknown")), NOW).is_walked for one in gone]
    assert states == [False] * 59 + [True]


def test_a_day_with_an_issue_begins_the_count_anew_and_no_answer_is_not_counted() -> None:
    walk = Walk([span(OPEN, TODAY, "running")])
    for number in range(200):
        state = "listed" if number % 50 == 0 else "unknown"
        one = Issue(TODAY - timedelta(days=number), state)  # type: ignore[arg-type]
        assert not walk.take(poll(f"{number}", one), NOW).is_walked


def test_a_history_gone_on_with_is_not_at_its_beginning_for_a_silent_day() -> None:
    walk = Walk([span(OPEN, TODAY, "stopped", cursor="x")])
    assert not walk.take(poll("y", Issue(TODAY - timedelta(days=900), "unknown")), NOW).is_walked


def test_a_span_is_done_once_no_day_of_it_is_lost() -> None:
    walked = span(day(1), day(9), "running", stepped_at=NOW)
    assert close_span(walked, [], NOW).state == "done"
    put_off = close_span(walked, [day(number) for number in range(1, 8)], NOW)
    assert put_off.reason is not None
    assert put_off.reason.startswith("7 days could not be had: 2026-03-01, 2026-03-02")
    assert put_off.reason.endswith("and 2 more")
    assert [span_retry(attempts).total_seconds() / 3600 for attempts in (0, 1, 2, 99)] == [1, 2, 4, 720]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "about 1 s"),
        (119, "about 119 s"),
        (150, "about 2 min"),
        (9000, "about 2 h"),
        (2e6, "about 23 days"),
    ],
)
def test_durations_promise_no_more_than_an_estimate(seconds: float, said: str) -> None:
    assert say_duration(seconds) == said
