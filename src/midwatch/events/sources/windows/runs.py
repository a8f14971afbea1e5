"""Windows events as runs: put together by channel and number before they are decoded.

The envelopes of all lines are decoded at once; the lines of one channel and number make a
run. A run that is asked for its batches is decoded by templates (see ``templates``), each of
which gives the same columns as the ordinary reader would, made when they are asked for.
Records that fit no template go through the ordinary reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Final

import msgspec

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.finishing import Finisher
from midwatch.events.heads import Heads
from midwatch.events.json_runs import Columns, Later, Run
from midwatch.events.json_runs import Reading as RunReading
from midwatch.events.readers.json_object import decode_object
from midwatch.events.readers.mapping import BLANK, plain, present
from midwatch.events.runs import Gathered
from midwatch.events.schema import FIELDS
from midwatch.events.source import Form, Source, Value
from midwatch.events.sources.windows.meanings import DECISIVE, depends_on_data, meaning_of
from midwatch.events.sources.windows.moulds import SHAPES, Key, Marked, Shape
from midwatch.events.sources.windows.reader import COMMON, MOST_COLUMNS, SYSTEM, WindowsEvents
from midwatch.events.sources.windows.shapes import take_apart
from midwatch.events.sources.windows.templates import Record, UnlikeError, leaf_of, scalars

_MOST_TEMPLATES: Final = 24
"""Templates for one channel and number; what fits none of so many fits none at all."""
_MOST_GROUPS: Final = 2_000
_MOST_ODD: Final = 8
_PSEUDO: Final = frozenset({"src", "dst", "request", "url", "fallback_time"})
_HOSTS: Final = {"src_ip": "src_host", "dst_ip": "dst_host"}
_Events = Sequence[Any]
_Getter = Callable[[Any], Any]


class Template:
    """Reads all events with the keys of the record it was learnt from."""

    def __init__(self, shape: Shape, record: Record) -> None:
        """Learn from a record.

        Raises:
            UnlikeError: such records must be read the ordinary way.
        """
        mould, (kind, marked) = shape.mould(record)
        self._decoder = msgspec.json.Decoder(kind)
        self._getters = [attrgetter(path) for path in mould.paths]
        parts = take_apart(marked)
        if parts is None:
            raise UnlikeError
        system, data = parts
        if not _PSEUDO.isdisjoint(data) or any(
            name in FIELDS or name in SYSTEM or name == "time" for name in data
        ):
            raise UnlikeError
        self._system = {name: self._getter(system.get(name)) for name in SYSTEM[2:]}
        self._system["host"] = self._system["Computer"]
        self._stamp = self._getter(system.get("time"))
        self.data = {name: self._getter(value) for name, value in data.items()}
        self.hits = 0
        self._forms: dict[int, Form] = {}

    def _getter(self, value: object) -> _Getter | None:
        """What reads the leaf of a marked value; None where there is nothing to read."""
        if value is None:
            return None
        leaf = leaf_of(plain(value))
        if leaf is not None:
            get = self._getters[leaf]
            return (lambda event: plain(get(event))) if isinstance(value, list) else get
        if isinstance(value, str):
            for between in ("\n", ", "):
                leaf = leaf_of(value.partition(between)[0])
                if leaf is not None:
                    return partial(_joined, self._getters[leaf], between)
        raise UnlikeError

    def decode(self, raws: Sequence[str], rows: Sequence[int]) -> tuple[list[int], _Events]:
        """The rows that fit, and their events."""
        decode = self._decoder.decode
        fitting: list[int] = []
        events: list[Any] = []
        for row in rows:
            try:
                events.append(decode(raws[row]))
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            fitting.append(row)
        return fitting, events

    def columns(self, fixed: Mapping[str, Value], events: _Events, finisher: Finisher) -> Columns:
        """The columns of some events, in the order of the ordinary reader's."""
        cells = _Cells(self.data, events)
        makers: dict[str, Callable[[], Sequence[Value]]] = {}
        if self._system["host"] is not None:
            makers["host"] = partial(_system, "host", self._system["host"], events, finisher)
        for name in SYSTEM:
            if fixed.get(name) is not None:
                makers[name] = partial(_repeated, fixed[name], len(events))
            elif name in self._system and (get := self._system[name]) is not None:
                makers[name] = partial(_system, name, get, events, finisher)
        for name, keys in COMMON.items():
            there = [key for key in keys if key in self.data]
            if not there:
                continue
            if name in _HOSTS:
                finished = finisher.addresses(name, cells.chosen(there))
                makers.update((each, partial(_itself, column)) for each, column in finished.items())
            else:
                makers[name] = partial(_common, name, there, cells, finisher)
        for name in self.data:
            if len(makers) < MOST_COLUMNS:
                makers.setdefault(name, partial(cells.plain, name))
        return Columns(makers)

    def times(self, events: _Events, finisher: Finisher) -> Sequence[int | None]:
        """The times of some events; each is read when it is asked for."""
        get = self._stamp
        if get is None:
            return [None] * len(events)
        return Later(len(events), lambda row: finisher.time(plain(get(events[row]))))


