"""From a product's own fields to common columns: shared by all keyed readers.

``fields`` maps a column to the vendor key it comes from, or to several keys of which
the first that holds something wins. In the place of a key may stand a text derived from
keys: ``Joined``, ``Translated`` or ``Part``. ``when`` is a list of cases tried in order; the
first whose conditions all hold adds its constants. Pseudo columns (``src``, ``dst``,
``request``, ``url``) work as in ``patterns``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final, Protocol

from midwatch.events.late_expressions import compiled_late
from midwatch.events.runs import Run, grouped, part
from midwatch.events.source import Form, Reading, Value, VendorFields


class Derived(Protocol):
    """A text worked out from one or more vendor keys."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The vendor keys it is worked out from."""
        ...

    def of(self, *values: object) -> Value:
        """The text for the values of ``keys``, all of which hold something, or None."""
        ...


class Joined:
    """Several vendor keys read as one text, such as a date, a time and a zone.

    >>> Joined("date", "time").of("2024-01-02", "03:04:05")
    '2024-01-02 03:04:05'
    >>> Joined("date", "time", "zone", form="%s %s%s").of("2024-01-02", "03:04:05", "+08")
    '2024-01-02 03:04:05+08'
    """

    def __init__(self, *keys: str, form: str | None = None) -> None:
        """``form`` has a ``%s`` for each key; without it blanks stand between the values."""
        self.keys = keys
        self._form = form or " ".join(["%s"] * len(keys))

    def of(self, *values: object) -> Value:
        """The values joined."""
        return self._form % values


class Translated:
    """A vendor key whose values are translated; other values are None or kept.

    >>> Translated("proto", {"6": "tcp"}).of("6")
    'tcp'
    """

    def __init__(self, key: str, table: Mapping[str, Value], *, keep: bool = False) -> None:
        """``table``: lower-case values → ours; ``keep`` values that are not in it."""
        self.keys = (key,)
        self._table = table
        self._keep = keep

    def of(self, *values: object) -> Value:
        """What the table says."""
        text = str(values[0])
        return self._table.get(text.lower(), text if self._keep else None)


class Part:
    r"""The part of a vendor key's value that the only group of an expression matches.

    >>> Part("ui", r"\(([0-9.]+)\)").of("https(192.0.2.1)")
    '192.0.2.1'
    """

    def __init__(self, key: str, expression: str) -> None:
        """``expression`` is searched for; it must run in linear time."""
        self.keys = (key,)
        self._expression = compiled_late(expression)

    def of(self, *values: object) -> Value:
        """What the group matches, or None."""
        found = self._expression.search(str(values[0]))
        return found[1] if found is not None else None


