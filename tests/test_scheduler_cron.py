"""Cron lines against a naive reading of crontab(5): walk every minute and look at the wall clock."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.cron.line import BadSchedule, parse_schedule
from scheduler.cron.trigger import ScheduleTrigger

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour of summer time
MINUTE = timedelta(minutes=1)


@cache
def naive_values(text: str, low: int, high: int) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin, end = (low, high) if span == "*" else (int(first), int(last or first))
        values |= set(range(begin, end + 1, int(step or 1)))
    return values


def naive_match(text: str, wall: datetime) -> bool:
    minute, hour, number, month, weekday = text.split()
    by_number = wall.day in naive_values(number, 1, 31)
    by_weekday = wall.isoweekday() % 7 in {value % 7 for value in naive_values(weekday, 0, 7)}
    both_restricted = number[0] != "*" and weekday[0] != "*"
    return (
        wall.minute in naive_values(minute, 0, 59)
        and wall.hour in naive_values(hour, 0, 23)
        and wall.month in naive_values(month, 1, 12)
        and ((by_number or by_weekday) if both_restricted else (by_number and by_weekday))
    )


def naive_fires(text: str, zone: ZoneInfo, start: datetime, minutes: int) -> list[datetime]:
    """Walk real minutes; with fixed hours, skipped wall minutes are caught up and repeated ones ignored."""
    hourly = naive_values(text.split()[1], 0, 23) == set(range(24))
    fires = []
    before = (start - MINUTE).astimezone(zone).replace(tzinfo=None)
    for n in range(minutes):
        local = (start + n * MINUTE).astimezone(zone)
        wall = local.replace(tzinfo=None, fold=0)
        skipped: list[datetime] = []
        if not hourly:
            gap = int((wall - before) / MINUTE)
            skipped = [before + k * MINUTE for k in range(1, gap)]
        repeated = local.fold == 1 and not hourly
        if any(naive_match(text, minute) for minute in [*skipped, wall]) and not repeated:
            fires.append(start + n * MINUTE)
        before = wall
    return fires


def fires(text: str, zone: ZoneInfo, start: datetime, minutes: int) -> list[datetime]:
    schedule = parse_schedule(text, zone)
    window = schedule.fires_between(start - MINUTE, start + (minutes - 1) * MINUTE)
    found = [fire.astimezone(UTC) for fire in window]
    surplus = schedule.count_between(start - MINUTE, start + (minutes - 1) * MINUTE) - len(found)
    assert surplus in ((0, 1) if zone.key == "Pacific/Apia" else (0,))
    return found


def fields(low: int, high: int) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    span = st.tuples(value, value).map(lambda ends: f"{min(ends)}-{max(ends)}")
    step = st.integers(1, high - low + 1)
    part = st.one_of(
        value.map(str),
        span,
        st.tuples(span, step).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        step.map(lambda n: f"*/{n}"),
    )
    return st.one_of(st.just("*"), part, st.lists(part, min_size=2, max_size=3).map(",".join))


LINES = st.tuples(
    fields(0, 59), fields(0, 23), fields(1, 31), st.one_of(st.just("*"), fields(1, 12)), fields(0, 7)
).map(" ".join)

# Two days around the changes of the clocks, and around ordinary month ends.
STARTS = {
    "Berlin, spring": (BERLIN, datetime(2025, 3, 29, 12, tzinfo=UTC)),
    "Berlin, autumn": (BERLIN, datetime(2025, 10, 25, 12, tzinfo=UTC)),
    "Lord Howe, spring": (LORD_HOWE, datetime(2025, 10, 4, 3, tzinfo=UTC)),
    "Lord Howe, autumn": (LORD_HOWE, datetime(2025, 4, 5, 3, tzinfo=UTC)),
    "Havana, clocks change at midnight": (ZoneInfo("America/Havana"), datetime(2025, 3, 8, 12, tzinfo=UTC)),
    "Havana, midnight comes twice": (ZoneInfo("America/Havana"), datetime(2025, 11, 1, 12, tzinfo=UTC)),
    "St John's, yesterday comes back": (ZoneInfo("America/St_Johns"), datetime(2010, 11, 6, 12, tzinfo=UTC)),
    "Apia, a day that never was": (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 29, 20, tzinfo=UTC)),
    "Shanghai, leap day": (SHANGHAI, datetime(2028, 2, 28, 12, tzinfo=UTC)),
    "Kathmandu, new year": (ZoneInfo("Asia/Kathmandu"), datetime(2025, 12, 31, 0, tzinfo=UTC)),
}


@settings(max_examples=80)
@given(text=LINES, place=st.sampled_from(sorted(STARTS)))
@example(text="30 2 * * *", place="Berlin, spring")
@example(text="30 2 * * *", place="Berlin, autumn")
@example(text="*/20 1-3 * * *", place="Berlin, autumn")
@example(text="*/7 * * * *", place="Berlin, autumn")
@example(text="15 * * * *", place="Lord Howe, spring")
@example(text="15 * * * *", place="Lord Howe, autumn")
@example(text="0 0 * * *", place="Havana, clocks change at midnight")
@example(text="*/10 * * * *", place="St John's, yesterday comes back")
@example(text="0 6 * * *", place="Apia, a day that never was")
def test_fires_as_a_walk_through_every_minute_says(text: str, place: str) -> None:
    zone, start = STARTS[place]
    expected = naive_fires(text, zone, start, 2 * 24 * 60)
    try:
        assert fires(text, zone, start, 2 * 24 * 60) == expected
    except BadSchedule:  # refused because its days don't exist in its months
        assert expected == []


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=str)
@pytest.mark.parametrize(
    "text", ["*/5 * * * *", "0 6 * * 1", "30 2 * * *", "0 6,18 * * 1-5", "15 4 1,15 * 0", "7 */3 * * *"]
)
def test_a_month_of_fires(text: str, zone: ZoneInfo) -> None:
    start = datetime(2026, 3, 5, tzinfo=UTC)  # Berlin's clocks change on 29 March
    assert fires(text, zone, start, 31 * 24 * 60) == naive_fires(text, zone, start, 31 * 24 * 60)


@pytest.mark.parametrize("weekday", ["1", "mon", "MON"])
def test_one_is_monday(weekday: str) -> None:
    schedule = parse_schedule(f"0 6 * * {weekday}", SHANGHAI)
    fire = schedule.next_after(datetime(2026, 5, 1, tzinfo=SHANGHAI))
    assert fire == datetime(2026, 5, 4, 6, tzinfo=SHANGHAI)
    assert fire.strftime("%A") == "Monday"


@pytest.mark.parametrize("weekday", ["0", "7", "sun"])
def test_sunday_has_two_numbers(weekday: str) -> None:
    schedule = parse_schedule(f"0 6 * * {weekday}", SHANGHAI)
    assert schedule.next_after(datetime(2026, 5, 1, tzinfo=SHANGHAI)).strftime("%A") == "Sunday"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        ("0 0 * jan-mar fri-sun", "0 0 * 1-3 5-7"),
        ("0 0 * * sun-tue", "0 0 * * 0-2"),
        ("  0   0 * * * ", "0 0 * * *"),
    ],
)
def test_spellings_of_the_same(text: str, same: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    first, second = (
        list(
            itertools.islice(
                parse_schedule(line, SHANGHAI).fires_between(start, start.replace(year=2028)), 30
            )
        )
        for line in (text, same)
    )
    assert first == second
    assert first


def test_both_day_fields_restricted_means_either() -> None:
    days = fires("0 0 13 * 5", ZoneInfo("UTC"), datetime(2026, 2, 1, tzinfo=UTC), 28 * 24 * 60)
    assert [day.day for day in days] == [6, 13, 20, 27]
    days = fires("0 0 10 * 5", ZoneInfo("UTC"), datetime(2026, 2, 1, tzinfo=UTC), 28 * 24 * 60)
    assert [day.day for day in days] == [6, 10, 13, 20, 27]


def test_a_step_from_the_star_restricts_nothing_more() -> None:
    days = fires("0 0 */2 * 5", ZoneInfo("UTC"), datetime(2026, 2, 1, tzinfo=UTC), 28 * 24 * 60)
    assert [day.day for day in days] == [13, 27]


def test_the_rarest_schedule_is_found() -> None:
    schedule = parse_schedule("0 0 29 2 */7", ZoneInfo("UTC"))  # the star keeps it "and": a Sunday
    last_of_the_century = datetime(2088, 2, 29, tzinfo=UTC)
    leap_days = (datetime(year, 2, 29, tzinfo=UTC) for year in range(2092, 2200, 4) if year != 2100)
    assert schedule.next_after(last_of_the_century) == next(day for day in leap_days if day.isoweekday() == 7)
    assert schedule.last_until(last_of_the_century + timedelta(days=365)) == last_of_the_century


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0 0 31 2 *", "never fires"),
        ("0 0 30,31 2 *", "never fires"),
        ("0 0 31 4,6,9,11 *", "never fires"),
        ("60 * * * *", "the minute '60'"),
        ("* 24 * * *", "the hour '24'"),
        ("* * 0 * *", "the day of month '0'"),
        ("* * * 13 *", "the month '13'"),
        ("* * * * 8", "the day of week '8'"),
        ("* * * * fri-mon", "the range runs backwards from 5 to 1"),
        ("9-5 * * * *", "the range runs backwards from 9 to 5"),
        ("*/0 * * * *", "a step of 0"),
        ("*/61 * * * *", "a step of 61"),
        ("5/15 * * * *", "5-59/15"),
        ("* * * * L", "the day of week 'l'"),
        ("* * * * 5#2", "the day of week '5#2'"),
        ("? * * * *", "the minute '?'"),
        ("1,,2 * * * *", "the minute '1,,2'"),
        ("٣ * * * *", "the minute '٣'"),
        ("1" * 5000 + " * * * *", "the minute"),
        ("* * * *", "expected five fields"),
        ("* * * * * *", "expected five fields"),
        ("@reboot", "expected five fields"),
        ("", "expected five fields"),
    ],
)
def test_a_bad_schedule_says_what_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(BadSchedule, match=r"expected|never fires") as caught:
        parse_schedule(text, SHANGHAI)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_never_fires_needs_no_weekday_beside() -> None:
    schedule = parse_schedule("0 0 31 2 1", SHANGHAI)  # every Monday of February, by the rule of either
    assert schedule.next_after(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 2, 2, tzinfo=SHANGHAI)


@settings(max_examples=60)
@given(text=LINES, seconds=st.integers(0, 4 * 366 * 86400))
def test_last_until_mirrors_next_after(text: str, seconds: int) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    try:
        schedule = parse_schedule(text, BERLIN)
    except BadSchedule:
        return
    fire = schedule.next_after(moment)
    assert fire > moment
    assert schedule.last_until(fire) == fire
    assert schedule.last_until(fire - timedelta(seconds=1)) <= moment


# Each moment lies in the hour that comes twice, the second time. These cases keep cron's arithmetic our own:
# cronsim 2.8 answers with the run before the one that is named here (docs/design.md#libraries).
@pytest.mark.parametrize(
    ("text", "zone", "moment", "last"),
    [
        ("30 2 * * *", "Europe/Berlin", "2025-10-26T02:10:00+01:00", "2025-10-26T02:30:00+02:00"),
        ("*/20 1-3 * * *", "Europe/Berlin", "2025-10-26T02:00:00+01:00", "2025-10-26T02:40:00+02:00"),
        ("10 0,23 * * *", "America/Havana", "2025-11-02T00:00:00-05:00", "2025-11-02T00:10:00-04:00"),
        ("*/20 1-3 * * *", "Australia/Lord_Howe", "2025-04-06T01:30:00+10:30", "2025-04-06T01:40:00+11:00"),
        ("0 0 * * *", "America/St_Johns", "2010-11-06T23:01:00-03:30", "2010-11-07T00:00:00-02:30"),
    ],
)
def test_the_last_run_is_known_while_the_clocks_repeat_an_hour(
    text: str, zone: str, moment: str, last: str
) -> None:
    asked, expected = (datetime.fromisoformat(time).astimezone(UTC) for time in (moment, last))
    assert parse_schedule(text, ZoneInfo(zone)).last_until(asked).astimezone(UTC) == expected
    assert naive_fires(text, ZoneInfo(zone), asked - 24 * 60 * MINUTE, 24 * 60 + 1)[-1] == expected


def test_fires_between_is_lazy() -> None:
    schedule = parse_schedule("* * * * *", SHANGHAI)
    window: Iterator[datetime] = schedule.fires_between(
        datetime(1990, 1, 1, tzinfo=UTC), datetime(2990, 1, 1, tzinfo=UTC)
    )
    assert len(list(itertools.islice(window, 3))) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * * *", "every minute (Asia/Shanghai)"),
        ("*/5 * * * *", "every 5 minutes (Asia/Shanghai)"),
        ("*/7 * * * *", "9 times an hour (Asia/Shanghai)"),
        ("5 * * * *", "every hour at minute 5 (Asia/Shanghai)"),
        ("0 6 * * 1", "at 06:00 on Mon (Asia/Shanghai)"),
        ("0 6,18 1,15 * fri-sun", "at 06:00, 18:00 on Sun, Fri, Sat or on day 1,15 (Asia/Shanghai)"),
        ("*/5 6-8 * 3 *", "36 times a day in month 3 (Asia/Shanghai)"),
        ("@weekly", "at 00:00 on Sun (Asia/Shanghai)"),
    ],
)
def test_a_schedule_in_words(text: str, words: str) -> None:
    assert parse_schedule(text, SHANGHAI).describe() == words


def test_the_trigger_delays_all_sources_of_a_moment_alike() -> None:
    now = datetime(2026, 5, 1, 0, 1, tzinfo=UTC)
    first, second = (
        ScheduleTrigger(parse_schedule(line, SHANGHAI), 30.0, "seed").get_next_fire_time(None, now)
        for line in ("*/5 * * * *", "5 8 * * *")
    )
    assert first == second
    assert now.replace(minute=5) < first < now.replace(minute=5) + timedelta(seconds=30)


def test_a_large_jitter_never_reaches_the_next_run() -> None:
    trigger = ScheduleTrigger(parse_schedule("* * * * *", SHANGHAI), 3600.0, "seed")
    fire = now = datetime(2026, 5, 1, tzinfo=UTC)
    for minute in range(1, 100):
        fire = trigger.get_next_fire_time(fire, fire)
        assert now + minute * MINUTE <= fire < now + minute * MINUTE + timedelta(seconds=30)


def test_the_trigger_skips_what_has_passed() -> None:
    trigger = ScheduleTrigger(parse_schedule("*/5 * * * *", SHANGHAI))
    long_ago, now = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, 0, 1, tzinfo=UTC)
    assert trigger.get_next_fire_time(long_ago, now) == now.replace(minute=5)
    assert trigger.get_next_fire_time(now.replace(minute=5), now) == now.replace(minute=10)
