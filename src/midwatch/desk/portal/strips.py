"""The strip of a source as an inline drawing, and in words for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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
    def rows(self) -> list[tuple[Run, str]]:
        """The runs with their words."""
        return [(run, str(WORDS[run.cell])) for run in self.runs]


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
    words = {cell: escape(str(text)) for cell, text in WORDS.items()}
    clocks = [_clock(start + spot * length, zone) for spot in range(len(cells) + 1)]
    amounts: dict[int, str] = {}
    width = percent(1 / len(cells))
    parts = []
    for run in together:
        if run.cell is Cell.OUTSIDE:
            continue
        low, high = (run.start - start) // length, (run.end - start) // length
        step = 1 if singly and run.cell is not Cell.SILENT else high - low
        for spot in range(low, high, step):
            lines = counts[spot] if step == 1 else run.lines
            if lines not in amounts:
                amounts[lines] = _lines(lines)
            parts.append(
                f'<rect class="{run.cell.value}" x="{percent(spot / len(cells))}" '
                f'width="{width if step == 1 else percent(step / len(cells))}" '
                f"{_SHAPES[run.cell]}><title>{clocks[spot]}–{clocks[spot + step]}: "
                f"{words[run.cell]}{amounts[lines]}</title></rect>"
            )
    return Strip(SafeString("".join(parts)), told(together, zone), together)


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
