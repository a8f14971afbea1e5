"""A tree becomes a condition in SQL; every value is a parameter, every name is one of ours.

Texts compare whatever their case, ``*`` stands for any text; addresses take networks, numbers and
times take comparisons and ranges (both ends included). ``port`` and ``ip`` mean either side,
``since`` and ``until`` the time, ``has`` asks whether a field holds something. Names that
other rules use (``c-ip``) work as in Sigma; a product's own fields are written
``fields.EventID``.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from midwatch.events.schema import ALIASES, FIELDS, FieldType
from midwatch.lake.addresses import number_of
from midwatch.lake.columns import KINDS
from midwatch.lake.search.instants import SearchClock, span_of
from midwatch.lake.search.parsing import SearchError
from midwatch.lake.search.tree import RANGE, All, Not, Query, Term, Word

_EITHER: Final = {"ip": ("src_ip", "dst_ip"), "port": ("src_port", "dst_port")}
_MASKED: Final = re.compile(r"p-[0-9a-f]{20}|\*\*\*")
"""What masking may have written into a field of addresses."""
_OPERATORS: Final = frozenset({"=", ">", ">=", "<", "<="})
_TIMES: Final = {"time", "since", "until"}
_TEXTS: Final = {"tenant", "raw", "id"}
_OWN: Final = "fields."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEARCHABLE: Final = sorted(
    {*KINDS, *_TEXTS, *_TIMES, *_EITHER, "has"}
     - {name for name in KINDS if name in ("fields", "raw_bytes", "line_form")
        or (name[0] == "n" and name[1:].isdigit())}
)  # fmt: skip

Parameter = str | int | datetime


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition over the view ``events``.

    ``since`` and ``until`` (UTC microseconds, the latter excluded) bound what can be found, so that
    files outside need not be opened.
    """

    where: str
    parameters: tuple[Parameter, ...]
    since: int | None = None
    until: int | None = None


def compile_search(query: Query, clock: SearchClock) -> Compiled:
    """The condition of a search.

    Raises:
        SearchError: A field is unknown, or a value is not of its kind.
    """
    compiler = _Compiler(clock)
    where = compiler.condition(query)
    since, until = compiler.bounds(query)
    return Compiled(where, tuple(compiler.parameters), since, until)


