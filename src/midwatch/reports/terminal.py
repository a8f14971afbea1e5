"""The report for a terminal: 80 columns, colour optional, clean in a pipe.

Text is laid out cell by cell, so that names in any script keep the columns. Where the
terminal cannot show Unicode everything has an ASCII stand-in. Nothing from a log is
taken for markup or reaches the terminal as a control character.

Example: ``print(render_terminal(report, width=80, colour=False, zone=UTC), end="")``
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from midwatch.reports.amounts import hours_between, number, span, zone_name
from midwatch.reports.defusing import defuse
from midwatch.reports.strip import Cell, busiest, resampled, strip_cells
from midwatch.reports.telling import file_name, name
from midwatch.reports.values import Attacker, Evidence, KindRow, Report, Trouble
from midwatch.reports.verdict import Mood, looks, mood, mood_of
from midwatch.reports.wording import (
    cut_lines,
    first_place,
    gap_sentences,
    headline,
    how_to_report,
    look_sentence,
    next_steps,
    not_understood,
    second_line,
    unread,
    when_of,
)

_NARROWEST: Final = 50
_MARGIN: Final = "  "
_LABEL: Final = 15
_TARGETS: Final = 12
_ADDRESS: Final = 39
"""Cells of the longest IPv6 address."""
_MOST_KINDS: Final = 12
_MOST_SOURCES: Final = 12
_MOST_LOOKS: Final = 5
_MOST_TROUBLES: Final = 5
_MOST_CREDITS: Final = 12
_MOST_SILENT: Final = 4
_WIDEST_PLOT: Final = 48
_NARROWEST_PLOT: Final = 8
_WIDEST_STRIP: Final = 48
_STYLES: Final = {Mood.QUIET: "green", Mood.LOOK: "yellow", Mood.ACT: "bold red"}
_CELL_STYLES: Final = {
    Cell.SEEN: "green",
    Cell.THIN: "yellow",
    Cell.IDLE: "dim",
    Cell.SILENT: "red",
    Cell.OUTSIDE: "dim",
}
_ASCII: Final = str.maketrans(
    {"–": "-", "—": "-", "·": "|", "…": "...", "×": "x", "→": ">", "\u201c": '"', "\u201d": '"'}
)


@dataclass(frozen=True, slots=True)
class _Glyphs:
    bars: str
    cells: dict[Cell, str]
    moods: dict[Mood, str]
    more: str


_UNICODE: Final = _Glyphs(
    bars="▁▂▃▄▅▆▇█",
    cells={Cell.SEEN: "█", Cell.THIN: "▄", Cell.IDLE: "▁", Cell.SILENT: "░", Cell.OUTSIDE: " "},
    moods={Mood.QUIET: "●", Mood.LOOK: "▲", Mood.ACT: "■"},
    more="…",
)
_PLAIN: Final = _Glyphs(
    bars=".:-=+*#@",
    cells={Cell.SEEN: "#", Cell.THIN: "+", Cell.IDLE: "_", Cell.SILENT: ".", Cell.OUTSIDE: " "},
    moods={Mood.QUIET: "o", Mood.LOOK: "^", Mood.ACT: "#"},
    more="...",
)


def can_show_unicode(encoding: str | None) -> bool:
    """Whether a stream of this encoding can show the blocks and dashes of the report."""
    try:
        f"{_UNICODE.bars}░●▲■·–…×→".encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def render_terminal(
    report: Report, *, width: int = 80, colour: bool, zone: tzinfo, unicode: bool = True
) -> str:
    """The report as lines of at most ``width`` cells, each ended by a line feed.

    With ``colour`` the text carries ANSI colours; without it there is not one escape.
    """
    page = _Page(width, zone, colour=colour, unicode=unicode)
    _head(page, report)
    _looks(page, report)
    _table(page, report)
    _watched(page, report)
    _read(page, report)
    _credits(page, report)
    _troubles(page, report)
    _next(page, report)
    return page.text()


def render_unparsed(report: Report, *, width: int = 80, colour: bool, unicode: bool = True) -> str:
    """The lines that were not understood, where they stand, and how to report them."""
    page = _Page(width, None, colour=colour, unicode=unicode)
    if report.not_understood:
        page.wrapped(f"{not_understood(report)} not understood", style="bold")
    else:
        page.wrapped(unread(report).rstrip("."), style="bold")
    for example in report.unparsed:
        page.blank()
        page.line(page.clipped(_place(example), page.width - 2), style="dim")
        page.wrapped(defuse(example.raw), margin=_MARGIN * 2)
    if report.not_understood > len(report.unparsed):
        rest = report.not_understood - len(report.unparsed)
        page.blank()
        page.wrapped(f"and {number(rest)} more like these")
    if report.not_understood:
        page.blank()
        for count, step in enumerate(how_to_report(), 1):
            page.wrapped(f"{count}. {step}.", hanging=3)
    return page.text()


class _Page:
    """Lines being laid out."""

    def __init__(self, width: int, zone: tzinfo | None, *, colour: bool, unicode: bool) -> None:
        self.width = max(width, _NARROWEST)
        self.zone = zone
        self.glyphs = _UNICODE if unicode else _PLAIN
        self.unicode = unicode
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            width=self.width,
            color_system="standard" if colour else None,
            force_terminal=colour,
            no_color=not colour,
            force_interactive=False,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )

    def text(self) -> str:
        return self._buffer.getvalue()

    def plain(self, text: str) -> str:
        """The text as this terminal can show it."""
        if self.unicode or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def clipped(self, text: str, width: int) -> str:
        """The text in at most ``width`` cells, an ellipsis in place of what did not fit."""
        text = self.plain(text)
        if cell_len(text) <= width:
            return text
        more = self.glyphs.more
        return set_cell_size(text, max(width - len(more), 0)).rstrip() + more

    def padded(self, text: str, width: int) -> str:
        """The text in exactly ``width`` cells."""
        return set_cell_size(self.clipped(text, width), width)

    def blank(self) -> None:
        self._buffer.write("\n")

    def emit(self, line: Text) -> None:
        """Write a laid-out line as it is."""
        line.rstrip()
        self._console.print(line, soft_wrap=True)

    def line(self, text: str, style: str = "") -> None:
        self.emit(Text(_MARGIN).append(text, style))

    def wrapped(
        self, text: str, *, style: str = "", margin: str = _MARGIN, head: str = "", hanging: int = 0
    ) -> None:
        """Break at words; ``head`` stands before the first line, blanks before the others."""
        indent = cell_len(head) + hanging
        body = Text(self.plain(text), style)
        if hanging:
            # The first `hanging` cells of the text stand out to the left of the other lines.
            first, body = body[:hanging], body[hanging:]
            head += first.plain
        for count, part in enumerate(
            body.wrap(self._console, self.width - len(margin) - indent, overflow="fold")
        ):
            self.emit(Text(margin + (head if count == 0 else " " * indent)).append_text(part))


def _place(example: Evidence) -> str:
    return f"{defuse(example.file, 200)}:{example.line}"


def _head(page: _Page, report: Report) -> None:
    assert page.zone is not None  # noqa: S101  # only the page of unparsed lines has no zone
    files = [file_name(each) for each in report.files]
    period = ""
    if report.first is not None and report.last is not None:
        zone = zone_name(report.zone, page.zone, report.first)
        period = f"{span(report.first, report.last, page.zone, year=True)} ({zone})"
    period = page.plain(period)
    room = page.width - len("Midwatch  ") - cell_len(period) - 2
    line = Text().append("Midwatch", "bold").append("  ")
    if room >= 12:
        line.append(_names(page, files, room)).append("  ").append(period, "dim")
        page.emit(line)
    else:
        page.emit(line.append(_names(page, files, page.width - len("Midwatch  "))))
        page.line(page.clipped(period, page.width - 2), "dim")
    page.blank()
    page.wrapped(headline(report, page.zone), style=_STYLES[mood(report)])
    page.wrapped(second_line(report, page.zone))


def _names(page: _Page, names: Sequence[str], room: int) -> str:
    """As many names as fit, then an ellipsis."""
    if not names:
        return "no file"
    more = f" {page.glyphs.more}"
    shown = ""
    for count, each in enumerate(names):
        longer = f"{shown}, {each}" if shown else each
        tail = "" if count == len(names) - 1 else more
        if cell_len(page.plain(longer)) + len(tail) > room:
            break
        shown = longer
    else:
        return page.plain(shown)
    if not shown:
        return page.clipped(names[0], room if len(names) == 1 else room - len(more)) + (
            more if len(names) > 1 else ""
        )
    return page.plain(shown) + more


def _looks(page: _Page, report: Report) -> None:
    waiting = looks(report)
    if len(waiting) < 2:
        return
    assert page.zone is not None  # noqa: S101  # only the page of unparsed lines has no zone
    page.blank()
    page.line("needs a look", "bold")
    for look in waiting[:_MOST_LOOKS]:
        attempt = look.first
        feeling = mood_of(attempt)
        mark = page.glyphs.moods[feeling]
        page.wrapped(f"{mark} {feeling.value:<5} {look_sentence(look)}", hanging=8)
        parts = (when_of(attempt, page.zone), first_place(attempt))
        known = " · ".join(part for part in parts if part)
        if known:
            page.line(" " * 8 + page.clipped(known, page.width - 10), "dim")
    if len(waiting) > _MOST_LOOKS:
        rest = number(len(waiting) - _MOST_LOOKS)
        page.line(f"and {rest} more (midwatch check --html report.html shows all)")


def _table(page: _Page, report: Report) -> None:
    if not (report.attempt_count or report.blocked):
        return
    page.blank()
    label = max([_LABEL, *(cell_len(page.plain(_kind(row))) for row in report.kinds[:_MOST_KINDS])])
    label = min(label, max(_LABEL, page.width * 3 // 10))
    _plot(page, report, label)
    counts = [number(row.count) for row in report.kinds[:_MOST_KINDS]]
    if report.blocked:
        counts.append(number(report.blocked))
    amount = max([6, *(len(count) for count in counts)])
    by_origin = {each.origin: each for each in report.attackers}
    rest = page.width - 2 - label - 2 - amount - 3
    origins = [_from(row, by_origin) for row in report.kinds[:_MOST_KINDS]]
    longest = max((cell_len(page.plain(each[0])) for each in origins), default=0)
    shortest = max((cell_len(page.plain(each[-1])) for each in origins), default=0)
    # From whom goes before at what: on a narrow terminal the targets are left out.
    whom = min(longest, max(rest - _TARGETS - 2, min(shortest, _ADDRESS, rest)))
    room = rest - whom - 2
    for row, forms in zip(report.kinds, origins, strict=False):
        origin = next((each for each in forms if cell_len(page.plain(each)) <= whom), forms[-1])
        target = page.clipped(_targets(row), room) if room >= _TARGETS else ""
        line = Text(_MARGIN).append(page.padded(_kind(row), label)).append("  ")
        line.append(f"{number(row.count):>{amount}}", "bold").append("   ")
        line.append(page.padded(origin, whom)).append("  ").append(target, "dim")
        page.emit(line)
    if len(report.kinds) > _MOST_KINDS:
        page.line(f"and {number(len(report.kinds) - _MOST_KINDS)} more kinds")
    if report.blocked:
        said = "(background noise, not counted as attempts)"
        line = Text(_MARGIN).append(page.padded("blocked packets", label)).append("  ")
        line.append(f"{number(report.blocked):>{amount}}").append("   ")
        page.emit(line.append(page.clipped(said, rest), "dim"))


def _kind(row: KindRow) -> str:
    return name(row.kind)


def _from(row: KindRow, by_origin: dict[str, Attacker]) -> tuple[str, ...]:
    """From whom, in full and ever shorter."""
    amount = max(row.origin_count, len(row.origins))
    if amount != 1 or not row.origins:
        return (f"{number(amount)} addresses" if amount else "",)
    shortest = name(row.origins[0])
    attacker = by_origin.get(row.origins[0])
    known = (
        [name(part) for part in (attacker.network, attacker.country) if part] if attacker else []
    )
    return *(
        f"{shortest} ({', '.join(known[:count])})" for count in (2, 1) if known[:count]
    ), shortest


def _targets(row: KindRow) -> str:
    shown = ", ".join(name(each) for each in row.targets[:3])
    return f"{shown} …" if len(row.targets) > 3 else shown


def _plot(page: _Page, report: Report, label: int) -> None:
    assert page.zone is not None  # noqa: S101  # only the page of unparsed lines has no zone
    top = busiest(report.hours, report.hour_length)
    if top is None:
        return
    when = page.plain(hours_between(*top, page.zone))
    if report.first is not None and report.last is not None and len(report.hours) > 24:
        when = page.plain(span(*top, page.zone))
    room = page.width - 2 - label - 2
    named = f"   busiest {when}"
    if room - cell_len(named) < _NARROWEST_PLOT:
        named = ""
    columns = min(room - cell_len(named), _WIDEST_PLOT)
    counts = resampled([hour.attempts for hour in report.hours], columns)
    most = max(counts)
    bars = page.glyphs.bars
    # The lowest bar stands for none; any attempt at all rises above it.
    plot = "".join(bars[-(-count * (len(bars) - 1) // most)] for count in counts)
    line = Text(_MARGIN).append(page.padded("attempts", label)).append("  ")
    page.emit(line.append(plot, "yellow").append(named))


def _watched(page: _Page, report: Report) -> None:
    assert page.zone is not None  # noqa: S101  # only the page of unparsed lines has no zone
    if report.sources:
        page.blank()
    shown = report.sources[:_MOST_SOURCES]
    label = min(max((cell_len(page.plain(name(each.title))) for each in shown), default=0), 22)
    head = "watched"
    room = min(page.width - 2 - 10 - label - 2, _WIDEST_STRIP)
    for source in shown:
        line = Text(_MARGIN).append(f"{head:<10}").append(page.padded(name(source.title), label))
        line.append("  ")
        for cell in strip_cells(source, report, room):
            line.append(page.glyphs.cells[cell], _CELL_STYLES[cell])
        page.emit(line)
        head = ""
    if len(report.sources) > _MOST_SOURCES:
        page.line(f"{'':<10}and {number(len(report.sources) - _MOST_SOURCES)} more")
    silent = gap_sentences(report, page.zone)
    for said in silent[:_MOST_SILENT]:
        page.wrapped(said, head=" " * 10, style="red")
    if len(silent) > _MOST_SILENT:
        page.line(f"{'':<10}and {number(len(silent) - _MOST_SILENT)} more fell silent")


def _read(page: _Page, report: Report) -> None:
    if report.lines:
        page.blank()
    if report.not_understood:
        shown = "(midwatch check --unparsed shows them)"
        page.wrapped(f"not understood: {not_understood(report)}  {shown}")
    elif report.lines:
        page.wrapped(unread(report))
    if report.cut:
        page.wrapped(f"{cut_lines(report)}.")
    for note in report.notes:
        page.wrapped(defuse(note, 300))


def _credits(page: _Page, report: Report) -> None:
    """Who wrote the rules of others that raised something: their licences ask for it."""
    told = dict.fromkeys(
        f"{attempt.rule_title}: {attempt.author or 'unknown'} ({attempt.licence})"
        for attempt in report.attempts
        if attempt.licence
    )
    if not told:
        return
    page.blank()
    page.line("rules of others that raised these", "bold")
    for credit in list(told)[:_MOST_CREDITS]:
        page.wrapped(defuse(credit, 200), margin=_MARGIN * 2)
    if len(told) > _MOST_CREDITS:
        page.line(f"  and {number(len(told) - _MOST_CREDITS)} more (midwatch check --json)")


def _troubles(page: _Page, report: Report) -> None:
    for head, troubles in (
        ("could not be read", report.troubles),
        ("rules that could not be loaded", report.rules.not_loaded),
    ):
        if not troubles:
            continue
        page.blank()
        page.line(head, "bold")
        for trouble in troubles[:_MOST_TROUBLES]:
            page.wrapped(_trouble(trouble), margin=_MARGIN * 2)
        if len(troubles) > _MOST_TROUBLES:
            page.line(f"  and {number(len(troubles) - _MOST_TROUBLES)} more")


def _trouble(trouble: Trouble) -> str:
    said = f"{name(trouble.place)}: {defuse(trouble.cause, 200)}"
    return f"{said} → {defuse(trouble.remedy, 200)}" if trouble.remedy else said


def _next(page: _Page, report: Report) -> None:
    steps = next_steps(report)
    page.blank()
    if len(steps.steps) == 1 and steps.why:
        together = page.plain(f"next: {steps.steps[0]} · why: {steps.why}")
        if cell_len(together) <= page.width - 2:
            page.line(together)
            return
    head = "next: "
    for count, step in enumerate(steps.steps, 1):
        numbered = f"{count}. {step}" if len(steps.steps) > 1 else step
        page.wrapped(numbered, head=head, hanging=3 if len(steps.steps) > 1 else 0)
        head = " " * len(head)
    if steps.why:
        page.wrapped(steps.why, head="why:  ")
