"""The service: APScheduler says when to look, the plan says what is due, child processes crawl it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger

from scheduler.accounting import account
from scheduler.auto_polls import AutoPolls
from scheduler.backlog import Backlog
from scheduler.batch import run_batch
from scheduler.chores import Chores
from scheduler.cron.trigger import ScheduleTrigger
from scheduler.ending import Ending
from scheduler.idle import Idle
from scheduler.liveness.heartbeat import Heartbeat, read_heartbeat, write_heartbeat
from scheduler.liveness.poll_watch import PollWatch
from scheduler.liveness.service_lock import hold_archive
from scheduler.liveness.systemd import notify_systemd
from scheduler.liveness.watchdog import Watchdog
from scheduler.obstacle import Obstacle
from scheduler.pause import Pause
from scheduler.plan import Batch, gather_batch, make_plan
from scheduler.runs import Child, Missed, RunHistory
from scheduler.settings import ServiceSettings
from scheduler.vocabulary.refusal import HistoryBroken, HistoryRefused
from scheduler.vocabulary.sentence import Sentence

_LOG = logging.getLogger("scheduler")
_CLOCK_JUMP = 5.0  # seconds between wall clock and monotonic clock: more is sleep or a clock that was set
_HELD_BACK = timedelta(minutes=1)  # until a source is looked at again whose host's budget is spent
_SHOWN_RUNS = 20  # next runs in the heartbeat

_NOT_RUNNING = Sentence("not_running", "the service was not running")
_ASLEEP = Sentence("asleep", "the machine slept, or its clock was set")
_LATE = Sentence("late", "the service was late")
_PAUSED = Sentence("paused", "crawling paused")


def run_service(settings: ServiceSettings, history: RunHistory) -> int:
    """Run the service until SIGTERM, SIGINT or SIGHUP; return 0 after such a graceful stop.

    Raises `ArchiveBusy` when a service already runs for this archive, and what broke the service, if anything
    did. A service that is stuck ends the process with status `scheduler.liveness.watchdog.STUCK`.
    """
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with hold_archive(settings.archive, partial(_holder, settings.archive)):
        return asyncio.run(Service(settings, history).run())


def refuse_second(archive: Path) -> None:
    """Raise `ArchiveBusy` when a service already runs for this archive: ask before changing anything."""
    if archive.is_dir():
        with hold_archive(archive, partial(_holder, archive)):
            return


class Service:
    """One run of the service. `run` may be called once."""

    def __init__(self, settings: ServiceSettings, history: RunHistory) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._history = history
        self._sources = {source.slug: source for source in settings.sources if source.enabled}
        self._backlog = Backlog()
        self._auto = AutoPolls(
            {slug: source.host for slug, source in self._sources.items() if source.schedule is None},
            history.poll_histories,
            settings.budgets,
        )
        self._last_due: dict[str, datetime | None] = {}
        self._waiting: dict[str, datetime] = {}
        self._crawling: dict[str, Child] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._stop = asyncio.Event()
        self._idle = Idle(settings.idle, settings.limits)
        self._chores = Chores(settings.chores, settings.limits, self._account_chore)
        self._pause = Pause(settings.obstacles, self._account_obstacles)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._watchdog = Watchdog(self._limits.stuck_after, self._limits.beat, self._report_stuck)
        self._poll_watch = _watch_polls(settings)
        self._started_at = _now()
        self._skew = _skew()

    async def run(self) -> int:
        """Crawl what is due until a signal comes or something breaks."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)
        try:
            self._open()
            await self._beat_until_stopped()
        finally:
            await self._close()
        if self._failure is not None:
            raise self._failure
        return 0

    def stop(self) -> None:
        """End in good order: start nothing more, end the children, record them."""
        self._stop.set()
        self._pause.halt.set()

    # Opening and closing

    def _open(self) -> None:
        write_heartbeat(self._settings.archive, self._heartbeat())
        self._history.settle_abandoned()
        self._last_due = {slug: self._history.last_due(slug) for slug in self._sources}
        self._scheduler.add_listener(self._on_trouble, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        self._scheduler.start()
        self._auto.plan(self._auto.slugs, _now())
        self._backlog.enter(partial(self._history.tell_budgets, self._auto.find_short()))
        for slug in self._sources:
            self._schedule(slug)
        self._pause.watch()
        self._look(self._sources, _NOT_RUNNING)
        self._watchdog.start()
        if self._poll_watch is not None:
            self._poll_watch.start()
        notify_systemd("READY=1")
        _LOG.info("the service runs: %d sources, archive %s", len(self._sources), self._settings.archive)

    async def _close(self) -> None:
        notify_systemd("STOPPING=1")
        self.stop()
        self._waiting.clear()  # nothing accounts for these, so the next start catches up
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._idle.end()
        others = self._idle.close(), self._chores.close()
        await asyncio.gather(*self._tasks, *others, return_exceptions=True)
        with suppress(HistoryBroken):  # that ended the service, and what waited is told as lost below
            self._backlog.write()
        self._say(self._heartbeat().stopped(_now()))
        self._watchdog.stop()
        if self._poll_watch is not None:
            self._poll_watch.stop()
        if self._backlog:
            _LOG.error("%d records of runs could not be written to the archive", len(self._backlog))

    def _schedule(self, slug: str) -> None:
        """Set the timer of a source: of one that goes by its habit, for its next poll alone."""
        schedule = self._sources[slug].schedule
        if schedule is None:
            self._set_timer(slug, DateTrigger(max(self._auto.next_at(slug), _now())))
        else:
            self._set_timer(slug, ScheduleTrigger(schedule, self._limits.jitter, str(self._started_at)))

    def _set_timer(self, slug: str, trigger: BaseTrigger) -> None:
        self._scheduler.add_job(
            self._fire,
            trigger,
            args=(slug,),
            id=slug,
            replace_existing=True,
            misfire_grace_time=max(1, int(self._limits.grace)),
            coalesce=True,
            max_instances=1,
        )

    # What is due

    async def _fire(self, slug: str) -> None:
        self._look((slug,), _LATE)

    def _on_trouble(self, event: JobExecutionEvent) -> None:
        """Look again after a late job; end the service when looking itself failed."""
        if event.code == EVENT_JOB_ERROR:
            self._fail(event.exception)
        elif event.job_id in self._sources:
            self._look((event.job_id,), _LATE)

    def _look(self, slugs: Iterable[str], reason: str) -> None:
        """Record what these sources missed, and admit what is due; while crawling pauses neither."""
        if self._pause.obstacles:
            return
        now = _now()
        self._forget_the_future(now)
        sources = [self._sources[slug] for slug in slugs]
        grace = timedelta(seconds=self._limits.grace + self._limits.jitter)
        plan = make_plan(now, sources, self._last_due, grace)
        auto = [source.slug for source in sources if source.schedule is None]
        slept = self._auto.missed(auto, now, grace) if reason != _LATE else ()
        for missed in (*plan.missed, *slept):
            self._record_missed(missed, reason)
        for slug, due_at in plan.due.items():
            self._last_due[slug] = due_at
            self._admit(slug, due_at)
        for slug, due_at in self._auto.due(auto, now).items():
            if slug not in self._crawling and slug not in self._waiting:
                self._admit(slug, due_at)
        if self._waiting:
            asyncio.get_running_loop().call_later(self._limits.collect, self._start_waiting)

    def _forget_the_future(self, now: datetime) -> None:
        """Correct due times that a wrong clock left ahead of us: they would silence their sources."""
        for slug, due_at in self._last_due.items():
            if due_at is not None and due_at > now:
                self._last_due[slug] = now

    def _record_missed(self, missed: Missed, reason: str) -> None:
        message = _say_missed(missed, reason)
        _LOG.warning(message)
        self._enter(partial(self._history.record_missed, missed, reason))
        self._enter(partial(self._history.open_event, "missed_run", missed.slug, message))

    def _admit(self, slug: str, due_at: datetime) -> None:
        """Let a source wait for its child, unless it is being crawled or already waits."""
        self._idle.end()
        self._chores.make_way()
        child = self._crawling.get(slug)
        if child is None and slug not in self._waiting:
            self._waiting[slug] = due_at
            return
        holder = _say_holder(child)
        message = Sentence(
            "overlapped",
            "{source} was due at {due} while its last run had not ended ({holder})",
            source=slug,
            due=due_at.isoformat(),
            holder=holder,
        )
        _LOG.warning(message)
        self._enter(partial(self._history.record_overlapped, (slug,), due_at, holder))
        self._enter(partial(self._history.open_event, "overlapped_run", slug, message))

    # Children

    def _start_waiting(self) -> None:
        """Start one child for all that waits, if one more may run."""
        if self._pause.halt.is_set() or not self._waiting or len(self._tasks) >= self._limits.children:
            return
        due = self._take_due()
        if not due:
            return
        batch = gather_batch(due)
        self._auto.note_started(batch.slugs, _now())
        self._note_child(batch, None)
        task = asyncio.create_task(self._crawl(batch))
        self._tasks.add(task)
        task.add_done_callback(self._on_end)
        self._start_waiting()

    def _take_due(self) -> dict[str, datetime]:
        """Return what the next child crawls, with what may go along; what a budget holds back waits."""
        now = _now()
        for slug in self._auto.along({*self._waiting, *self._crawling}, now):
            self._waiting[slug] = now.replace(microsecond=0)
        chosen = self._auto.choose((slug for slug in self._waiting if slug in self._auto), now)
        for slug in chosen.held:
            del self._waiting[slug]
            self._set_timer(slug, DateTrigger(now + _HELD_BACK))
        return {
            slug: self._waiting.pop(slug)
            for slug in [*self._waiting]
            if slug not in self._auto or slug in chosen.now
        }

    async def _crawl(self, batch: Batch) -> None:
        argv = self._settings.argv(batch.slugs, batch.due_at)
        ending = await run_batch(argv, self._limits, self._pause.halt, partial(self._note_child, batch))
        child = self._crawling[batch.slugs[0]]
        for slug in batch.slugs:
            del self._crawling[slug]
        self._enter(partial(self._account, child, ending))
        if not self._stop.is_set():
            self._auto.plan(batch.slugs, _now())
            for slug in batch.slugs:
                if slug in self._auto:
                    self._schedule(slug)

    def _note_child(self, batch: Batch, pid: int | None) -> None:
        child = Child(batch.slugs, batch.due_at, _now(), pid)
        self._crawling.update(dict.fromkeys(batch.slugs, child))

    def _account(self, child: Child, ending: Ending) -> None:
        sentence = account(self._history, child, ending)
        if sentence is not None:
            _LOG.error(sentence)

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._start_waiting()

    # Signs of life

    async def _beat_until_stopped(self) -> None:
        while not self._stop.is_set():
            self._beat()
            try:
                await asyncio.wait_for(self._stop.wait(), self._limits.beat)
            except TimeoutError:
                continue

    def _beat(self) -> None:
        if abs(_skew() - self._skew) > _CLOCK_JUMP:
            self._catch_up()
        self._watch_obstacles()
        if not self._pause.bars_writing:
            self._backlog.write()
            self._say(self._heartbeat())
        self._do_what_else_is_due()
        if not self._is_overdue():
            self._watchdog.pulse()
            if self._poll_watch is None or not self._poll_watch.has_stopped:
                notify_systemd("WATCHDOG=1")

    def _do_what_else_is_due(self) -> None:
        """Begin chores that are due, and a slice of other work in idle time that no chore wants."""
        if self._stop.is_set():
            return
        has_obstacle = bool(self._pause.obstacles)
        has_time = self._has_idle_time() and not has_obstacle
        self._chores.begin(
            has_idle_time=has_time and self._idle.running is None,
            has_obstacle=has_obstacle,
            may_ask=not self._pause.bars_reading,
        )
        if has_time and not self._chores.is_alone:
            self._idle.begin()

    def _watch_obstacles(self) -> None:
        """Pause while something is in the way; afterwards catch up with what was due meanwhile."""
        changed = self._pause.watch()
        if self._poll_watch is not None:
            self._poll_watch.is_paused = bool(self._pause.obstacles)
        if changed == "begun":
            self._waiting.clear()  # nothing accounts for these, so they are due again afterwards
            self._idle.end()
            self._chores.hold()
        elif changed == "ended":
            self._backlog.write()
            with suppress(OSError, HistoryRefused):  # else as they were: what runs twice stores nothing twice
                self._last_due = {slug: self._history.last_due(slug) for slug in self._sources}
            self._look(self._sources, _PAUSED)

    def _account_obstacles(self, obstacles: tuple[Obstacle, ...]) -> None:
        self._enter(partial(self._history.account_obstacles, obstacles, _now()))

    def _has_idle_time(self) -> bool:
        """Tell whether no crawl runs, waits, or is due soon."""
        if self._tasks or self._waiting:
            return False
        soonest = min((job.next_run_time for job in self._scheduler.get_jobs()), default=None)
        return soonest is None or soonest > _now() + timedelta(seconds=self._limits.idle_before)

    def _account_chore(self, name: str, failed: Ending | None) -> None:
        self._enter(partial(self._history.account_chore, name, failed))

    def _say(self, heartbeat: Heartbeat) -> None:
        """Write the heartbeat. A disk that takes none is no reason to end: what is alive goes on."""
        try:
            write_heartbeat(self._settings.archive, heartbeat)
        except OSError as error:
            _LOG.error("the heartbeat can't be written: %s", error)

    def _catch_up(self) -> None:
        """Look at everything and set every timer anew: they stood still while the wall clock went on."""
        _LOG.warning("%s by %.0f s", _ASLEEP, _skew() - self._skew)
        self._skew = _skew()
        self._auto.plan(self._auto.slugs, _now())
        self._look(self._sources, _ASLEEP)
        for slug in self._sources:
            self._schedule(slug)

    def _is_overdue(self) -> bool:
        """Tell whether the scheduler left a job waiting for longer than its grace."""
        grace = timedelta(seconds=self._limits.grace + self._limits.beat)
        jobs = self._scheduler.get_jobs()  # the soonest first
        return bool(jobs) and jobs[0].next_run_time < _now() - grace

    def _heartbeat(self) -> Heartbeat:
        jobs = self._scheduler.get_jobs()[:_SHOWN_RUNS] if self._scheduler.running else []
        children = {child.pid: child for child in self._crawling.values()}.values()
        return Heartbeat(
            pid=os.getpid(),
            host=socket.gethostname(),
            started_at=self._started_at.isoformat(),
            beat_at=_now().isoformat(),
            next_runs={job.id: job.next_run_time.isoformat() for job in jobs},
            crawls=tuple(
                {"pid": child.pid, "sources": child.slugs, "due_at": child.due_at.isoformat()}
                for child in children
            ),
            history=None
            if (slice_ := self._idle.running) is None
            else {"pid": slice_.pid, "source": slice_.slug, "since": slice_.since.isoformat()},
            chores=tuple(self._chores.running),
            obstacles=tuple({"kind": one.kind, "message": str(one.message)} for one in self._pause.obstacles),
            unwritten=len(self._backlog),
            trouble=self._backlog.trouble,
        )

    def _report_stuck(self, message: str) -> None:
        """Called by the watchdog, in its own thread."""
        _LOG.critical(message)
        self._history.open_event("service_stuck", None, message)

    def _enter(self, write: Callable[[], object]) -> None:
        """Have the history told, later where nothing may be written now."""
        if self._pause.bars_writing:
            self._backlog.keep(write)
        else:
            self._backlog.enter(write)

    def _fail(self, error: BaseException) -> None:
        """Remember what broke the service, and end it."""
        self._failure = self._failure or error
        self._stop.set()


def _say_missed(missed: Missed, reason: str) -> Sentence:
    first, last = missed.first.isoformat(), missed.last.isoformat()
    if missed.count == 1:
        return Sentence(
            "missed_run",
            "{source} missed a run, due {first}: {why}",
            source=missed.slug,
            first=first,
            why=reason,
        )
    return Sentence(
        "missed_runs",
        "{source} missed {runs} runs, due {first} to {last}: {why}",
        source=missed.slug,
        runs=missed.count,
        first=first,
        last=last,
        why=reason,
    )


def _say_holder(child: Child | None) -> Sentence:
    if child is None:
        return Sentence("waits_for_turn", "waiting for its turn")
    since = child.started_at.isoformat()
    return Sentence("process_since", "process {pid}, since {since}", pid=child.pid or 0, since=since)


def _watch_polls(settings: ServiceSettings) -> PollWatch | None:
    if (polls := settings.polls) is None:
        return None
    limits = settings.limits
    return PollWatch(
        polls.are_going_on, polls.tell, limits.beat, limits.polls_patience, watch_each=polls.watch_each
    )


def _holder(archive: Path) -> str:
    said = read_heartbeat(archive)
    return f"process {said.get('pid')} on {said.get('host')}, since {said.get('started_at')}"


def _now() -> datetime:
    return datetime.now(UTC)


def _skew() -> float:
    """Return how far the wall clock is ahead of the monotonic one, which stands still while we sleep."""
    return time.time() - time.monotonic()
