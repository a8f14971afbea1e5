"""What a template of the page is given: words and figures, ready to print.

Every text is defused; escaping for HTML happens in the template, by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.reports.charts import Chart, Run, Tick
from midwatch.reports.marking import Piece


@dataclass(frozen=True, slots=True)
class When:
    """A time or a stretch in the reader's zone; ``iso`` and ``title`` say it in UTC."""

    text: str
    iso: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log: where it stands, and its text in pieces (empty: not kept)."""

    place: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A name; ``target`` is where on the page it is told about, or empty."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of the page and the section it opens."""

    number: str
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst of one origin."""

    sentence: str
    when: When | None
    lines: tuple[Line, ...]
    story: str
    rule: str


@dataclass(frozen=True, slots=True)
class Story:
    """One finding that needs a look, told."""

    id: str
    mood: str
    mood_word: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    when: When | None
    meaning: str
    todo: tuple[str, ...]
    harmless: tuple[str, ...]
    lines: tuple[Line, ...]
    techniques: tuple[tuple[str, str, str], ...]
    rule_title: str
    rule_id: str
    author: str
    licence: str
    alike: tuple[Burst, ...]
    alike_title: str
    alike_more: str


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin and all it tried."""

    id: str
    name: str
    count: str
    when: When | None
    line: str
    succeeded: bool
    bursts: tuple[Burst, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of kinds."""

    name: str
    meaning: str
    level: str
    count: str
    summary: str
    origins: tuple[Link, ...]
    more: str
    targets: str


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row of the table behind the chart."""

    when: When
    attempts: str
    blocked: str
    origins: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its strip and its row in the table."""

    name: str
    runs: tuple[Run, ...]
    lines: str
    not_understood: str
    first: When | None
    last: When | None
    silences: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template prints, in its order."""

    version: str
    mood: str
    mood_word: str
    headline: str
    second: str
    known: str
    understood: bool
    period: When | None
    zone: str
    steps: tuple[str, ...]
    why: str
    figures: tuple[Figure, ...]
    stories: tuple[Story, ...]
    stories_more: str
    chart: Chart | None
    hours: tuple[HourRow, ...]
    kinds: tuple[Kind, ...]
    origins: tuple[Origin, ...]
    origins_more: str
    blocked: str
    ports: tuple[tuple[str, str, str], ...]
    sources: tuple[Source, ...]
    axis: tuple[Tick, ...]
    cells: tuple[tuple[str, str], ...]
    unread: str
    cut: str
    unparsed: tuple[Line, ...]
    report_steps: tuple[str, ...]
    troubles: tuple[tuple[str, str, str], ...]
    how: str
    rules: str
    rule_kinds: tuple[tuple[str, str], ...]
    digest: str
    files: tuple[str, ...]
    files_more: str
    notes: tuple[str, ...]
    made: str
