"""Figures of the running watch in Prometheus' text form, and whether it is healthy.

Pure: facts in, text out. Names begin with ``midwatch_``; times are seconds since 1970,
sizes bytes, as Prometheus has it
(https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). What a
process counts since its start begins at 0 again with the process. ``unhealthy`` says
nothing of clients: who asks for ``/healthz`` may be anybody's monitor.

>>> lines = Sample("lines_total", "counter", "Lines.", (("source", "gate"),), 3)
>>> print(exposition([lines]), end="")
# HELP midwatch_lines_total Lines.
# TYPE midwatch_lines_total counter
midwatch_lines_total{source="gate"} 3
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from midwatch import __version__
from midwatch.intake.parcels import Usage
from midwatch.tenants import Feed
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.health import Concern, FeedHealth, FeedTotal, Heartbeat
from midwatch.watch.own_alerts import OWN_RULES
from midwatch.watch.own_sentences import duration
from midwatch.watch.rhythm import SECOND
from midwatch.watch.self_watch import BEAT, MISSED_BEATS

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
GRAVE: Final = frozenset({"process", "canary", "spool", "disk"})
"""Concerns for which the watch itself does not do its work, or soon will not."""
_UNSAFE: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
Labels = tuple[tuple[str, str], ...]


class Sample(Struct, frozen=True):
    """One figure. ``name`` without prefix; ``kind``: counter or gauge."""

    name: str
    kind: str
    help: str
    labels: Labels
    value: float


class Figures(Struct, frozen=True):
    """What is told. Times are UTC microseconds.

    ``deliveries``: how many there are by state; ``disk``: the used share by folder.
    """

    now: int
    expected: Sequence[str] = ()
    heartbeats: Sequence[Heartbeat] = ()
    feeds: Sequence[Feed] = ()
    health: Mapping[str, FeedHealth] = {}
    totals: Mapping[str, FeedTotal] = {}
    spool: Usage | None = None
    concerns: Sequence[Concern] = ()
    incidents_waiting: int = 0
    deliveries: Mapping[str, int] = {}
    disk: Mapping[str, float] = {}


def exposition(samples: Iterable[Sample]) -> str:
    """The samples as Prometheus reads them, those of one name together."""
    families: dict[str, list[Sample]] = {}
    for sample in samples:
        families.setdefault(sample.name, []).append(sample)
    lines = []
    for name, family in families.items():
        told = family[0].help.replace("\\", r"\\").replace("\n", r"\n")
        lines += [f"# HELP midwatch_{name} {told}", f"# TYPE midwatch_{name} {family[0].kind}"]
        for sample in family:
            inner = ",".join(f'{key}="{value.translate(_UNSAFE)}"' for key, value in sample.labels)
            lines.append(
                f"midwatch_{name}{f'{{{inner}}}' if inner else ''} {_number(sample.value)}"
            )
    return "\n".join(lines) + "\n"


def samples_of(figures: Figures) -> Iterator[Sample]:
    """All that is told of the watch."""
    yield _gauge("build_info", "The version that runs.", 1, ("version", __version__))
    yield from _processes(figures)
    yield from _sources(figures)
    yield from _ways(figures)
    kinds = [*OWN_RULES, *(each.kind for each in figures.concerns if each.kind not in OWN_RULES)]
    for kind in dict.fromkeys(kinds):
        count = sum(each.kind == kind for each in figures.concerns)
        yield _gauge(
            "concerns", "What is wrong with the watch or its sources now.", count, ("kind", kind)
        )
    yield _gauge(
        "incidents_waiting", "Incidents that nobody has answered.", figures.incidents_waiting
    )
    for state, count in figures.deliveries.items():
        yield _gauge("deliveries", "Messages to people, by state.", count, ("state", state))


def unhealthy(figures: Figures) -> list[str]:
    """Why the watch is not healthy, in sentences; empty where it is."""
    beats = {beat.process: beat for beat in figures.heartbeats}
    reasons = []
    for process in figures.expected:
        beat = beats.get(process)
        if beat is None:
            reasons.append(f"The process {process} has never started.")
        elif not _beating(beat, figures.now):
            silent = duration(figures.now - beat.beat)
            reasons.append(f"The process {process} last beat {silent} ago.")
    told = (each.text for each in figures.concerns if each.kind in GRAVE - {"process"})
    return [*reasons, *told]


def _processes(figures: Figures) -> Iterator[Sample]:
    beats = {beat.process: beat for beat in figures.heartbeats if beat.process != CANARY}
    for process in dict.fromkeys([*figures.expected, *beats]):
        beat = beats.get(process)
        label = ("process", process)
        up = beat is not None and _beating(beat, figures.now)
        yield _gauge("process_up", "Whether a process beats.", up, label)
        if beat is None:
            continue
        yield _gauge(
            "process_beat_timestamp_seconds", "When it last beat.", beat.beat / SECOND, label
        )
        yield _gauge(
            "process_start_timestamp_seconds", "When it started.", beat.started / SECOND, label
        )
        for name, value in beat.figures.items():
            plain, _, way = name.partition(":")
            counts = plain.endswith("_total")
            yield Sample(
                f"{process}_{plain}",
                "counter" if counts else "gauge",
                f"{plain.removesuffix('_total').replace('_', ' ').capitalize()} of {process}"
                f"{' since it started' if counts else ''}.",
                (("transport", way),) if way else (),
                value,
            )
    canary = next((beat for beat in figures.heartbeats if beat.process == CANARY), None)
    if canary is not None:
        took = canary.figures.get("seconds", 0.0)
        yield _gauge("canary_seconds", "How long the last test line took through the chain.", took)
        yield _gauge("canary_sent_timestamp_seconds", "When it was sent.", canary.beat / SECOND)


def _sources(figures: Figures) -> Iterator[Sample]:
    silent = {each.subject for each in figures.concerns if each.kind == "silence"}
    for feed in figures.feeds:
        labels = (("client", feed.tenant), ("source", feed.id))
        total = figures.totals.get(feed.id) or FeedTotal(feed.id)
        for name, told, value in (
            ("source_lines_total", "Lines of a source.", total.lines),
            ("source_lines_understood_total", "Those that were understood.", total.parsed),
            ("source_bytes_total", "Bytes of a source's lines.", total.size),
        ):
            yield Sample(name, "counter", told, labels, value)
        yield _gauge(
            "source_silent", "Whether its silence is an alarm.", feed.id in silent, *labels
        )
        health = figures.health.get(feed.id)
        if health is not None:
            last, lag = health.last / SECOND, health.lag / SECOND
            yield _gauge(
                "source_last_line_timestamp_seconds", "When its last line came.", last, *labels
            )
            yield _gauge(
                "source_lag_seconds", "Receipt minus stated time of its newest event.", lag, *labels
            )


def _ways(figures: Figures) -> Iterator[Sample]:
    spool = figures.spool
    if spool is not None:
        yield _gauge("spool_bytes", "Room that the spool takes.", spool.bytes_used)
        yield _gauge("spool_budget_bytes", "Room that it may take.", spool.budget)
        yield _gauge("spool_waiting_parcels", "Parcels that wait in it.", spool.waiting)
        yield _gauge("spool_damaged_parcels", "Parcels that were set aside.", spool.damaged)
        age = 0 if spool.oldest is None else max(0, figures.now - spool.oldest)
        yield _gauge("spool_age_seconds", "How long the oldest parcel waits.", age / SECOND)
    for folder, share in figures.disk.items():
        yield _gauge("disk_used_ratio", "Used share of the disk.", share, ("folder", folder))


def _beating(beat: Heartbeat, now: int) -> bool:
    return now - beat.beat < MISSED_BEATS * BEAT


def _gauge(name: str, told: str, value: float, *labels: tuple[str, str]) -> Sample:
    return Sample(name, "gauge", told, labels, value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
