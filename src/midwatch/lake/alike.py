"""Lines that are alike in all but their digits, split together rather than one by one.

Lines whose runs of digits stand between the same texts are of one kind. Which runs are
numbers, and which are part of a column's value, is found out in one line of a kind; the others
are cut at the same places, and asked only whether they hold the same. Whatever does not is
left to be split by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import compress, islice
from operator import itemgetter
from typing import Final, NamedTuple

Texts = Sequence[str | None]
Shape = tuple[str, ...]
"""What stands between the numbers of a line."""

_ZEROED: Final = bytes.maketrans(b"123456789", b"000000000")
_FEWEST: Final = 4
_TRIES: Final = 4
_RUN: Final = re.compile("[0-9]+")
_RUN_OF_BYTES: Final = re.compile(rb"0+")
# What is a number if it can be printed again as it stood; see ``_is_odd`` and ``line_forms``.
_BOUNDED: Final = re.compile(r"(?<![\w.\ue000-\ue0ff])[0-9]+(?![\w.\ue000-\ue0ff])", re.ASCII)
_LONGEST_NUMBER: Final = 19
_MOST_ODD: Final = 0.1
"""If more of a column are odd, none of it is taken for a number."""
_FEW_VALUES: Final = 16
"""Digits that are no number and have no more values are part of the shape."""


class Split(NamedTuple):
    """Lines of one shape: where they stand, and the digits between its texts, by column.

    ``numbers``: which of the columns are numbers; empty: all.
    """

    shape: Shape
    rows: Sequence[int]
    digits: Sequence[Sequence[str]]
    numbers: tuple[bool, ...] = ()


class _Cut(NamedTuple):
    """A part of all lines of a kind: where it begins and ends behind the end of a run.

    ``mark``: the column whose value it is; empty: a run of digits.
    """

    begin: tuple[int, int]
    end: tuple[int, int]
    mark: str
    number: bool


class Alike:
    """Splits what is alike among some lines; ``left`` are the rows that it could not."""

    def __init__(
        self, raws: Sequence[str], used: Iterable[tuple[str, Texts]], longest: int, most: int
    ) -> None:
        """Nothing is done yet.

        Args:
            raws: The lines.
            used: Marks, and the texts of the columns that they stand for.
            longest: Characters of the longest line that is split.
            most: The most numbers of a line.
        """
        self.left: list[int] = []
        self._raws = raws
        self._used = dict(used)
        self._longest = longest
        self._most = most

    def split(self) -> Iterator[Split]:
        """The lines of each shape; one shape may come several times."""
        kinds: defaultdict[bytes, dict[bytes, list[int]]] = defaultdict(dict)
        for skeleton, rows in self._skeletons().items():
            kinds[_RUN_OF_BYTES.sub(b"0", skeleton)][skeleton] = rows
        for groups in kinds.values():
            if sum(map(len, groups.values())) < _FEWEST:
                for rows in groups.values():
                    self.left += rows
            else:
                yield from self._split_kind(groups)

    def _skeletons(self) -> dict[bytes, list[int]]:
        """The lines with every digit a zero, and where they stand."""
        raws, longest = self._raws, self._longest
        fit = [
            row
            for row, raw in enumerate(raws)
            if raw.isascii() and len(raw) <= longest and "\0" not in raw
        ]
        if len(fit) < len(raws):
            self.left += sorted(set(range(len(raws))).difference(fit))
        text = "\0".join([raws[row] for row in fit]).encode("ascii")
        groups: defaultdict[bytes, list[int]] = defaultdict(list)
        for row, skeleton in zip(fit, text.translate(_ZEROED).split(b"\0"), strict=False):
            groups[skeleton].append(row)
        return groups

    def _split_kind(self, groups: dict[bytes, list[int]]) -> Iterator[Split]:
        model = max(groups, key=lambda skeleton: len(groups[skeleton]))
        cuts, between = self._cuts(model, groups[model])
        rows: list[int] = []
        columns: list[list[str]] = [[] for _ in cuts]
        for skeleton, some in groups.items():
            rows += some
            for column, values in zip(columns, self._cut(skeleton, some, cuts), strict=False):
                column.extend(values)
        unlike = self._unlike(rows, cuts, columns)
        kinds = [
            _Kind.FIXED if cut.mark else _kind_of(column, number=cut.number)
            for cut, column in zip(cuts, columns, strict=True)
        ]
        for column, kind in zip(columns, kinds, strict=True):
            if kind is _Kind.ALMOST:
                unlike.update(spot for spot, value in enumerate(column) if _is_odd(value))
        if unlike:
            self.left += [rows[spot] for spot in unlike]
            kept = [spot not in unlike for spot in range(len(rows))]
            rows = list(compress(rows, kept))
            columns = [list(compress(column, kept)) for column in columns]
        if rows:
            yield from _parted(rows, columns, kinds, cuts, between)

    def _cuts(self, model: bytes, rows: Sequence[int]) -> tuple[list[_Cut], list[str]]:
        """Where to cut lines like these, and what stands before, between and behind the cuts."""
        texts = [self._raws[row] for row in rows]
        runs = [run.span() for run in _RUN_OF_BYTES.finditer(model)]
        inside = {spot for begin, end in runs for spot in range(begin + 1, end)}
        marked, parts = texts[0], {}
        for mark, values in self._used.items():
            sought = values[rows[0]]
            if sought is None or len(sought) < 2:
                continue
            wanted = [values[row] for row in rows]
            end = 0
            for _ in range(_TRIES):
                begin = marked.find(sought, end)
                end = begin + len(sought)
                if begin < 0:
                    break
                if begin in inside or end in inside:
                    continue
                if list(map(itemgetter(slice(begin, end)), texts)) == wanted:
                    marked = marked[:begin] + mark * len(sought) + marked[end:]
                    parts[begin] = (end, mark, False)
                    break
        bounded = {found.start() for found in islice(_BOUNDED.finditer(marked), self._most)}
        for found in _RUN.finditer(marked):
            begin, end = found.span()
            parts[begin] = (end, "", begin in bounded)
        ends = [end for _, end in runs]
        cuts, between, last = [], [], 0
        for begin, (end, mark, number) in sorted(parts.items()):
            cuts.append(_Cut(_behind(begin, ends), _behind(end, ends), mark, number))
            between.append(texts[0][last:begin])
            last = end
        return cuts, [*between, texts[0][last:]]

    def _cut(
        self, skeleton: bytes, rows: Sequence[int], cuts: Sequence[_Cut]
    ) -> Iterator[tuple[str, ...]]:
        """The parts of some lines with digits at the same places, column by column."""
        ends = [0, *(run.end() for run in _RUN_OF_BYTES.finditer(skeleton))]
        places = [
            slice(ends[cut.begin[0]] + cut.begin[1], ends[cut.end[0]] + cut.end[1]) for cut in cuts
        ]
        # One more than need be, since of a single one no tuple would be given.
        parts = map(itemgetter(*places, slice(0)), [self._raws[row] for row in rows])
        return zip(*parts, strict=True)

    def _unlike(
        self, rows: Sequence[int], cuts: Sequence[_Cut], columns: Sequence[Sequence[str]]
    ) -> set[int]:
        """Which of the lines hold, where a column's value should be, anything else."""
        unlike: set[int] = set()
        for cut, column in zip(cuts, columns, strict=True):
            if cut.mark:
                values = self._used[cut.mark]
                wanted = [values[row] for row in rows]
                if wanted != column:
                    unlike.update(
                        spot
                        for spot, (value, found) in enumerate(zip(wanted, column, strict=True))
                        if value != found
                    )
        return unlike