class _Anything:
    """Stands for "present, whatever it holds"."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Anything()
ABSENT: Final = None
Condition = str | tuple[str, ...] | re.Pattern[str] | _Anything | None
Key = str | Derived
Keys = Key | tuple[Key, ...]
BLANK: Final = frozenset({"", "-", "--", "N/A", "n/a", "null", "(null)", "None"})
"""What products write where they have nothing to say."""
_PRESENT: Final = "…"
"""Stands for the value of a key of which only its presence matters."""
_MEMO_LIMIT: Final = 4096
_MEMO_TEXT: Final = 200


class When:
    """One case: conditions on vendor fields, and the constants they imply.

    A condition is a text (equal, ignoring case), a tuple of texts (any of them), a
    compiled expression (searched), ``ANY`` (present) or ``ABSENT``.

    >>> case = When({"type": "event", "action": ("login", "logon")}, action="login")
    >>> case.holds(("EVENT", "login"))
    True
    """

    def __init__(self, where: Mapping[str, Condition], **means: Value) -> None:
        """``means`` are constant columns that hold when the conditions do."""
        self.keys = tuple(where)
        self.means: Mapping[str, Value] = means
        self.compared = frozenset(
            key for key, condition in where.items() if condition not in (ANY, ABSENT)
        )
        self._tests = tuple(_test(condition) for condition in where.values())

    def holds(self, values: tuple[object, ...]) -> bool:
        """Whether the case fits; ``values`` stand in the order of ``keys``."""
        return all(test(value) for test, value in zip(self._tests, values, strict=True))


def _test(condition: Condition) -> Callable[[object], bool]:
    if condition is ABSENT:
        return lambda value: not present(value)
    if condition is ANY:
        return present
    if isinstance(condition, re.Pattern):
        search = condition.search
        return lambda value: value is not None and search(str(value)) is not None
    wanted = (condition,) if isinstance(condition, str) else condition
    folded = frozenset(text.lower() for text in wanted)  # type: ignore[union-attr]  # the others went before
    return lambda value: value is not None and str(value).lower() in folded


class Mapper:
    """Turns vendor fields into a reading; used by the keyed readers."""

    def __init__(
        self,
        fields: Mapping[str, Keys],
        when: tuple[When, ...],
        means: Mapping[str, Value],
        vendor: Callable[[str], VendorFields] | None,
    ) -> None:
        """See the module's documentation; ``vendor`` goes into the forms."""
        self.names = tuple(fields)
        self._sources = tuple(
            keys if isinstance(keys, tuple) else (keys,) for keys in fields.values()
        )
        self._when = when
        self._case_keys = tuple(dict.fromkeys(key for case in when for key in case.keys))
        spots = {key: spot for spot, key in enumerate(self._case_keys)}
        compared = frozenset(key for case in when for key in case.compared)
        self.counted = tuple(spot for key, spot in spots.items() if key not in compared)
        self._case_spots = tuple(tuple(spots[key] for key in case.keys) for case in when)
        forms = [Form(self.names, {**means, **case.means}, vendor) for case in when]
        self._forms = (*forms, Form(self.names, dict(means), vendor))
        self._memo: dict[tuple[object, ...], Form] = {}

    @property
    def needed(self) -> tuple[str, ...]:
        """Every vendor key that this mapper looks at."""
        keys: list[str] = []
        for source in self._sources:
            for key in source:
                keys.extend((key,) if isinstance(key, str) else key.keys)
        return tuple(dict.fromkeys([*keys, *self._case_keys]))

    def map(self, get: Callable[[str], object]) -> Reading:
        """The reading for one message; ``get`` gives a vendor field or None."""
        seen = tuple([get(key) for key in self._case_keys])
        form = self.form(_counted(seen, self.counted) if self.counted else seen)
        values: list[Value] = []
        for keys in self._sources:
            value: object = None
            for key in keys:
                value = get(key) if isinstance(key, str) else _derive(key, get)
                if present(value):
                    break
                value = None
            values.append(plain(value))
        return form, tuple(values)

    def planned(self, keys: tuple[str, ...]) -> Plan:
        """A quicker ``map`` for messages that hold exactly these of the needed keys."""
        return Plan(self, keys)

    @property
    def case_keys(self) -> tuple[str, ...]:
        """The vendor keys that decide the form."""
        return self._case_keys

    @property
    def sources(self) -> tuple[tuple[Key, ...], ...]:
        """For each column, the vendor keys it may come from."""
        return self._sources

    def form(self, seen: tuple[object, ...]) -> Form:
        """The form for these values of ``case_keys``.

        Of the keys at ``counted`` it only matters whether they hold something.
        """
        form = self._memo.get(seen) if _hashable(seen) else None
        return form or self._decide(seen)

    def _decide(self, seen: tuple[object, ...]) -> Form:
        form = self._forms[-1]
        for case, spots, candidate in zip(self._when, self._case_spots, self._forms, strict=False):
            if case.holds(tuple([seen[spot] for spot in spots])):
                form = candidate
                break
        small = all(value is None or len(str(value)) <= _MEMO_TEXT for value in seen)
        if small and _hashable(seen):
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[seen] = form
        return form


_Spot = int | tuple[Derived, tuple[int, ...]]


