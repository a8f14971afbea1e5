"""The strip of a source as an inline drawing, and in words for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from midwatch.desk.theme.templatetags.midwatch import amount, lasting, short_day
from midwatch.reports.charts import Tick, percent, time_axis
from midwatch.watch.coverage import Cell, Run, runs

_SHAPES: Final = {
    Cell.SEEN: 'y="1" height="14"',
    Cell.THIN: 'y="9" height="6"',
    Cell.IDLE: 'y="12.5" height="2.5"',
    Cell.SILENT: 'y="2.5" height="12"',
}
WORDS: Final = {
    Cell.SEEN: gettext_lazy("lines came as usual"),
    Cell.THIN: gettext_lazy("far fewer than usual"),
    Cell.IDLE: gettext_lazy("no line, as is usual for it"),
    Cell.SILENT: gettext_lazy("silent, though it usually writes"),
    Cell.OUTSIDE: gettext_lazy("before its first line"),
}
LEGEND: Final = tuple(
    (cell.value, WORDS[cell], SafeString(shape)) for cell, shape in _SHAPES.items()
)


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawing, what it says in a sentence, and its runs for the table beside it."""

    svg: SafeString
    told: str
    runs: tuple[Run, ...]

    @property
    def silences(self) -> tuple[Run, ...]:
        """Those runs in which it was silent."""
        return tuple(run for run in self.runs if run.cell is Cell.SILENT)

    @property
    def rows(self) -> tuple[tuple[Run, str], ...]:
        """The runs with their words."""
        return tuple((run, str(WORDS[run.cell])) for run in self.runs)


def drawn(
    cells: Sequence[Cell], counts: Sequence[int], start: int, length: int, zone: tzinfo,
    *, singly: bool = True,
) -> Strip:  # fmt: skip
    """Draw a strip.

    Args:
        cells: What each cell says.
        counts: The lines of each.
        start: When the first begins, UTC microseconds.
        length: How long a cell is, microseconds.
        zone: For the times in it.
        singly: Whether each cell speaks for itself; else neighbours that say the same do.
    """
    together = runs(cells, counts, start, length)
    # The last shape still fills: what comes before it stays as it is for minutes, and is drawn
    # once. A silence that lasts is one shape, to its end.
    alone = singly and cells[-1] is not Cell.SILENT
    settled = len(cells) - 1 if alone else (together[-1].start - start) // length
    field = _Field(start, length, len(cells), zone, singly, get_language() or "")
    svg = _shapes(tuple(cells[:settled]), tuple(counts[:settled]), 0, field) if settled else ""
    svg += _shapes.__wrapped__(tuple(cells[settled:]), tuple(counts[settled:]), settled, field)
    return Strip(SafeString(svg), told(together, zone), together)


@dataclass(frozen=True, slots=True)
class _Field:
    """What a strip is drawn on: ``cells`` of ``length`` microseconds from ``start`` on."""

    start: int
    length: int
    cells: int
    zone: tzinfo
    singly: bool
    language: str

    def clock(self, spot: int) -> str:
        """When a cell begins."""
        return _clock(self.start + spot * self.length, self.zone)


@lru_cache(maxsize=512)
def _shapes(cells: tuple[Cell, ...], counts: tuple[int, ...], first: int, field: _Field) -> str:
    """The shapes of some cells, of which the first is the field's ``first``."""
    begin = field.start + first * field.length
    words = _words(field.language)
    amounts: dict[int, str] = {}
    width = percent(1 / field.cells)
    parts = []
    for run in runs(cells, counts, begin, field.length):
        if run.cell is Cell.OUTSIDE:
            continue
        low, high = ((at - field.start) // field.length for at in (run.start, run.end))
        step = 1 if field.singly and run.cell is not Cell.SILENT else high - low
        for spot in range(low, high, step):
            lines = counts[spot - first] if step == 1 else run.lines
            if lines not in amounts:
                amounts[lines] = _lines(lines)
            parts.append(
                f'<rect class="{run.cell.value}" x="{percent(spot / field.cells)}" '
                f'width="{width if step == 1 else percent(step / field.cells)}" '
                f"{_SHAPES[run.cell]}><title>{field.clock(spot)}–{field.clock(spot + step)}: "
                f"{words[run.cell]}{amounts[lines]}</title></rect>"
            )
    return "".join(parts)


@lru_cache(maxsize=8)
def _words(_language: str) -> dict[Cell, str]:
    return {cell: escape(str(text)) for cell, text in WORDS.items()}


def axis(start: int, end: int, zone: tzinfo) -> tuple[Tick, ...]:
    """The hours below the strips."""
    return time_axis(start, end, zone, short_day)


def told(together: Sequence[Run], zone: tzinfo) -> str:
    """What a strip says, in a sentence."""
    silent = [run for run in together if run.cell is Cell.SILENT]
    if silent:
        whole = sum(run.length for run in silent)
        times = ", ".join(_span(run, zone) for run in silent[:4])
        return _("silent for %(lasting)s: %(times)s") % {"lasting": lasting(whole), "times": times}
    if not any(run.cell in (Cell.SEEN, Cell.THIN) for run in together):
        return _("no line in this time")
    return _("never silent in this time")


def _lines(lines: int) -> str:
    if not lines:
        return ""
    told = ngettext("%(n)s line", "%(n)s lines", lines) % {"n": amount(lines)}
    return f" ({escape(told)})"


def _span(run: Run, zone: tzinfo) -> str:
    return f"{_clock(run.start, zone)}–{_clock(run.end, zone)}"


def _clock(at: int, zone: tzinfo) -> str:
    local = datetime.fromtimestamp(at // 1_000_000, zone)
    return f"{local.hour:02}:{local.minute:02}"
