"""`/metrics`: the state of the archive for Prometheus, read at each scrape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from jianbao import __version__
from jianbao.documents.faults import FAULT_KINDS, find_faults
from jianbao.documents.standstill import STANDSTILL_KINDS, find_standstills
from jianbao.web.questions.dependencies import OpenArchive
from scheduler.liveness.heartbeat import read_service_state
from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.database.opening import SCHEMA_REVISION
from storage.events.event import count_open_events
from storage.ledger.listing import count_states
from storage.ledger.source import list_sources
from storage.records import UNARCHIVED, StoredSource
from storage.records.event import severity_of
from storage.records.instants import past
from storage.search import read_index_state

router = APIRouter()
_OWED = tuple(state for state in UNARCHIVED if state != "quarantined")


@router.get("/metrics", include_in_schema=False)
def show_metrics(archive: OpenArchive) -> Response:
    """Answer a scrape in Prometheus's text format."""
    text = generate_latest(ArchiveMetrics.read(archive, datetime.now(UTC)))
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class ArchiveMetrics(Collector):
    """What an archive holds and owes at one moment, as metrics."""

    articles: int
    indexed: bool
    states: Mapping[str, Mapping[str, int]]
    sources: tuple[StoredSource, ...]
    events: Mapping[str, int]
    service: Mapping[str, object]
    now: datetime
    faults: frozenset[str]

    @classmethod
    def read(cls, archive: Archive, now: datetime) -> ArchiveMetrics:
        """Read them from one view of the archive."""
        service = read_service_state(archive.folder, now)
        with archive.reading() as view:
            return cls(
                articles=count_articles(view),
                indexed=read_index_state(view).is_current,
                states=count_states(view),
                sources=tuple(list_sources(view)),
                events=count_open_events(view),
                service=service,
                now=now,
                faults=frozenset(
                    [one.kind for one in find_faults(archive, view, service)]
                    + [one.kind for one in find_standstills(view, service, now)]
                ),
            )

    def collect(self) -> Iterator[Metric]:
        """Return every metric."""
        build = {"version": __version__, "schema": SCHEMA_REVISION}
        yield InfoMetricFamily("jianbao_build", "Version of jianbao and of the archive's schema.", build)
        yield GaugeMetricFamily(
            "jianbao_articles", "Articles in the archive, vanished ones and copies included.", self.articles
        )
        yield GaugeMetricFamily(
            "jianbao_search_index_current",
            "1 while the search index holds; 0 asks for `jianbao reindex`, until then searches read texts.",
            self.indexed,
        )
        yield from self._collect_ledger()
        yield from self._collect_polls()
        yield from self._collect_service()

    def _collect_ledger(self) -> Iterator[Metric]:
        listings = GaugeMetricFamily(
            "jianbao_listings",
            "Listings by source and state (owed, archived, failed, quarantined, gone, furniture).",
            labels=("source", "state"),
        )
        for slug, counts in sorted(self.states.items()):
            for state, count in sorted(counts.items()):
                listings.add_metric((slug, state), count)
        yield listings
        for name, meaning, states in (
            ("owed", "Listings that a source owes: neither archived nor set aside nor gone.", _OWED),
            ("failed", "Listings whose last fetch failed; part of jianbao_owed.", ("failed",)),
            ("quarantined", "Listings whose last answer was set aside.", ("quarantined",)),
        ):
            family = GaugeMetricFamily(f"jianbao_{name}", meaning, labels=("source",))
            for row in self.sources:
                counts = self.states.get(row.slug, {})
                family.add_metric((row.slug,), sum(counts.get(state, 0) for state in states))
            yield family

    def _collect_polls(self) -> Iterator[Metric]:
        enabled = GaugeMetricFamily(
            "jianbao_source_enabled",
            "1 for a source that is polled, 0 for one that no longer is.",
            labels=("source",),
        )
        polled = _moments("last_poll", "When a source was last polled, however that ended")
        succeeded = _moments("last_successful_poll", "When a source was last polled successfully")
        changed = _moments("last_change", "When a source's page last listed something else than before")
        for row in self.sources:
            enabled.add_metric((row.slug,), row.enabled)
            for family, stored in (
                (polled, row.last_polled_at),
                (succeeded, row.last_succeeded_at),
                (changed, row.last_changed_at),
            ):
                if (moment := past(stored, self.now)) is not None:
                    family.add_metric((row.slug,), moment.timestamp())
        yield from (enabled, polled, succeeded, changed)

    def _collect_service(self) -> Iterator[Metric]:
        events = GaugeMetricFamily("jianbao_events_open", "Open events by kind.", labels=("kind",))
        for kind, count in self.events.items():
            events.add_metric((kind,), count)
        yield events
        grave = GaugeMetricFamily(
            "jianbao_events_open_by_severity",
            "Open events by how grave they are (alarm, warning, notice) and kind.",
            labels=("severity", "kind"),
        )
        for kind, count in self.events.items():
            grave.add_metric((severity_of(kind), kind), count)
        yield grave
        faults = GaugeMetricFamily("jianbao_faults", "1 for what is wrong now, by kind.", labels=("kind",))
        for kind in (*FAULT_KINDS, *STANDSTILL_KINDS):
            faults.add_metric((kind,), kind in self.faults)
        yield faults
        state = self.service["state"]
        yield GaugeMetricFamily(
            "jianbao_service_up",
            "1 while the background service runs and its heart beats.",
            state == "running",
        )
        beat = _moments("service_heartbeat", "When the background service last said that it lives", ())
        if beat_at := past(_moment(self.service.get("beat_at")), self.now):
            beat.add_metric((), beat_at.timestamp())
        yield beat


def _moments(name: str, meaning: str, labels: tuple[str, ...] = ("source",)) -> GaugeMetricFamily:
    family = f"jianbao_{name}_timestamp_seconds"
    return GaugeMetricFamily(family, f"{meaning}, in seconds since 1970.", labels=labels)


def _moment(said: object) -> datetime | None:
    """Return an instant from the heartbeat's file, None for what is none."""
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
