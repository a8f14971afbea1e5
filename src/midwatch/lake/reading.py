"""Questions to the lake: SQL over a view ``events`` of certain tenants, and nothing else.

DuckDB only reads, over the list of data files that the Delta log names for those tenants. The
connection is told these files, then locked: no other file, no network, no setting, no extension,
no Python variable, no second statement, nothing but SELECT. This is the one place where
the scope of a question is enforced.

>>> import pathlib, tempfile
>>> from midwatch.lake.writing import LakeWriter
>>> folder = tempfile.TemporaryDirectory()
>>> lake = pathlib.Path(folder.name) / "lake"
>>> _ = LakeWriter(lake)
>>> LakeReader(lake, ["acme"]).query("SELECT count(*) AS events FROM events").rows
[(0,)]
>>> folder.cleanup()
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake.addresses import MACROS
from midwatch.lake.columns import KINDS, field_id
from midwatch.lake.delta_log import ActiveFile, DeltaLog
from midwatch.lake.files import PREFIX, read_file
from midwatch.lake.line_forms import whole_line_sql
from midwatch.lake.snapshots import Snapshots, snapshot
from midwatch.lake.values import NUMBERS, SlowError
from midwatch.lake.windows import starts

MOST_ROWS: Final = 10_000
SECONDS: Final = 60.0
_DAY: Final = 86_400_000_000
_ATTEMPTS: Final = 4
_HIDDEN: Final = {"raw", "line_form", *NUMBERS}
_FIRST: Final = ("time", "tenant", "office", "feed", "source", "host", "category", "action",
                 "outcome", "src_ip", "user")  # fmt: skip
COLUMNS: Final = (
    *_FIRST,
    *(name for name in KINDS if name not in {*_FIRST, *_HIDDEN, "fields", "raw_bytes"}),
    "fields", "raw", "raw_bytes", "day", "id",
)  # fmt: skip
"""The columns of the view, in order."""
_DAMAGE: Final = (duckdb.IOException, duckdb.InvalidInputException, duckdb.InternalException,
                  duckdb.SerializationException, duckdb.FatalException)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a question. ``cut``: there were more than the limit."""

    table: pa.Table
    cut: bool = False

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.table.column_names)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as Python values."""
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest events found. ``cut``: there are more.

    ``reached``: how far back it was looked (UTC microseconds) where that was not all the way.
    """

    table: pa.Table
    cut: bool = False
    reached: int | None = None