class _Compiler:
    def __init__(self, clock: SearchClock) -> None:
        self._clock = clock
        self.parameters: list[Parameter] = []

    def condition(self, query: Query) -> str:
        if isinstance(query, Word):
            self.parameters.append(f"%{_escaped(query.text)}%")
            return "raw ILIKE ? ESCAPE '\\'"
        if isinstance(query, Term):
            return self._term(query)
        if isinstance(query, Not):
            return f"NOT coalesce({self.condition(query.part)}, false)"
        joined = " AND " if isinstance(query, All) else " OR "
        if not query.parts:
            return "true"
        return "(" + joined.join(self.condition(part) for part in query.parts) + ")"

    def bounds(self, query: Query) -> tuple[int | None, int | None]:
        """What the time terms that every result must meet allow."""
        parts = query.parts if isinstance(query, All) else (query,)
        since: list[int] = []
        until: list[int] = []
        for part in parts:
            if isinstance(part, Term) and part.name.lower() in _TIMES:
                low, high = self._span(part)
                since.extend([] if low is None else [low])
                until.extend([] if high is None else [high])
        return max(since, default=None), min(until, default=None)

    def _term(self, term: Term) -> str:
        name = term.name.lower()
        if name == "has":
            return f"{self._column(term, term.value)} IS NOT NULL"
        if name in _TIMES:
            low, high = self._span(term)
            stated = self._between("time", low, high)
            return f"({stated} OR (time IS NULL AND {self._between('received', low, high)}))"
        if name in _EITHER:
            sides = [self._compared(side, term) for side in _EITHER[name]]
            return "(" + " OR ".join(sides) + ")"
        return self._compared(self._column(term, term.name), term)

    def _column(self, term: Term, name: str) -> str:
        """The SQL of a field: our column, or an entry of the product's own fields."""
        if name.lower().startswith(_OWN) and len(name) > len(_OWN):
            self.parameters.append(name[len(_OWN) :])
            return "fields[?]"
        column = name.lower()
        column = column if column in _SEARCHABLE else ALIASES.get(column, "")
        if column in KINDS or column in _TEXTS:
            return column
        near = difflib.get_close_matches(name.lower(), _SEARCHABLE, 3, 0.6)
        remedy = f"did you mean {' or '.join(near)}? " if near else ""
        raise SearchError(
            f"there is no field {name!r}", term.position,
            remedy=f"{remedy}For a product's own field write fields.{name}; for a text with a "
            f'colon, quotation marks: "{name}:..."',
        )  # fmt: skip

    def _compared(self, column: str, term: Term) -> str:
        kind = KINDS.get(column, "VARCHAR")
        known = FIELDS.get(column)
        if kind == "BIGINT":
            return self._number(column, term)
        if kind == "TIMESTAMP":
            low, high = self._span(term)
            return self._between(column, low, high)
        if kind == "BOOLEAN":
            if term.operator != "=" or term.value.lower() not in ("true", "false"):
                raise SearchError(
                    f"{column} is true or false", term.position, remedy=f"write {column}:true"
                )
            return column if term.value.lower() == "true" else f"NOT coalesce({column}, false)"
        if known is not None and known.type is FieldType.ADDRESS:
            return self._address(column, term)
        return self._text(column, term)

    def _text(self, column: str, term: Term) -> str:
        if term.operator == RANGE:
            self.parameters += [term.value, term.end]
            return f"{column} BETWEEN ? AND ?" if "?" not in column else self._own_range(term)
        if term.operator != "=":
            self.parameters.append(term.value)
            return f"{column} {_sql_operator(term)} ?"
        if "*" in term.value and not term.quoted:
            self.parameters.append("%".join(map(_escaped, term.value.split("*"))))
            return f"{column} ILIKE ? ESCAPE '\\'"
        if not term.value:
            return f"coalesce({column}, '') = ''"
        self.parameters.append(term.value)
        return f"lower({column}) = lower(?)"

    @staticmethod
    def _own_range(term: Term) -> str:
        raise SearchError(
            "a product's own fields are texts and have no ranges", term.position,
            remedy=f"write {term.name}:{term.value} OR {term.name}:{term.end}",
        )  # fmt: skip

    def _number(self, column: str, term: Term) -> str:
        def read(text: str) -> int:
            try:
                return int(text)
            except ValueError:
                raise SearchError(
                    f"{text!r} is no whole number, and {column} holds one", term.position,
                    remedy=f"write {column}:22, {column}:>1024 or {column}:20..25",
                ) from None  # fmt: skip

        first = read(term.value)
        if term.operator == RANGE:
            self.parameters += [first, read(term.end)]
            return f"{column} BETWEEN ? AND ?"
        self.parameters.append(first)
        return f"{column} {_sql_operator(term)} ?"

    def _address(self, column: str, term: Term) -> str:
        if ("*" in term.value and not term.quoted) or _MASKED.fullmatch(term.value):
            return self._text(column, term)

        def wrong(_error: ValueError) -> SearchError:
            return SearchError(
                f"{term.value!r} is no address or network", term.position,
                remedy=f"write {column}:203.0.113.9, {column}:203.0.113.0/24 or {column}:203.0.*",
            )  # fmt: skip

        if term.operator not in ("=", RANGE):
            raise SearchError(
                f"addresses are not compared by {term.operator}", term.position,
                remedy=f"write a network or a range: {column}:203.0.113.1..203.0.113.20",
            )  # fmt: skip
        try:
            if term.operator == "=" and "/" not in term.value:
                self.parameters.append(str(ipaddress.ip_address(term.value)))
                return f"{column} = ?"
            if term.operator == "=":
                network = ipaddress.ip_network(term.value, strict=False)
                first, last = network[0], network[-1]
            else:
                first = ipaddress.ip_address(term.value)
                last = ipaddress.ip_address(term.end)
        except ValueError as error:
            raise wrong(error) from error
        self.parameters += [str(number_of(first)), str(number_of(last))]
        return f"address_number({column}) BETWEEN ?::UHUGEINT AND ?::UHUGEINT"

    def _span(self, term: Term) -> tuple[int | None, int | None]:
        """The first microsecond that a time term allows, and the first behind."""
        first = self._instant(term, term.value)
        name = term.name.lower()
        if name in ("since", "until") and term.operator != "=":
            raise SearchError(
                f"{name} takes one time", term.position, remedy=f"write {name}:7d or time:a..b"
            )
        if name == "until":
            return None, first[0]
        if name == "since":
            return first[0], None
        outcome: dict[str, Callable[[], tuple[int | None, int | None]]] = {
            "=": lambda: first,
            RANGE: lambda: (first[0], self._instant(term, term.end)[1]),
            ">": lambda: (first[1], None),
            ">=": lambda: (first[0], None),
            "<": lambda: (None, first[0]),
            "<=": lambda: (None, first[1]),
        }
        return outcome[term.operator]()

    def _instant(self, term: Term, text: str) -> tuple[int, int]:
        span = span_of(text, self._clock)
        if span is None:
            raise SearchError(
                f"{text!r} is no time", term.position,
                remedy=f"write {term.name}:7d, {term.name}:2026-11-01 or "
                f"{term.name}:2026-11-01T18:00",
            )  # fmt: skip
        return span

    def _between(self, column: str, low: int | None, high: int | None) -> str:
        conditions = []
        for bound, operator in ((low, ">="), (high, "<")):
            if bound is not None:
                self.parameters.append(
                    (_EPOCH + timedelta(microseconds=bound)).replace(tzinfo=None)
                )
                conditions.append(f"{column} {operator} ?")
        return "(" + (" AND ".join(conditions) or "true") + ")"


def _sql_operator(term: Term) -> str:
    assert term.operator in _OPERATORS  # noqa: S101  # the parser gives no other
    return term.operator


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