class _Cells:
    """Event data of some events, by name."""

    def __init__(self, getters: Mapping[str, _Getter | None], events: _Events) -> None:
        self._getters = getters
        self._events = events
        self._known: dict[str, list[Value]] = {}

    def plain(self, name: str) -> list[Value]:
        """A column as it stands in the events."""
        known = self._known.get(name)
        if known is None:
            get = self._getters[name]
            values = [None] * len(self._events) if get is None else list(map(get, self._events))
            known = self._known[name] = scalars(values)
        return known

    def chosen(self, names: Sequence[str]) -> list[Value]:
        """The first of several columns that holds something, row by row."""
        values = self.plain(names[0])
        for name in names[1:]:
            if BLANK.isdisjoint(values) and None not in values:
                break
            others = self.plain(name)
            values = [old if present(old) else new for old, new in zip(values, others, strict=True)]
        return values


def _joined(get: _Getter, between: str, event: object) -> str:
    items = [item for item in get(event) if item is not None or between == ", "]
    return between.join(map(str, items))


def _itself(column: Sequence[Value]) -> Sequence[Value]:
    return column


def _repeated(value: Value, length: int) -> Sequence[Value]:
    return [value] * length


def _system(name: str, get: _Getter, events: _Events, finisher: Finisher) -> Sequence[Value]:
    values = scalars(list(map(get, events)))
    return finisher.typed(name, values) if name in FIELDS else values


def _common(name: str, keys: Sequence[str], cells: _Cells, finisher: Finisher) -> Sequence[Value]:
    return finisher.typed(name, cells.chosen(keys))


class WindowsRuns:
    """Finds runs of Windows events; see the module's documentation."""

    def __init__(self, ordinary: WindowsEvents) -> None:
        """``ordinary`` reads what no template fits."""
        self._ordinary = ordinary
        self._templates: dict[tuple[str, Key], list[Template]] = {}

    def find(
        self, lines: Sequence[str], first_line: int, source: Source, finisher: Finisher
    ) -> tuple[list[Run], Sequence[int]]:
        """See ``RunReader.find``."""
        runs: list[Run] = []
        left: Sequence[int] = range(len(lines))
        for shape in SHAPES:
            if not left:
                break
            places, events, left = _envelopes(shape, lines, left)
            groups: dict[Key, list[int]] = {}
            for place, key in zip(places, shape.keys(events), strict=True):
                try:
                    groups[key].append(place)
                except KeyError:
                    groups[key] = [place]
            for key, members in groups.items():
                run = self._run(shape, key, members, lines, first_line, source, finisher)
                if run is None:
                    left = sorted([*left, *members])
                else:
                    runs.append(run)
        return runs, left

    def _run(
        self, shape: Shape, key: Key, places: Sequence[int], lines: Sequence[str],
        first_line: int, source: Source, finisher: Finisher,
    ) -> Run | None:  # fmt: skip
        channel, number, provider = key
        if isinstance(number, Marked):
            number = number.text
        if number in BLANK or channel in BLANK:
            return None
        fixed: dict[str, Value] = {"Channel": channel, "EventID": number}
        if provider is not None and provider not in BLANK:
            fixed["Provider_Name"] = provider
        means = None
        if not depends_on_data(channel or "", str(number)):
            means = {**source.constants, **meaning_of(channel or "", str(number), {})}
        return Run(
            source.name, source.logsource, fixed, means, [first_line + place for place in places],
            [lines[place] for place in places],
            partial(self._read, shape, key, fixed, source, finisher),
        )  # fmt: skip

    def _read(
        self, shape: Shape, key: Key, fixed: Mapping[str, Value], source: Source,
        finisher: Finisher, lines: Sequence[int], raws: Sequence[str],
    ) -> RunReading:  # fmt: skip
        """The batches of a run, and what could not be read after all."""
        templates = self._templates.get((shape.name, key))
        if templates is None:
            if len(self._templates) >= _MOST_GROUPS:
                self._templates.clear()
            templates = self._templates[shape.name, key] = []
        batches: list[EventBatch] = []
        odd: list[int] = []
        left: Sequence[int] = range(len(raws))
        spot = 0
        while left:
            if spot == len(templates):
                if spot >= _MOST_TEMPLATES or len(odd) >= _MOST_ODD:
                    odd.extend(left)
                    break
                learnt = _learn(shape, raws[left[0]])
                if learnt is None:
                    odd.append(left[0])
                    left = left[1:]
                    continue
                templates.append(learnt)
            template = templates[spot]
            spot += 1
            fitting, events = template.decode(raws, left)
            if not fitting:
                continue
            template.hits += len(fitting)
            batches.extend(
                self._batches(
                    template,
                    fixed,
                    source,
                    finisher,
                    events,
                    [(lines[row], raws[row]) for row in fitting],
                )
            )
            taken = set(fitting)
            left = [row for row in left if row not in taken] if len(taken) < len(left) else ()
        if spot > 1:
            templates.sort(key=lambda template: -template.hits)
        failures = self._odd(sorted(odd), source, finisher, lines, raws, batches)
        return batches, failures

    def _batches(
        self, template: Template, fixed: Mapping[str, Value], source: Source, finisher: Finisher,
        events: _Events, numbered: Sequence[tuple[int, str]],
    ) -> list[EventBatch]:  # fmt: skip
        """One batch for each meaning that the events have; ``numbered``: their lines."""
        channel, number = str(fixed.get("Channel") or ""), str(fixed["EventID"])
        if depends_on_data(channel, number):
            meanings = _meanings(template, channel, number, events)
        else:
            meanings = [(meaning_of(channel, number, {}), range(len(events)))]
        batches: list[EventBatch] = []
        for means, spots in meanings:
            some = events if len(spots) == len(events) else [events[spot] for spot in spots]
            columns = template.columns(fixed, some, finisher)
            lines, texts = zip(*(numbered[spot] for spot in spots), strict=True)
            form = self._ordinary.form(("time", *columns), means)
            batches.append(
                EventBatch(
                    source.name, source.logsource, form, lines,
                    template.times(some, finisher), columns, {**source.constants, **means},
                    texts, texts, fixed=fixed,
                )
            )  # fmt: skip
        return batches

    def _odd(
        self, rows: Sequence[int], source: Source, finisher: Finisher, lines: Sequence[int],
        raws: Sequence[str], batches: list[EventBatch],
    ) -> list[ParseFailure]:  # fmt: skip
        """Read lines the ordinary way; their batches are added, their failures given back."""
        failures: list[ParseFailure] = []
        gathered = Gathered()
        for row in rows:
            raw = raws[row]
            reading = self._ordinary.read(raw)
            if reading is None:
                failures.append(ParseFailure(lines[row], "its JSON cannot be read", raw))
                continue
            gathered.add(row, reading)
        for run in gathered.runs():
            batch = finisher.batch(source, run, Heads.without(raws), raws, 0)
            batch.lines = [lines[row] for row in batch.lines]
            batches.append(batch)
        return failures