class LakeReader:
    """One snapshot of the lake, for some tenants and times; see the module's documentation."""

    def __init__(
        self,
        folder: Path,
        tenants: Sequence[str] | None,
        *,
        since: int | None = None,
        until: int | None = None,
        memory: str = "2GB",
        snapshots: Snapshots | None = None,
    ) -> None:
        """Take a snapshot.

        Args:
            folder: The lake, STATE/lake.
            tenants: Whose events are seen; None means everybody's, which only the operator of
                the whole installation may see.
            since: Leave out files that hold only earlier events (UTC microseconds).
            until: Leave out files that hold only events at or after this.
            memory: How much memory DuckDB may take.
            snapshots: What the process remembers of this lake; None: look everything up.

        Raises:
            ConfigurationError: There is no lake.
            BadInputError: Its log is damaged.
        """
        self._log = DeltaLog(folder)
        if not self._log.exists():
            raise ConfigurationError(
                "there is no lake yet",
                remedy="start the watch first, or name the state folder with --state",
                path=str(folder),
            )
        self._tenants = None if tenants is None else frozenset(tenants)
        self._range = (since, until)
        self._memory = memory
        self._snapshots = snapshots
        self._excluded: set[str] = set()
        self.problems: list[str] = []
        self._connection = self._opened()

    def close(self) -> None:
        """Let go of files and memory."""
        self._connection.close()

    def query(
        self,
        sql: str,
        parameters: Sequence[object] = (),
        *,
        limit: int = MOST_ROWS,
        seconds: float = SECONDS,
    ) -> Answer:
        """The rows of one SELECT over ``events``, at most ``limit``.

        A damaged file is left out, told in ``problems``, and the rest is read.

        Raises:
            BadInputError: The SQL is not one SELECT, is wrong, or took longer than ``seconds``.
        """
        statement = _only_select(sql)
        for _ in range(_ATTEMPTS):
            try:
                return self._run(statement, parameters, limit, seconds)
            except duckdb.Error as error:
                if not self._leave_damaged_out():
                    raise _refused(error) from error
                self._connection.close()
                self._connection = self._opened()
        raise BadInputError(
            "files of the lake keep disappearing while they are read",
            remedy="see which other program removes files there",
            path=str(self._log.table_folder),
        )

    def latest(
        self,
        where: str,
        parameters: Sequence[object] = (),
        *,
        limit: int = MOST_ROWS,
        seconds: float = SECONDS,
    ) -> Answer:
        """The latest whole events that meet a condition (of ``lake.search``), latest first.

        First the time of the last one wanted is looked for, so that no line is put together
        that is not shown. Events without a time come last.

        Raises:
            BadInputError: As ``query``.
        """
        ended = time.monotonic() + seconds
        bound = self.query(
            f"SELECT min(time), count(time), count(*) FROM (SELECT time FROM events WHERE {where} "  # noqa: S608  # the compiler's own text, values apart
            f"ORDER BY time DESC NULLS LAST LIMIT {limit + 1})",
            parameters,
            seconds=seconds,
        ).rows[0]
        given = list(parameters)
        if not bound[2]:
            return self.query("SELECT * FROM events LIMIT 0", limit=limit)
        if bound[1] == bound[2]:  # none without a time is among them
            where = f"({where}) AND time >= ?"
            given.append(bound[0])
        return self.query(
            f"SELECT * FROM events WHERE {where} "  # noqa: S608  # the compiler's own text, values apart
            f"ORDER BY time DESC NULLS LAST, id LIMIT {limit + 1}",
            given,
            limit=limit,
            seconds=max(ended - time.monotonic(), 0.1),
        )

    @property
    def files(self) -> Sequence[ActiveFile]:
        """The files that a question reads."""
        return self._read

    def newest(
        self,
        where: str,
        parameters: Sequence[object] = (),
        *,
        limit: int,
        seconds: float,
        patience: float,
    ) -> Newest:
        """As ``latest``, looked for from the newest events backwards, some of them at a time.

        Who looks for what is frequent need not wait for what is old. After ``patience`` seconds
        what was found suffices; after ``seconds`` whatever was found, and be it nothing.

        Raises:
            BadInputError: As ``query``, but for slowness.
        """
        began = time.monotonic()
        found: list[pa.Table] = []
        count, upper = 0, None
        for lower in [*starts(self._read), None]:
            spent = time.monotonic() - began
            if count > limit or (upper is not None and spent > (patience if count else seconds)):
                break
            within, given = _within(where, parameters, lower, upper)
            try:
                answer = self.latest(
                    within, given, limit=limit + 1 - count, seconds=max(seconds - spent, 0.5)
                )
            except SlowError:
                if upper is None:
                    raise
                break
            found.append(answer.table)
            count += len(answer.table)
            upper = lower
            if lower is None:
                break
        table = pa.concat_tables(found)
        reached = None if count > limit else upper
        return Newest(table.slice(0, limit), count > limit, reached)

    def stream(
        self, sql: str, parameters: Sequence[object] = (), *, rows: int
    ) -> Iterator[pa.RecordBatch]:
        """The rows of one SELECT piece by piece, at most so many at once, however many there are.

        Raises:
            BadInputError: The SQL is not one SELECT or is wrong, or a file is damaged (``query``
                finds out which, and leaves it out from then on).
        """
        statement = _only_select(sql)
        try:
            relation = self._connection.sql(statement, params=list(parameters))
            yield from relation.to_arrow_reader(rows)
        except (duckdb.Error, pa.ArrowException) as error:
            raise _refused(error) from error

    def _run(
        self, statement: str, parameters: Sequence[object], limit: int, seconds: float
    ) -> Answer:
        """Ask once.

        Raises:
            BadInputError: As ``query``.
            duckdb.Error: A file may be damaged.
        """
        late = threading.Event()

        def interrupt() -> None:
            late.set()
            self._connection.interrupt()

        timer = threading.Timer(seconds, interrupt)
        timer.start()
        try:
            relation = self._connection.sql(statement, params=list(parameters))
            batches = relation.to_arrow_reader(min(limit + 1, 100_000))
            taken, count = [], 0
            for batch in batches:
                taken.append(batch)
                count += len(batch)
                if count > limit:
                    break
            table = pa.Table.from_batches(taken, batches.schema)
            if late.is_set():  # between two steps there is nothing that could be interrupted
                raise duckdb.InterruptException  # noqa: TRY301  # told below like any other
            return Answer(table.slice(0, limit), cut=count > limit)
        except duckdb.InterruptException as error:
            raise SlowError(
                f"the question took longer than {seconds:g} seconds",
                remedy="narrow it by time (since:1d) or tenant, or allow more seconds",
            ) from error
        except duckdb.Error as error:
            # What is thrown by the readers of files themselves has no kind of its own.
            if isinstance(error, _DAMAGE) or type(error) is duckdb.Error:
                raise
            raise _refused(error) from error
        except pa.ArrowException as error:
            if "INTERRUPT" in str(error):
                raise SlowError(
                    f"the question took longer than {seconds:g} seconds",
                    remedy="narrow it by time (since:1d) or tenant, or allow more seconds",
                ) from error
            raise duckdb.IOException(str(error)) from error
        finally:
            timer.cancel()

    def _files(self) -> list[ActiveFile]:
        known = self._snapshots
        found = snapshot(self._log) if known is None else known.newest(self._log.folder)
        self.problems.extend(each for each in found.problems if each not in self.problems)
        return [
            file
            for file in found.of(self._tenants)
            if file.path not in self._excluded and _overlaps(file, *self._range)
        ]

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """A connection to the files that can be read at all."""
        for _ in range(_ATTEMPTS):
            try:
                return self._open()
            except _DAMAGE as error:
                if not self._leave_damaged_out():
                    raise _refused(error) from error
        return self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        files = self._read = self._files()
        paths = [str((self._log.table_folder / file.path).resolve()) for file in files]
        connection = duckdb.connect(":memory:")
        for macro in MACROS:
            connection.execute(macro)
        connection.execute(_view(paths))
        quoted = ", ".join(_quoted(path) for path in paths)
        for setting in (
            "temp_directory = ''",
            f"allowed_paths = [{quoted}]",
            "enable_external_access = false",
            "python_enable_replacements = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "allow_community_extensions = false",
            f"memory_limit = {_quoted(self._memory)}",
            "TimeZone = 'UTC'",
            # DuckDB 2.0 fails inside when few rows are wanted and a condition reads the name of
            # the file (tenant, day); ``latest`` does by itself what this would do.
            "late_materialization_max_rows = 0",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def _leave_damaged_out(self) -> bool:
        """Find the files that cannot be read; whether there were any to leave out."""
        found = False
        if self._snapshots is not None:
            self._snapshots.forget()
        for file in self._files():
            path = self._log.table_folder / file.path
            try:
                read_file(path)
            except FileNotFoundError:
                self._excluded.add(file.path)
                found = True
                self.problems.append(f"{file.path} is missing and was left out")
            except (OSError, pa.ArrowException) as error:
                self._excluded.add(file.path)
                found = True
                reason = str(error).splitlines()[0]
                self.problems.append(f"{file.path} is damaged and was left out: {reason}")
        return found


def _within(
    where: str, parameters: Sequence[object], lower: int | None, upper: int | None
) -> tuple[str, list[object]]:
    """The condition in a span of time; without a beginning, events without a time are in it."""
    given = list(parameters)
    if lower is not None:
        where = f"({where}) AND time >= ?"
        given.append(_naive(lower))
    if upper is not None:
        where = f"({where}) AND time < ?" if lower is not None else (
            f"({where}) AND (time < ? OR time IS NULL)"
        )  # fmt: skip
        given.append(_naive(upper))
    return where, given


def _naive(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(microseconds=micros)


def _overlaps(file: ActiveFile, since: int | None, until: int | None) -> bool:
    """Whether a file may hold rows of these times; rows without a time count by their day."""
    if file.first_time is not None and file.last_time is not None:
        early = until is not None and file.first_time >= until
        if not early and (since is None or file.last_time >= since):
            return True
    if file.untimed or file.first_time is None:
        first = None if since is None else since // _DAY
        last = None if until is None else until // _DAY
        day = _day_number(file.day)
        return day is None or ((first is None or day >= first) and (last is None or day <= last))
    return False


def _day_number(day: str) -> int | None:
    try:
        return (date.fromisoformat(day) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _view(paths: Sequence[str]) -> str:
    """The view ``events`` over data files: ours by field ids, another engine's by names."""
    ours = [path for path in paths if Path(path).name.startswith(PREFIX)]
    foreign = [path for path in paths if not Path(path).name.startswith(PREFIX)]
    parts = []
    if ours:
        schema = ", ".join(
            f"{field_id(name)}: {{name: '{name}', type: '{KINDS[name]}', default_value: NULL}}"
            for name in KINDS
        )
        files = ", ".join(map(_quoted, ours))
        parts.append(_selection(f"read_parquet([{files}], schema = MAP {{{schema}}})", set(KINDS)))
    for path in foreign:
        known = set(pq.read_schema(path).names)
        parts.append(_selection(f"read_parquet([{_quoted(path)}])", known))
    if not parts:
        parts.append(_selection("(SELECT '' AS filename) WHERE false", set()))
    return f"CREATE VIEW events AS {' UNION ALL '.join(parts)}"


def _selection(source: str, known: set[str]) -> str:
    """The view's columns out of files that hold the known ones."""
    stored = ", ".join(
        f"CAST({name if name in known else 'NULL'} AS {KINDS[name]}) AS {name}" for name in KINDS
    )
    place = "regexp_extract(filename, '/tenant=([^/]*)/day=([^/]*)/[^/]*$', {})"
    derived = {
        "tenant": place.format(1),
        "day": f"TRY_CAST({place.format(2)} AS DATE)",
        "raw": whole_line_sql(),
        "id": "spool || '-' || delivery || '-' || line",
    }
    shown = ", ".join(f"{derived[name]} AS {name}" if name in derived else name for name in COLUMNS)
    return f"SELECT {shown} FROM (SELECT {stored}, filename FROM {source})"  # noqa: S608  # names of ours, paths quoted


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _only_select(sql: str) -> str:
    """The statement, if it is a single SELECT.

    Raises:
        BadInputError: It is not.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise _refused(error) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadInputError(
            "only a single SELECT is answered", remedy="write SELECT ... FROM events"
        )
    return str(statements[0].query)


def _refused(error: Exception) -> BadInputError:
    text = str(error).strip()
    return BadInputError(
        f"the question cannot be answered: {text}",
        remedy="the table is called events; its columns stand in the reference",
    )
