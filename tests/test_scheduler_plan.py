"""What was missed, and what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.cron.line import parse_schedule
from scheduler.plan import Batch, Plan, Source, gather_batch, make_plan
from scheduler.settings import Limits

SHANGHAI = ZoneInfo("Asia/Shanghai")
GRACE = timedelta(seconds=60)


def source(slug: str = "xishanribao", schedule: str = "0 * * * *", *, enabled: bool = True) -> Source:
    return Source(slug, parse_schedule(schedule, SHANGHAI), enabled)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 5, 1, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "last", "due", "missed"),
    [
        (at(12, 0, 1), at(11), at(12), None),
        (at(12, 1), at(11), at(12), None),
        (at(12, 1, 1), at(11), at(12), (1, at(12), at(12))),
        (at(12, 0, 1), at(10), at(12), (1, at(11), at(11))),
        (at(12, 30), at(8), at(12), (4, at(9), at(12))),
        (at(12, 0, 30), at(8), at(12), (3, at(9), at(11))),
        (at(11, 59, 59), at(11), None, None),
        (at(11, 30), at(18), None, None),
        (at(11, 30, 7), None, at(11, 30, 7), None),
    ],
    ids=[
        "in time",
        "just within grace",
        "late",
        "in time after one missed",
        "machine was off",
        "back on the minute",
        "not yet",
        "due time ahead of the clock",
        "never ran",
    ],
)
def test_one_source(
    now: datetime,
    last: datetime | None,
    due: datetime | None,
    missed: tuple[int, datetime, datetime] | None,
) -> None:
    plan = make_plan(now, [source()], {"xishanribao": last}, GRACE)
    assert plan.due == ({} if due is None else {"xishanribao": due})
    assert [(m.count, m.first, m.last) for m in plan.missed] == ([] if missed is None else [missed])


def test_a_disabled_source_is_neither_due_nor_missed() -> None:
    assert make_plan(at(12), [source(enabled=False)], {"xishanribao": at(1)}, GRACE) == Plan((), {})


def test_a_long_absence_is_counted_without_looking_at_every_minute() -> None:
    long_ago = datetime(2025, 5, 1, tzinfo=SHANGHAI)
    (missed,) = make_plan(
        at(12, 5, 30), [source(schedule="* * * * *")], {"xishanribao": long_ago}, GRACE
    ).missed
    assert missed.count == 365 * 24 * 60 + 12 * 60 + 4
    assert missed.last == at(12, 4)


def test_what_is_due_together_is_one_batch_under_the_latest_time() -> None:
    batch = gather_batch({"yunwanbao": at(11, 55), "xishanribao": at(11)})
    assert batch == Batch(("xishanribao", "yunwanbao"), at(11, 55))


@settings(max_examples=50)
@given(
    lines=st.lists(
        st.sampled_from(["*/5 * * * *", "0 * * * *", "0 6 * * 1", "30 2 * * *", "@monthly"]), min_size=1
    ),
    hours=st.integers(1, 2000),
)
def test_a_batch_accounts_for_each_of_its_sources(lines: list[str], hours: int) -> None:
    """After a catch-up under the batch's one due time, nothing is due a second time."""
    sources = [source(f"source-{n}", line) for n, line in enumerate(lines)]
    now = at(12, 7)
    plan = make_plan(now, sources, {s.slug: now - timedelta(hours=hours) for s in sources}, GRACE)
    if plan.due:
        due_at = gather_batch(plan.due).due_at
        assert make_plan(
            now, sources, {s.slug: due_at for s in sources if s.slug in plan.due}, GRACE
        ).due == {s.slug: now for s in sources if s.slug not in plan.due}


def test_a_service_needs_room_for_a_child() -> None:
    with pytest.raises(ValueError, match="the number of children 0 is not valid"):
        Limits(children=0)
