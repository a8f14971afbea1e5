r"""Readings of many messages at once, as columns.

A run holds what a reader said about the messages of one form: one column per name, no tuple
per line. A reader that can read many messages quicker together than one by one offers
``read_many``; for any other ``read_messages`` asks it message by message. Both ways give
the same readings: ``read`` is the meaning, ``read_many`` only its quick form.

Example:
    >>> from midwatch.events.readers import Pattern, Patterns
    >>> reader = Patterns(Pattern(r"ring from (?P<src_ip>\S+)", action="ring"))
    >>> (run,), left = read_messages(reader, ["ring from 192.0.2.1", "?", "ring from 192.0.2.2"])
    >>> run.rows, run.columns, left
    ([0, 2], {'src_ip': ('192.0.2.1', '192.0.2.2')}, [1])
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol, TypeVar, runtime_checkable

from midwatch.events.source import Form, Reader, Reading, Value

_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)
Columns = Mapping[str, Sequence[Value]]


@dataclass(slots=True, eq=False)
class Run:
    """What was read from the messages at ``rows`` (ascending), all of one form.

    ``columns`` holds the form's names; one that is missing holds nothing in any row.
    """

    form: Form
    rows: Sequence[int]
    columns: Columns


Found = tuple[list[Run], Sequence[int]]
"""Runs, and the places of the messages that the reader did not understand (ascending)."""


@runtime_checkable
class ManyReader(Protocol):
    """A reader that reads many messages quicker together."""

    def read_many(self, messages: Sequence[str]) -> Found:
        """What ``read`` says about each, as runs."""
        ...


def read_messages(reader: Reader, messages: Sequence[str]) -> Found:
    """What a reader says about each message; rows are places in ``messages``."""
    if isinstance(reader, ManyReader):
        return reader.read_many(messages)
    return read_singly(reader.read, messages)


def read_singly(read: Callable[[str], Reading | None], messages: Sequence[str]) -> Found:
    """The same, message by message."""
    gathered = Gathered()
    left: list[int] = []
    for row, reading in enumerate(map(read, messages)):
        if reading is None:
            left.append(row)
        else:
            gathered.add(row, reading)
    return gathered.runs(), left


class Gathered:
    """Collects single readings, in the order of their rows, into runs."""

    def __init__(self) -> None:
        """Nothing collected yet."""
        self._found: dict[Form, tuple[list[int], list[tuple[Value, ...]]]] = {}

    def add(self, row: int, reading: Reading) -> None:
        """Take the reading of one row."""
        form, values = reading
        try:
            rows, readings = self._found[form]
        except KeyError:
            rows, readings = self._found[form] = ([], [])
        rows.append(row)
        readings.append(values)

    def runs(self) -> list[Run]:
        """One run for each form."""
        return [
            Run(form, rows, named(form, zip(*readings, strict=True)))
            for form, (rows, readings) in self._found.items()
        ]


def named(form: Form, columns: Iterable[Sequence[Value]]) -> dict[str, Sequence[Value]]:
    """Columns in the order of the form's names, by name."""
    return dict(zip(form.names, columns, strict=True)) if form.names else {}


def pick(values: Sequence[_Item], rows: Sequence[int]) -> Sequence[_Item]:
    """The values at these rows (ascending); the values themselves where that is all of them."""
    if len(rows) == len(values):
        return values
    return list(map(values.__getitem__, rows))


def placed(run: Run, rows: Sequence[int]) -> Run:
    """The run with each of its rows replaced by what stands at that place of ``rows``."""
    return Run(run.form, pick(rows, run.rows), run.columns)


def part(run: Run, places: Sequence[int]) -> Run:
    """Some places of a run (ascending)."""
    if len(places) == len(run.rows):
        return run
    if len(places) == 1:
        columns = {name: pick(column, places) for name, column in run.columns.items()}
    else:
        chosen = itemgetter(*places)
        columns = {name: chosen(column) for name, column in run.columns.items()}
    return Run(run.form, pick(run.rows, places), columns)


def joined(runs: Sequence[Run]) -> Run:
    """Runs of one form as one; rows stay ascending."""
    if len(runs) == 1:
        return runs[0]
    rows = [row for run in runs for row in run.rows]
    order = sorted(range(len(rows)), key=rows.__getitem__)
    columns: dict[str, Sequence[Value]] = {}
    for name in runs[0].form.names:
        if not any(name in run.columns for run in runs):
            continue
        values: list[Value] = []
        for run in runs:
            values.extend(run.columns.get(name) or [None] * len(run.rows))
        columns[name] = list(map(values.__getitem__, order))
    return Run(runs[0].form, list(map(rows.__getitem__, order)), columns)


def grouped(keys: Iterable[_Key]) -> dict[_Key, list[int]]:
    """Where each key stands."""
    groups: dict[_Key, list[int]] = {}
    for row, key in enumerate(keys):
        try:
            groups[key].append(row)
        except KeyError:
            groups[key] = [row]
    return groups
