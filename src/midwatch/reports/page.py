"""What the page shows, worked out: a report turned into values a template only prints.

Lists that could be endless are cut, and say so: 200 origins, 25 findings, and a fixed
number of lines of evidence, given out in reading order. Every text is defused here;
escaping for HTML happens in the template, by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Final

from midwatch.reports.amounts import counted, moment, number, rfc3339, span, utc, zone_name
from midwatch.reports.charts import Chart, hours_chart, strip_runs, time_axis
from midwatch.reports.defusing import defuse
from midwatch.reports.labels import (
    CATEGORIES,
    CELLS,
    LEVELS,
    MOODS,
    PORTS,
    technique_name,
    technique_place,
)
from midwatch.reports.marking import marked
from midwatch.reports.page_values import (
    Burst,
    Figure,
    HourRow,
    Kind,
    Line,
    Link,
    Origin,
    Page,
    Source,
    Story,
    When,
)
from midwatch.reports.strip import strip_span
from midwatch.reports.telling import name, sentence
from midwatch.reports.values import Attacker, Attempt, Evidence, Report, SourceSeen, Trouble
from midwatch.reports.verdict import Look, Verdict, looks, mood, mood_of, verdict
from midwatch.reports.wording import (
    attacker_line,
    blocked_sentence,
    cut_lines,
    first_place,
    headline,
    how_to_report,
    how_we_know,
    made_in,
    next_steps,
    report_days,
    rules_sentence,
    second_line,
    shown_of,
    silences,
    single_logins,
    unique,
    unread,
)

MOST_STORIES: Final = 25
MOST_ORIGINS: Final = 200
_MOST_ALIKE: Final = 20
_MOST_LINKS: Final = 12
_MOST_FILES: Final = 60
_MOST_TROUBLES: Final = 50
_STORY_LINES: Final = 8
_BURST_LINES: Final = 2
_LINE_LENGTH: Final = 320
_ALL_LINES: Final = 320
_MOST_BURSTS: Final = 5
_MOST_SILENCES: Final = 12


class _Evidence:
    """Gives out lines of evidence until all that the page can carry are given."""

    def __init__(self) -> None:
        self._left = _ALL_LINES

    def of(self, attempt: Attempt, most: int) -> tuple[Line, ...]:
        parts = [part for part in (attempt.src_ip, attempt.src_host, *attempt.users[:3]) if part]
        lines = [
            Line(_place(each), marked(each.raw, parts, _LINE_LENGTH) if each.raw else ())
            for each in attempt.evidence[: min(most, self._left)]
        ]
        self._left -= len(lines)
        return tuple(lines)


def page_of(report: Report, zone: tzinfo) -> Page:
    """The page of a report, its times in ``zone``."""
    evidence = _Evidence()
    known = {each.origin: f"from-{row}" for row, each in enumerate(report.attackers[:MOST_ORIGINS])}
    all_looks = looks(report)
    told = {look.first: f"finding-{row}" for row, look in enumerate(all_looks[:MOST_STORIES], 1)}
    stories = tuple(
        _story(look, told[look.first], zone, evidence) for look in all_looks[:MOST_STORIES]
    )
    chart = hours_chart(report, zone)
    feeling = mood(report)
    steps = next_steps(report)
    return Page(
        version=name(report.version),
        mood=feeling.value,
        mood_word=MOODS[feeling.value],
        headline=headline(report, zone),
        second=second_line(report, zone),
        known=_known_how(report, zone),
        understood=report.events > 0,
        period=_period(report, zone),
        zone=defuse(zone_name(report.zone, zone, report.first), 48),
        steps=steps.steps,
        why=steps.why or "",
        figures=_figures(report, len(all_looks)),
        stories=stories,
        stories_more=shown_of(len(stories), len(all_looks)),
        chart=chart,
        hours=_hour_rows(report, chart, known, zone),
        kinds=tuple(_kinds(report, known)),
        origins=_origins(report, known, told, zone, evidence),
        origins_more=shown_of(len(known), len(report.attackers)),
        blocked=blocked_sentence(report),
        ports=tuple(
            # A port is a name made of digits: no separator.
            (str(port), PORTS.get(port, ""), number(count))
            for port, count in report.blocked_ports[:20]
        ),
        sources=tuple(_source(each, report, zone) for each in report.sources),
        axis=time_axis(*strip_span(report), zone) if report.sources else (),
        cells=tuple(CELLS.items()),
        unread=unread(report),
        cut=cut_lines(report),
        unparsed=tuple(
            Line(_place(each), marked(each.raw, (), _LINE_LENGTH)) for each in report.unparsed
        ),
        report_steps=tuple(how_to_report()),
        troubles=tuple(_troubles((*report.troubles, *report.rules.not_loaded))),
        how=how_we_know(report, zone),
        rules=rules_sentence(report),
        rule_kinds=tuple(
            (CATEGORIES.get(kind, name(kind)), number(count)) for kind, count in report.rules.kinds
        ),
        digest=defuse(report.rules.digest, 80),
        files=tuple(defuse(each, 120) for each in report.files[:_MOST_FILES]),
        files_more=shown_of(min(len(report.files), _MOST_FILES), len(report.files)),
        notes=tuple(defuse(each, 300) for each in report.notes),
        made=made_in(report),
    )


def _known_how(report: Report, zone: tzinfo) -> str:
    """How we know, unless the second line has said it."""
    second, how = second_line(report, zone), how_we_know(report, zone)
    said = [how] if verdict(report) is not Verdict.CALM and how != second else []
    return " ".join(part for part in (*said, single_logins(report)) if part)


def _place(evidence: Evidence) -> str:
    return f"{defuse(evidence.file, 120)}:{evidence.line}"


def _period(report: Report, zone: tzinfo) -> When | None:
    if report.first is None or report.last is None:
        return None
    return _when(report.first, report.last, zone, year=True)


def _when(first: int | None, last: int | None, zone: tzinfo, *, year: bool = False) -> When | None:
    if first is None:
        return None
    last = first if last is None else last
    title = utc(first) if first == last else f"{utc(first)} – {utc(last)}"
    return When(span(first, last, zone, year=year), rfc3339(first) or "", title)


def _figures(report: Report, waiting: int) -> tuple[Figure, ...]:
    """The figures and where each opens; a nought opens what was checked."""
    figures = [
        (waiting, "finding needs a look", "findings need a look", "looks"),
        (report.attempt_count, "attempt", "attempts", "hours"),
        (report.origin_count, "address", "addresses", "origins"),
        (report.blocked, "blocked packet", "blocked packets", "blocked"),
        (len(report.sources), "source", "sources", "strip"),
        (report.not_understood, "line not understood", "lines not understood", "unparsed"),
    ]
    return tuple(
        Figure(number(amount), one if amount == 1 else many, target if amount else "checked")
        for amount, one, many, target in (figures if report.events else figures[-1:])
    )


# ------------------------------------------------------------------ findings and origins


def _story(look: Look, identity: str, zone: tzinfo, evidence: _Evidence) -> Story:
    attempt = look.first
    feeling = mood_of(attempt).value
    others = look.others[:_MOST_ALIKE]
    return Story(
        id=identity,
        mood=feeling,
        mood_word=MOODS[feeling],
        sentence=sentence(attempt),
        facts=tuple(_facts(attempt)),
        when=_when(attempt.first, attempt.last, zone),
        meaning=defuse(attempt.meaning, 800),
        todo=tuple(defuse(step, 300).rstrip(".") for step in attempt.todo[:3]),
        harmless=tuple(defuse(each, 300) for each in attempt.falsepositives[:5]),
        lines=evidence.of(attempt, _STORY_LINES),
        techniques=tuple(
            (defuse(each, 16), technique_name(each), technique_place(defuse(each, 16)))
            for each in attempt.techniques[:8]
        ),
        rule_title=defuse(attempt.rule_title, 160),
        rule_id=defuse(attempt.rule_name or attempt.rule_id, 80),
        author=defuse(attempt.author, 120),
        licence=defuse(attempt.licence, 60),
        alike=tuple(_burst(each, "", zone, evidence, 1) for each in others),
        alike_title=f"{number(len(look.others))} more like it" if others else "",
        alike_more=shown_of(len(others), len(look.others)),
    )


def _facts(attempt: Attempt) -> Iterable[tuple[str, str]]:
    """Label and words: from whom, at what, seen where."""
    place = attempt.src_ip or attempt.src_host
    if place:
        known = _known(attempt.network, attempt.country)
        yield "from", f"{name(place)} ({known})" if known else name(place)
    aimed = [*unique(attempt.users[:5]), *unique(attempt.hosts[:2])]
    aimed += [f"port {port}" for port in attempt.ports[:5]]
    aimed += unique(attempt.paths[:2])
    if aimed:
        yield "aimed", ", ".join(aimed)
    seen = first_place(attempt)
    if seen:
        yield "seen_in", seen


def _known(network: str | None, country: str | None) -> str:
    return ", ".join(name(part) for part in (network, country) if part)


def _burst(
    attempt: Attempt, story: str, zone: tzinfo, evidence: _Evidence, lines: int = _BURST_LINES
) -> Burst:
    return Burst(
        sentence=sentence(attempt),
        when=_when(attempt.first, attempt.last, zone),
        lines=() if story else evidence.of(attempt, lines),
        story=story,
        rule=defuse(attempt.rule_title, 100),
    )


def _origins(
    report: Report,
    known: dict[str, str],
    told: dict[Attempt, str],
    zone: tzinfo,
    evidence: _Evidence,
) -> tuple[Origin, ...]:
    bursts: dict[str, list[Attempt]] = {origin: [] for origin in known}
    for attempt in report.attempts:
        if attempt.attempt and attempt.origin in bursts:
            bursts[attempt.origin].append(attempt)
    rows = []
    for attacker in report.attackers[: len(known)]:
        own = bursts[attacker.origin]
        rows.append(
            Origin(
                id=known[attacker.origin],
                name=name(attacker.origin),
                count=number(attacker.count),
                when=_when(attacker.first, attacker.last, zone),
                line=_tried(attacker),
                succeeded=attacker.succeeded,
                bursts=tuple(
                    _burst(each, told.get(each, ""), zone, evidence) for each in own[:_MOST_BURSTS]
                ),
                more=shown_of(min(len(own), _MOST_BURSTS), len(own)),
            )
        )
    return tuple(rows)


def _tried(attacker: Attacker) -> str:
    known = _known(attacker.network, attacker.country)
    return f"{known}: {attacker_line(attacker)}" if known else attacker_line(attacker)


def _kinds(report: Report, known: dict[str, str]) -> Iterable[Kind]:
    for row in report.kinds[:50]:
        amount = max(row.origin_count, len(row.origins))
        shown = row.origins[:_MOST_LINKS]
        yield Kind(
            name=name(row.kind),
            meaning=CATEGORIES.get(row.category, ""),
            level=LEVELS[row.level.value],
            count=number(row.count),
            summary=counted(amount, "address", "addresses"),
            origins=_links(shown, known),
            more=shown_of(len(shown), amount),
            targets=", ".join(unique(row.targets[:6])) + (" …" if len(row.targets) > 6 else ""),
        )


def _links(origins: Iterable[str], known: dict[str, str]) -> tuple[Link, ...]:
    return tuple(Link(name(origin), known.get(origin, "")) for origin in origins)


# ------------------------------------------------------------------ hours, sources, troubles


def _hour_rows(
    report: Report, chart: Chart | None, known: dict[str, str], zone: tzinfo
) -> tuple[HourRow, ...]:
    if chart is None:
        return ()
    present = _present(report.attempts, chart)
    rows = []
    for spot, column in enumerate(chart.columns):
        when = _when(column.start, column.start + chart.column_length, zone)
        assert when is not None  # noqa: S101  # a column of the chart has a start
        rows.append(
            HourRow(
                when=when,
                attempts=number(column.attempts),
                blocked=number(column.blocked),
                origins=_links(present.get(spot, ()), known) if column.attempts else (),
            )
        )
    return tuple(rows)


def _present(attempts: Sequence[Attempt], chart: Chart) -> dict[int, tuple[str, ...]]:
    """Column → the first few origins whose bursts reach into it, the gravest first."""
    start, length = chart.columns[0].start, chart.column_length
    present: dict[int, dict[str, None]] = {}
    for attempt in attempts:
        if not attempt.attempt or attempt.first is None:
            continue
        last = attempt.first if attempt.last is None else attempt.last
        low = max((attempt.first - start) // length, 0)
        for spot in range(low, min((last - start) // length, len(chart.columns) - 1) + 1):
            here = present.setdefault(spot, {})
            if len(here) < 3:
                here[attempt.origin] = None
    return {spot: tuple(origins) for spot, origins in present.items()}


def _source(source: SourceSeen, report: Report, zone: tzinfo) -> Source:
    days = report_days(report) > 1
    return Source(
        name=name(source.title),
        runs=strip_runs(source, report, zone),
        lines=number(source.lines),
        not_understood=number(source.not_understood),
        first=_instant(source.first, zone),
        last=_instant(source.last, zone),
        silences=silences(source, zone, days=days, most=_MOST_SILENCES),
    )


def _instant(instant: int | None, zone: tzinfo) -> When | None:
    if instant is None:
        return None
    return When(moment(instant, zone), rfc3339(instant) or "", utc(instant))


def _troubles(troubles: Sequence[Trouble]) -> Iterable[tuple[str, str, str]]:
    for trouble in troubles[:_MOST_TROUBLES]:
        yield defuse(trouble.place, 160), defuse(trouble.cause, 300), defuse(trouble.remedy, 300)
