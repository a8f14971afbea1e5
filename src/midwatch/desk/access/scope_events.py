"""The events of some clients as one viewer may see them: found, counted, completed, taken out.

The one way from a page or the API to the lake. Every question is narrowed to clients that are the
viewer's to search, has a limit of time and memory, waits its turn (``turns``), and for clients
whose names are masked is checked first (``masked_search``) and masked after (``masked_rows``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.masked_rows import ADDRESSES, CODED, OPEN, masked_table, masked_value
from midwatch.desk.access.masked_search import column_of, masked_query
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.turns import TURNS
from midwatch.kernel import BadInputError
from midwatch.lake.columns import KINDS
from midwatch.lake.overview import FACETS, Count, Overview, overview
from midwatch.lake.search import (
    All,
    Compiled,
    Query,
    SearchClock,
    SearchError,
    Term,
    all_of,
    compile_search,
    parse,
)
from midwatch.lake.values import SlowError
from midwatch.lake.windows import back_to

if TYPE_CHECKING:  # loaded with the first search, see Scope.lake
    import pyarrow as pa

    from midwatch.lake import Answer, LakeReader

SECONDS: Final = 15.0
"""How long one question may take, all its parts together."""
PATIENCE: Final = 2.0
"""Seconds after which the rows found so far are shown, and the rest is a click away."""
MOST_COUNTED: Final = 2_000_000
"""Events that a page goes through to count; more only where somebody asks for it."""
LINES_WEIGH: Final = 10
MOST_EXPORTED: Final = 50_000
_COMPLETING: Final = 2.0
_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000
_MOST_CODED: Final = 50_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_FACET: Final = frozenset({"time", "received", "raw", "raw_bytes", "fields", "id", "day"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that may be put. Times are UTC microseconds.

    ``tenants``: whose events it goes over; ``left_out``: clients that mask what it asks for.
    ``since`` and ``until`` bound what is found; None: unbounded.
    """

    query: Query
    compiled: Compiled
    tenants: tuple[str, ...]
    left_out: tuple[str, ...]
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One event as this viewer sees it. ``time``: UTC microseconds, None where it states none."""

    tenant: str
    id: str
    time: int | None
    received: int | None
    values: dict[str, Any]
    masked: bool

    @property
    def machine(self) -> str:
        """The machine that wrote it, else the source."""
        return str(self.values.get("host") or self.values.get("feed") or "")

    @property
    def origin(self) -> str:
        """Where it came from, as far as it is told."""
        return str(self.values.get("src_ip") or self.values.get("src_host") or "")

    @property
    def told(self) -> str:
        """The line, or why there is none."""
        return str(self.values.get("raw") or self.values.get("failure") or "")


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found. ``cut``: there are more rows; ``problems``: what could not be read.

    ``reached``: how far back rows were looked for, ``counted``: how far back they were counted
    (UTC microseconds), each where that was not all the way.
    """

    rows: tuple[Row, ...]
    cut: bool
    overview: Overview | None
    problems: tuple[str, ...]
    reached: int | None = None
    counted: int | None = None


