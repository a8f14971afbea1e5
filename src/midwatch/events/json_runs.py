"""Runs: lines whose shape, and what they have in common, are known before they are decoded.

Structured logs say in a few keys what an event is about. A ``RunReader`` reads those keys of
many lines at once and puts lines that agree together; the rest of a line is decoded when
somebody asks for the run's batches, which for most events of most logs nobody does. A line
that is in a run is certainly of the run's source; what cannot be read after all becomes a
``ParseFailure``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.finishing import Finisher
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

Cell = TypeVar("Cell")
Reading = tuple[list[EventBatch], list[ParseFailure]]


@dataclass(slots=True, eq=False)
class Run:
    """Lines of one source that agree in the columns ``fixed``.

    ``lines`` are their numbers, from 1 in their file. ``means`` are the constants that every
    batch of the run will have, or None where they depend on the rest of each line.
    """

    source: str
    logsource: Logsource
    fixed: Mapping[str, Value]
    means: Mapping[str, Value] | None
    lines: Sequence[int]
    raws: Sequence[str]
    reader: Callable[[Sequence[int], Sequence[str]], Reading]
    _read: Reading | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.lines)

    def _reading(self) -> Reading:
        if self._read is None:
            self._read = self.reader(self.lines, self.raws)
        return self._read

    @property
    def batches(self) -> list[EventBatch]:
        """The events, decoded; row order is line order within each batch."""
        return self._reading()[0]

    @property
    def failures(self) -> list[ParseFailure]:
        """Lines that could not be read after all, as far as they have been decoded."""
        return self._read[1] if self._read is not None else []

    def take(self, rows: Sequence[int]) -> Run:
        """The run of these rows only."""
        return Run(
            self.source, self.logsource, self.fixed, self.means,
            [self.lines[row] for row in rows], [self.raws[row] for row in rows], self.reader,
        )  # fmt: skip

    def renumber(self, number_of: Callable[[int], int]) -> None:
        """Give its lines other numbers, before it is decoded."""
        self.lines = [number_of(line) for line in self.lines]
        self._read = None


class ReadResult:
    """What some lines gave. Batches are in no particular order; runs are decoded on demand."""

    def __init__(
        self, batches: list[EventBatch], failures: list[ParseFailure], runs: Sequence[Run] = ()
    ) -> None:
        """``batches`` and ``failures`` are those of lines in no run."""
        self.single = batches
        self.lost = failures
        self.runs = runs

    @property
    def batches(self) -> list[EventBatch]:
        """All events."""
        return [*self.single, *(batch for run in self.runs for batch in run.batches)]

    @property
    def failures(self) -> list[ParseFailure]:
        """All lines that could not be understood; runs are decoded to know them."""
        for run in self.runs:
            _ = run.batches
        return self.failures_so_far

    @property
    def failures_so_far(self) -> list[ParseFailure]:
        """The lines that could not be understood, of what has been decoded."""
        return [*self.lost, *(failure for run in self.runs for failure in run.failures)]

    def renumber(self, number_of: Callable[[int], int]) -> None:
        """Give all lines other numbers."""
        for batch in self.single:
            batch.lines = [number_of(line) for line in batch.lines]
        self.lost = [
            ParseFailure(number_of(failure.line), failure.reason, failure.raw)
            for failure in self.lost
        ]
        for run in self.runs:
            run.renumber(number_of)


class RunReader(Protocol):
    """Finds runs among lines."""

    def find(
        self, lines: Sequence[str], first_line: int, source: Source, finisher: Finisher
    ) -> tuple[list[Run], Sequence[int]]:
        """The runs, and the places among ``lines`` of all lines that are in none."""
        ...


class Later(Sequence[Cell]):
    """A column whose cells are worked out when they are asked for, and remembered."""

    __slots__ = ("_known", "_length", "_make")

    def __init__(self, length: int, make: Callable[[int], Cell]) -> None:
        """``make`` gives the cell of a row."""
        self._length = length
        self._make = make
        self._known: dict[int, Cell] = {}

    def __len__(self) -> int:
        """Number of rows."""
        return self._length

    def __getitem__(self, row):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204  # both kinds of index in one
        """The cell of a row, or those of a slice."""
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(self._length))]
        if row < 0:
            row += self._length
        if not 0 <= row < self._length:
            raise IndexError(row)
        if row not in self._known:
            self._known[row] = self._make(row)
        return self._known[row]

    def __iter__(self) -> Iterator[Cell]:
        """All cells."""
        return map(self.__getitem__, range(self._length))


class Columns(Mapping[str, Sequence[Value]]):
    """Columns that are made when they are asked for; their names are known from the start."""

    def __init__(self, makers: Mapping[str, Callable[[], Sequence[Value]]]) -> None:
        """``makers`` make one column each."""
        self._makers = makers
        self._made: dict[str, Sequence[Value]] = {}

    def __getitem__(self, name: str) -> Sequence[Value]:
        """The column of that name."""
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._makers[name]()
        return made

    def __contains__(self, name: object) -> bool:
        """Whether there is such a column."""
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        """The names, in order."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Number of columns."""
        return len(self._makers)
