"""What the lines of one session carry over to the later ones (see ``source.Carry``).

Process and connection numbers come round again: a line whose first carried column (the
address) differs from what is remembered begins a new session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

from midwatch.events.heads import Heads
from midwatch.events.runs import Run, part, pick
from midwatch.events.source import Carry, Form, Value

Held = tuple[Value, ...]
"""What one reading says in the carried columns."""

Kept = tuple[str, str | None, Value, Held]
"""Source, host, session and what is held, of one session in a snapshot."""

_Entry = tuple[int, str | None, Value, Held, Run]
"""Row, host, session and what is held, of one reading of a run."""


class SessionMemory:
    """Remembers, per source, host and session, what its last reading held.

    Bounded: when more sessions are open than ``Carry.limit``, the oldest half is forgotten.
    """

    def __init__(self) -> None:
        """Empty; one for each stream."""
        self._sessions: dict[str, dict[tuple[str | None, Value], Held]] = {}
        self._forms: dict[tuple[Form, tuple[str, ...]], Form] = {}

    def __len__(self) -> int:
        """Number of sessions remembered."""
        return sum(map(len, self._sessions.values()))

    def snapshot(self) -> list[Kept]:
        """All that is remembered, oldest first, as plain data."""
        return [
            (source, host, key, held)
            for source, sessions in self._sessions.items()
            for (host, key), held in sessions.items()
        ]

    def restore(self, kept: Iterable[Kept]) -> None:
        """Go on from a snapshot."""
        self._sessions.clear()
        for source, host, key, held in kept:
            self._sessions.setdefault(source, {})[host, key] = held

    def carry(self, carry: Carry, source: str, runs: Sequence[Run], heads: Heads) -> list[Run]:
        """The runs of one source, completed from the lines before in the order of their rows."""
        entries = [entry for run in runs for entry in _entries(carry, run, heads)]
        if len(runs) > 1:
            entries.sort(key=_row_of)
        completed = self._follow(carry, source, entries)
        if not completed:
            return [*runs]
        result: list[Run] = []
        for run in runs:
            result.extend(self._apart(carry, run, completed.get(run, {})))
        return result

    def _follow(
        self, carry: Carry, source: str, entries: Iterable[_Entry]
    ) -> dict[Run, dict[int, Held]]:
        """Take readings in the order of their lines; what they hold where it was completed."""
        sessions = self._sessions.setdefault(source, {})
        limit = carry.limit
        completed: dict[Run, dict[int, Held]] = {}
        for row, host, key, said, run in entries:
            if key is None:
                continue
            held, session = said, (host, key)
            if None in held and (known := sessions.get(session)) is not None:
                held = _completed(carry, run.form, held, known)
                if held is not said:
                    completed.setdefault(run, {})[row] = held
            if session not in sessions and len(sessions) >= limit:
                for old in list(sessions)[: limit // 2]:
                    del sessions[old]
            sessions[session] = held
        return completed

    def _apart(self, carry: Carry, run: Run, completed: dict[int, Held]) -> list[Run]:
        """The run without the rows that were completed, and these in forms of their own."""
        by_added: dict[tuple[str, ...], list[int]] = {}
        kept: list[int] = []
        for place, row in enumerate(run.rows):
            held = completed.get(row)
            if held is None:
                kept.append(place)
                continue
            added = tuple(
                [
                    column
                    for column, value in zip(carry.columns, held, strict=True)
                    if value is not None and column not in run.form.names
                ]
            )
            by_added.setdefault(added, []).append(place)
        result = [part(run, kept)] if kept else []
        for added, places in by_added.items():
            form = self._forms.get((run.form, added))
            if form is None:
                form = Form(run.form.names + added, run.form.constants, run.form.vendor)
                self._forms[run.form, added] = form
            own = part(run, places)
            values = zip(*[completed[row] for row in own.rows], strict=True)
            columns = dict(zip(carry.columns, values, strict=True))
            filled = {name: column for name, column in columns.items() if name in form.names}
            result.append(Run(form, own.rows, {**own.columns, **filled}))
        return result


def _row_of(entry: _Entry) -> int:
    return entry[0]


def _entries(carry: Carry, run: Run, heads: Heads) -> Iterable[_Entry]:
    """Row, host, session and carried values of each reading of a run."""
    count = len(run.rows)
    nothing: list[Value] = [None] * count
    keys: Sequence[Value] = nothing
    if carry.key in run.form.names:
        keys = run.columns.get(carry.key, nothing)
    elif carry.key == "pid":
        keys = pick(heads.pids, run.rows)
    held = zip(*[run.columns.get(column, nothing) for column in carry.columns], strict=True)
    return zip(run.rows, pick(heads.hosts, run.rows), keys, held, repeat(run), strict=False)


def _completed(carry: Carry, form: Form, held: Held, known: Held) -> Held:
    """What is held, gaps filled; itself where nothing is, or where a new session began."""
    if held[0] is not None and known[0] not in (None, held[0]):
        return held
    filled = tuple(
        [
            before if value is None and column not in form.constants else value
            for column, value, before in zip(carry.columns, held, known, strict=True)
        ]
    )
    return held if filled == held else filled