class Events:
    """See the module's documentation."""

    def __init__(self, scope: Scope, tenants: Sequence[str] = (), zone: tzinfo = UTC) -> None:
        """``tenants``: only these; none: all that are the viewer's. ``zone``: of the question.

        Raises:
            Http404: One of them is not the viewer's to search.
        """
        self._scope = scope
        self._clock = SearchClock(scope.now, zone)
        mine = [each.id for each in scope.tenants(Permission.SEARCH)]
        self.tenants = [scope.tenant(each, Permission.SEARCH).id for each in tenants] or mine
        if not self.tenants:
            raise Http404

    def ask(self, text: str, since: int | None = None, until: int | None = None) -> Asked:
        """Understand a question. The bounds hold where the text has no time of its own.

        Raises:
            SearchError: It cannot be understood, or asks for what is masked.
        """
        query = parse(text)
        stated = compile_search(_times(query), self._clock)
        if stated.since is not None or stated.until is not None:
            since, until = stated.since, stated.until
        bounded = self._bounded(query, since, until)
        masked = [each for each in self.tenants if self._scope.masks(each)]
        plain = [each for each in self.tenants if each not in masked]
        tenants, left_out = self.tenants, []
        if masked:
            try:
                bounded = masked_query(
                    bounded,
                    masked,
                    lambda tenant, column, code: self._meant(tenant, column, code, (since, until)),
                )
            except SearchError:
                if not plain:
                    raise
                tenants, left_out = plain, masked
        compiled = compile_search(bounded, self._clock)
        return Asked(query, compiled, tuple(tenants), tuple(left_out), since, until)

    def find(
        self,
        asked: Asked,
        *,
        limit: int = 50,
        after: str = "",
        counted: bool = True,
        most: int | None = None,
    ) -> Found:
        """The latest events, from behind the event ``after`` on; ``counted``: the overview too.

        ``most``: count the newest only, where it would have to go through more events than these
        (a tenth of it where lines are put together), and not at all where even that is too slow;
        None: count all.

        Raises:
            BadInputError: It took too long, there is no turn, or ``after`` is no event.
            ConfigurationError: There is no lake yet.
        """
        ended = time.monotonic() + SECONDS
        with self._reader(asked.tenants, asked.since, asked.until) as reader:
            narrowed = _behind(asked.compiled, after)
            found = reader.newest(
                narrowed.where, narrowed.parameters, limit=limit, seconds=SECONDS,
                patience=PATIENCE,
            )  # fmt: skip
            seen: Overview | None = None
            back: int | None = None
            if counted:
                weight = LINES_WEIGH if "raw" in asked.compiled.where else 1
                back = None if most is None else back_to(reader.files, most // weight)
                with nullcontext() if most is None else suppress(SlowError):
                    seen = overview(
                        reader, _from(asked.compiled, back), self._span(asked, reader),
                        seconds=max(ended - time.monotonic(), 1.0),
                        fields=FACETS if len(asked.tenants) > 1 else FACETS[:-1],
                    )  # fmt: skip
                    seen = self._masked_overview(seen, asked)
            return Found(
                self._rows(found.table), found.cut, seen, tuple(reader.problems), found.reached,
                back,
            )  # fmt: skip

    def count(self, asked: Asked, fields: Sequence[str] = ()) -> Overview:
        """How many events a question finds, and when.

        Raises:
            BadInputError: It took too long, or there is no turn.
            ConfigurationError: There is no lake yet.
        """
        with self._reader(asked.tenants, asked.since, asked.until) as reader:
            span = self._span(asked, reader)
            seen = overview(reader, asked.compiled, span, fields=fields, seconds=SECONDS)
            return self._masked_overview(seen, asked)

    def export(self, asked: Asked, most: int = MOST_EXPORTED) -> Answer:
        """The latest events as a table, masked where due; ``cut`` where there were more.

        Raises:
            BadInputError: It took too long, or there is no turn.
            ConfigurationError: There is no lake yet.
        """
        with self._reader(asked.tenants, asked.since, asked.until) as reader:
            answer = reader.latest(
                asked.compiled.where, asked.compiled.parameters, limit=most, seconds=SECONDS * 2
            )
        return replace(answer, table=self._masked(answer.table))

    def event(self, name: str) -> Row:
        """One event by its id, unmasked while a reveal of it is open.

        Raises:
            Http404: There is none, or not for this viewer.
            ConfigurationError: There is no lake yet.
        """
        spool, delivery, line = name.rsplit("-", 2) if name.count("-") > 1 else ("", "", "")
        if not (_whole(delivery) and _whole(line)):
            raise Http404
        with self._reader(self.tenants) as reader:
            table = reader.query(
                "SELECT * FROM events WHERE spool = ? AND delivery = ? AND line = ?",
                [spool, int(delivery), int(line)], limit=1, seconds=SECONDS,
            ).table  # fmt: skip
        if not len(table):
            raise Http404
        return self._rows(table, reveals=True)[0]

    def values(self, field: str, start: str, most: int = 10) -> list[Count]:
        """The most frequent values of a field in the last day that begin so; codes where masked.

        Raises:
            BadInputError: It took too long, or there is no turn.
            ConfigurationError: There is no lake yet.
        """
        column = column_of(field)
        if (column not in KINDS and column != "tenant") or column in _NO_FACET:
            return []
        masked = [each for each in self.tenants if self._scope.masks(each)]
        hidden = column not in OPEN and column not in CODED and column not in ADDRESSES
        tenants = [each for each in self.tenants if not (hidden and each in masked)]
        if not tenants:
            return []
        coded = bool(masked) and column not in OPEN
        since = self._scope.now - _DAY
        told: dict[str, int] = {}
        with self._reader(tenants, since) as reader:
            # Of masked values every one becomes a code before its beginning is looked at.
            where = "" if coded else "AND starts_with(lower(value), lower(?)) "
            rows = reader.query(
                "SELECT tenant, value, count(*) AS found FROM (SELECT tenant, "  # noqa: S608  # a column of ours, values apart
                f"CAST({column} AS VARCHAR) AS value FROM events WHERE time >= ?) "
                f"WHERE value <> '' {where}GROUP BY ALL ORDER BY found DESC, value LIMIT 2000",
                [_naive(since), *([] if coded else [start])], seconds=_COMPLETING,
            ).rows  # fmt: skip
        for tenant, value, found in rows:
            shown = (
                masked_value(self._scope.masker(tenant), column, value)
                if tenant in masked
                else value
            )
            if shown is not None and str(shown).lower().startswith(start.lower()):
                told[str(shown)] = told.get(str(shown), 0) + found
        ordered = sorted(told.items(), key=lambda each: (-each[1], each[0]))
        return [Count(value, found) for value, found in ordered[:most]]

    # ------------------------------------------------------------ inside

    @contextmanager
    def _reader(
        self, tenants: Sequence[str], since: int | None = None, until: int | None = None
    ) -> Iterator[LakeReader]:
        with TURNS.turn(self._scope.viewer.id):
            reader = self._scope.lake(tenants, since=since, until=until)
            try:
                yield reader
            finally:
                reader.close()

    def _bounded(self, query: Query, since: int | None, until: int | None) -> Query:
        terms = [
            Term(name, "=", (_EPOCH + timedelta(microseconds=bound)).isoformat())
            for name, bound in (("since", since), ("until", until))
            if bound is not None
        ]
        return all_of(query, *terms) if terms else query

    def _span(self, asked: Asked, reader: LakeReader) -> tuple[int, int]:
        """The span of the histogram: what was asked for, else what there is."""
        since, until = asked.since, asked.until
        if since is None:
            first = reader.query(
                "SELECT epoch_us(min(coalesce(time, received))) FROM events", seconds=SECONDS
            ).rows[0][0]
            since = self._scope.now - _DAY if first is None else int(first)
        return since, max(until or self._scope.now + 1, since + 1)

    def _meant(
        self, tenant: str, column: str, code: str, bounds: tuple[int | None, int | None]
    ) -> list[str]:
        """The values of a client that a code stands for."""
        since, until = bounds
        given: list[object] = []
        where = f"{column} IS NOT NULL"
        if since is not None:
            where += " AND coalesce(time, received) >= ?"
            given.append(_naive(since))
        with self._reader([tenant], since, until) as reader:
            answer = reader.query(
                f"SELECT DISTINCT {column} FROM events WHERE {where}",  # noqa: S608  # a column of ours, values apart
                given, limit=_MOST_CODED, seconds=SECONDS,
            )  # fmt: skip
        if answer.cut:
            raise BadInputError(
                _("there are too many different values to find a code among them"),
                remedy=_("narrow it by time: since:1d"),
            )
        masker = self._scope.masker(tenant)
        return [
            str(value) for (value,) in answer.rows if masked_value(masker, column, value) == code
        ]

    def _masked(self, table: pa.Table, *, reveals: bool = False) -> pa.Table:
        return masked_table(
            table,
            lambda tenant, name: self._scope.masks(tenant, subject_of(name) if reveals else ""),
            self._scope.masker,
        )

    def _masked_overview(self, seen: Overview, asked: Asked) -> Overview:
        """Values of several clients are counted together, so one masked client masks them all."""
        masked = [each for each in asked.tenants if self._scope.masks(each)]
        if not masked:
            return seen
        facets: dict[str, tuple[Count, ...]] = {}
        for name, counts in seen.facets.items():
            if name in OPEN:
                facets[name] = counts
            elif len(asked.tenants) == 1:
                merged: dict[str | None, int] = {}
                for each in counts:
                    shown = masked_value(self._scope.masker(masked[0]), name, each.value)
                    merged[shown] = merged.get(shown, 0) + each.count
                facets[name] = tuple(Count(value, count) for value, count in merged.items())
        return replace(seen, facets=facets)

    def _rows(self, table: pa.Table, *, reveals: bool = False) -> tuple[Row, ...]:
        shown = self._masked(table, reveals=reveals)
        names = shown.column_names
        rows = []
        for values in zip(*(column.to_pylist() for column in shown.columns), strict=True):
            found = dict(zip(names, values, strict=True))
            tenant, name = str(found["tenant"]), str(found["id"])
            rows.append(
                Row(
                    tenant, name, _micros(found["time"]), _micros(found["received"]),
                    {key: value for key, value in found.items() if value not in (None, [], "")},
                    self._scope.masks(tenant, subject_of(name) if reveals else ""),
                )
            )  # fmt: skip
        return tuple(rows)


def subject_of(event: str) -> str:
    """What a reveal of one event is kept under."""
    return f"event {event}"


def goes_on(found: Found) -> str:
    """Where to go on behind what was found; empty where that was all."""
    if found.cut:
        last = found.rows[-1]
        return f"{'' if last.time is None else last.time}.{last.id}"
    return "" if found.reached is None else f"{found.reached - 1}."


def _from(compiled: Compiled, moment: int | None) -> Compiled:
    """The condition, for events from that moment on."""
    if moment is None:
        return compiled
    where = f"({compiled.where}) AND time >= ?"
    return replace(compiled, where=where, parameters=(*compiled.parameters, _naive(moment)))


def _times(query: Query) -> Query:
    """The times that all of what is found must meet, alone."""
    parts = query.parts if isinstance(query, All) else (query,)
    names = ("since", "until", "time")
    return all_of(
        *(each for each in parts if isinstance(each, Term) and each.name.lower() in names)
    )


def _behind(compiled: Compiled, after: str) -> Compiled:
    """The condition for what is listed behind an event."""
    if not after:
        return compiled
    stamp, dot, name = after.partition(".")
    if not dot or not (_whole(stamp) or not stamp) or len(stamp) > 17 or len(name) > 200:
        raise BadInputError(
            _("the place to go on from is no event"), remedy=_("begin at the latest events again")
        )
    if not stamp:
        return replace(
            compiled, where=f"({compiled.where}) AND time IS NULL AND id > ?",
            parameters=(*compiled.parameters, name),
        )  # fmt: skip
    moment = _naive(int(stamp))
    return replace(
        compiled,
        where=f"({compiled.where}) AND (time IS NULL OR time < ? OR (time = ? AND id > ?))",
        parameters=(*compiled.parameters, moment, moment, name),
    )


def _whole(text: str) -> bool:
    """Whether it is a whole number that a column of the lake holds."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _naive(micros: int) -> datetime:
    return (_EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None)


def _micros(value: datetime | None) -> int | None:
    if value is None:
        return None
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return (moment - _EPOCH) // timedelta(microseconds=1)