class Plan:
    """Which of a message's values goes where, worked out once for an order of keys.

    Blanks that need no choice are left for the finisher to turn into None.
    """

    def __init__(self, mapper: Mapper, keys: tuple[str, ...]) -> None:
        spots = {key: spot for spot, key in enumerate(keys)}
        absent = len(keys)
        self._mapper = mapper
        here = [spot for spot, key in enumerate(mapper.case_keys) if key in spots]
        self._names = mapper.names
        self._present_spots = [spots[mapper.case_keys[spot]] for spot in here]
        self._present = _getter(self._present_spots)
        self._counted = tuple(here.index(spot) for spot in mapper.counted if spot in here)
        self._cases = _getter([spots.get(key, absent) for key in mapper.case_keys])
        self._memo: dict[tuple[object, ...], Form] = {}
        straight: list[int] = []
        self._choices: list[tuple[int, tuple[_Spot, ...]]] = []
        for column, source in enumerate(mapper.sources):
            options = _options(source, spots)
            if len(options) == 1 and isinstance(options[0], int):
                straight.append(options[0])
                continue
            straight.append(absent)
            if options:
                self._choices.append((column, options))
        self._straight = _getter(straight)
        self._picked = [(column, spot) for column, spot in enumerate(straight) if spot != absent]

    def runs(self, columns: Sequence[Sequence[str]], count: int) -> list[Run]:
        """The readings of ``count`` messages; the columns stand in the order of the keys."""
        forms = self._forms(columns, count)
        named: dict[str, Sequence[Value]] = {
            self._names[column]: columns[spot] for column, spot in self._picked
        }
        for column, options in self._choices:
            chosen = _chosen(options, columns)
            if chosen is not None:
                named[self._names[column]] = chosen
        named = {name: named[name] for name in self._names if name in named}
        if len(forms) == 1:
            return [Run(form, range(count), named) for form in forms]
        whole = Run(next(iter(forms)), range(count), named)
        return [replace(part(whole, rows), form=form) for form, rows in forms.items()]

    def _forms(self, columns: Sequence[Sequence[str]], count: int) -> dict[Form, Sequence[int]]:
        """Which rows are of which form."""
        keys: list[Sequence[Value]] = [columns[spot] for spot in self._present_spots]
        for spot in self._counted:
            keys[spot] = [_PRESENT if present(value) else None for value in keys[spot]]
        if not keys:
            return {self._form((), (*[column[0] for column in columns], None)): range(count)}
        seen = list(zip(*keys, strict=True))
        forms: dict[Form, Sequence[int]] = {}
        by_key = grouped(seen) if len(set(seen)) > 1 else {seen[0]: range(count)}
        for key, rows in by_key.items():
            first = rows[0]
            form = self._form(key, (*[column[first] for column in columns], None))
            forms[form] = sorted([*forms[form], *rows]) if form in forms else rows
        return forms

    def _form(self, seen: tuple[object, ...], row: tuple[Value, ...]) -> Form:
        form = self._memo.get(seen)
        if form is None:
            form = self._mapper.form(_counted(self._cases(row), self._mapper.counted))
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[seen] = form
        return form

    def read(self, values: tuple[Value, ...]) -> Reading:
        """The reading of one message; the values, texts only, stand in the order of the keys."""
        row = (*values, None)
        seen: tuple[object, ...] = self._present(row)
        if self._counted:
            seen = _counted(seen, self._counted)
        form = self._form(seen, row)
        if not self._choices:
            return form, self._straight(row)
        result = list(self._straight(row))
        for column, options in self._choices:
            for option in options:
                if isinstance(option, int):
                    value = row[option]
                else:
                    derived, spots = option
                    value = None
                    parts = tuple([row[spot] for spot in spots])
                    if BLANK.isdisjoint(parts):
                        value = derived.of(*parts)
                if value not in BLANK and value is not None:
                    result[column] = value
                    break
        return form, tuple(result)


def _chosen(options: tuple[_Spot, ...], columns: Sequence[Sequence[str]]) -> Sequence[Value] | None:
    """For each row the first option that holds something; None where none ever does."""
    chosen: Sequence[Value] | None = None
    for option in options:
        values: Sequence[Value]
        if isinstance(option, int):
            values = columns[option]
        else:
            derived, spots = option
            parts = list(zip(*[columns[spot] for spot in spots], strict=True))
            known = {each: derived.of(*each) for each in set(parts) if BLANK.isdisjoint(each)}
            values = list(map(known.get, parts))
        if not BLANK.isdisjoint(values):
            values = [None if value in BLANK else value for value in values]
        if chosen is None:
            chosen = values
        else:
            chosen = [new if old is None else old for old, new in zip(chosen, values, strict=True)]
        if None not in chosen:
            break
    return chosen


def _counted(seen: tuple[object, ...], spots: tuple[int, ...]) -> tuple[object, ...]:
    """The values, those at the spots reduced to whether they hold something."""
    reduced = list(seen)
    for spot in spots:
        reduced[spot] = _PRESENT if present(reduced[spot]) else None
    return tuple(reduced)


def _options(source: tuple[Key, ...], spots: Mapping[str, int]) -> tuple[_Spot, ...]:
    """Where a column's value may stand, best first."""
    options: list[_Spot] = []
    for key in source:
        if isinstance(key, str):
            if key in spots:
                options.append(spots[key])
        elif all(part in spots for part in key.keys):
            options.append((key, tuple([spots[part] for part in key.keys])))
    return tuple(options)


def present(value: object) -> bool:
    """Whether a vendor field holds something; ``-``, ``N/A`` and the like are nothing."""
    return value is not None and not (isinstance(value, str) and value in BLANK)


def _derive(key: Derived, get: Callable[[str], object]) -> Value:
    values = [get(part) for part in key.keys]
    if all(present(value) for value in values):
        return key.of(*values)
    return None


def _getter(spots: list[int]) -> Callable[[tuple[Value, ...]], tuple[Value, ...]]:
    """Picks the values at these places."""
    if len(spots) > 1:
        return itemgetter(*spots)
    if spots:
        only = spots[0]
        return lambda row: (row[only],)
    return lambda _row: ()


def _hashable(values: tuple[object, ...]) -> bool:
    return not any(isinstance(value, (list, dict)) for value in values)


def plain(value: object) -> Value:
    """A vendor value as a column can hold it: text, integer or nothing."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list) and value and not isinstance(value[0], (list, dict)):
        return plain(value[0])
    return None