def _behind(place: int, ends: Sequence[int]) -> tuple[int, int]:
    """A place as the number of the runs that end before it, and how far behind them it is."""
    before = sum(end <= place for end in ends)
    return before, place - (ends[before - 1] if before else 0)


class _Kind(Enum):
    """What the digits of a column are in a shape."""

    FIXED = auto()
    """The same in all of its lines."""
    NUMBER = auto()
    ALMOST = auto()
    """Numbers, but for few lines."""
    TEXT = auto()


def _kind_of(column: Sequence[str], *, number: bool) -> _Kind:
    if column.count(column[0]) == len(column):
        return _Kind.FIXED
    if number:
        if min(column) >= "1" and max(map(len, column)) < _LONGEST_NUMBER:
            return _Kind.NUMBER
        odd = sum(map(_is_odd, column))
        if odd <= _MOST_ODD * len(column):
            return _Kind.ALMOST if odd else _Kind.NUMBER
    return _Kind.FIXED if len(set(column)) <= _FEW_VALUES else _Kind.TEXT


def _is_odd(digits: str) -> bool:
    """Whether digits could not be printed again as a number of 64 bits."""
    length = len(digits)
    return length > 2 and (
        digits[0] == "0"
        or length > _LONGEST_NUMBER
        or (length == _LONGEST_NUMBER and digits[0] == "9")
    )


def _parted(
    rows: Sequence[int],
    columns: Sequence[Sequence[str]],
    kinds: Sequence[_Kind],
    cuts: Sequence[_Cut],
    between: Sequence[str],
) -> Iterator[Split]:
    """The lines of a kind, those with other fixed digits apart."""
    loose = [kind is not _Kind.FIXED for kind in kinds]
    numbers = tuple(kind is not _Kind.TEXT for kind in compress(kinds, loose))
    fixed = [
        column
        for cut, kind, column in zip(cuts, kinds, columns, strict=True)
        if kind is _Kind.FIXED and not cut.mark
    ]
    for some in _same(fixed):
        first = 0 if some is None else some[0]
        shape = _shape(between, cuts, loose, [column[first] for column in columns])
        digits = list(compress(columns, loose))
        if some is None:
            yield Split(shape, rows, digits, numbers)
        else:
            chosen = [[column[spot] for spot in some] for column in digits]
            yield Split(shape, [rows[spot] for spot in some], chosen, numbers)


def _same(columns: Sequence[Sequence[str]]) -> Iterator[Sequence[int] | None]:
    """Which lines hold the same in all columns; None: all do."""
    varying = [column for column in columns if column.count(column[0]) < len(column)]
    if not varying:
        yield None
        return
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for spot, held in enumerate(zip(*varying, strict=True)):
        groups[held].append(spot)
    yield from groups.values()


def _shape(
    between: Sequence[str], cuts: Sequence[_Cut], loose: Sequence[bool], values: Sequence[str]
) -> Shape:
    """What stands between the loose digits of a line that holds these values, marks put in."""
    pieces = [between[0]]
    for cut, apart, value, behind in zip(cuts, loose, values, between[1:], strict=True):
        if apart:
            pieces.append(behind)
        else:
            pieces[-1] += (cut.mark or value) + behind
    return tuple(pieces)