def _envelopes(
    shape: Shape, lines: Sequence[str], places: Sequence[int]
) -> tuple[Sequence[int], list[Any], Sequence[int]]:
    """The places of lines with such an envelope, the envelopes, and the other places."""
    some = lines if len(places) == len(lines) else [lines[place] for place in places]
    decoder = shape.envelopes
    if all(line[:1] == "{" and line[-1:] == "}" for line in some):
        # No value spans two such lines, so as many values as lines are one on each.
        try:
            events = decoder.decode_lines("\n".join(some))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            if len(events) == len(some):
                return places, events, ()
    found: list[int] = []
    events = []
    left: list[int] = []
    for place in places:
        try:
            events.append(decoder.decode(lines[place]))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            left.append(place)
        else:
            found.append(place)
    return found, events, left


def _learn(shape: Shape, raw: str) -> Template | None:
    record = decode_object(raw)
    if record is None:
        return None
    try:
        return Template(shape, record)
    except (UnlikeError, TypeError, ValueError):
        return None


def _meanings(
    template: Template, channel: str, number: str, events: _Events
) -> list[tuple[Mapping[str, Value], Sequence[int]]]:
    """Events put together by what they mean."""
    names = [name for name in DECISIVE if name in template.data]
    cells = _Cells(template.data, events)
    columns = [
        [str(value)[-1:] for value in cells.plain(name)] if name == "TargetUserName"
        else cells.plain(name)
        for name in names
    ]  # fmt: skip
    kinds: dict[tuple[Value, ...], list[int]] = {}
    for row, values in enumerate(zip(*columns, strict=True) if columns else [()] * len(events)):
        kinds.setdefault(values, []).append(row)
    found: dict[tuple[tuple[str, Value], ...], tuple[Mapping[str, Value], list[int]]] = {}
    for values, rows in kinds.items():
        means = meaning_of(channel, number, dict(zip(names, values, strict=True)))
        found.setdefault(tuple(means.items()), (means, []))[1].extend(rows)
    return [(means, sorted(rows)) for means, rows in found.values()]
