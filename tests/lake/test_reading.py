"""A question sees its tenants' events and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake import LakeReader, LakeWriter, Placed
from midwatch.lake.reading import COLUMNS

Place = Callable[..., list[Placed]]
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def two(lake: Path, place: Place, ssh: tuple[str, ...]) -> Path:
    """A lake of two tenants."""
    batches = [*place(ssh, delivery=1), *place(ssh[:1], tenant="other", delivery=2)]
    LakeWriter(lake).commit(batches, "spool", 2)
    return lake


def test_a_question_sees_its_tenants_only(two: Path, rows: Rows) -> None:
    count = "SELECT tenant, count(*) FROM events GROUP BY 1 ORDER BY 1"

    assert rows(two, count, ["acme"]) == [("acme", 4)]
    assert rows(two, count, ["other"]) == [("other", 1)]
    assert rows(two, count, []) == []
    assert rows(two, count, None) == [("acme", 4), ("other", 1)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM parquet_metadata('{other}')",
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_parquet('{table}/*/*/*.parquet')",
        "SELECT * FROM read_parquet('{table}/tenant=acme/../tenant=other/*/*.parquet')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM delta_scan('{table}')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM query_table('{other}')",
        "SELECT * FROM secret_of_python",
        "SELECT getenv('HOME')",
        "SELECT * FROM read_json('https://192.0.2.1/x')",
        "SELECT * FROM sqlite_scan('/etc/passwd', 'x')",
        "SELECT * FROM enable_logging(storage='file', storage_path='{table}/log')",
        "ATTACH '{table}/x.db'",
        "COPY (SELECT 1) TO '{table}/x.csv'",
        "COPY (SELECT 1) TO '{own}'",
        "COPY events TO '{table}/x.parquet'",
        "EXPORT DATABASE '{table}/x'",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "RESET lock_configuration",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CREATE TABLE x AS SELECT 1",
        "CREATE OR REPLACE VIEW events AS SELECT 1",
        "DROP VIEW events",
        "CALL enable_logging()",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO '{table}/x.csv'",
        "WITH x AS (SELECT 1) DELETE FROM events",
        "PREPARE p AS SELECT * FROM read_text('/etc/passwd')",
        "",
        "SELEC",
    ],
)  # fmt: skip
def test_sql_cannot_leave_its_view(two: Path, sql: str) -> None:
    secret_of_python = pq.read_table(next(two.glob("events/tenant=other/*/*.parquet")))
    own = next(two.glob("events/tenant=acme/*/*.parquet"))
    other = next(two.glob("events/tenant=other/*/*.parquet"))
    before = {path: path.read_bytes() for path in two.rglob("*") if path.is_file()}
    reader = LakeReader(two, ["acme"])

    with pytest.raises(BadInputError):
        reader.query(sql.format(table=two / "events", other=other, own=own))
    assert {path: path.read_bytes() for path in two.rglob("*") if path.is_file()} == before
    assert len(secret_of_python) == 1
    assert reader.query("SELECT count(*) FROM events").rows == [(4,)], "the reader still works"


def test_no_setting_lets_a_reader_out(two: Path) -> None:
    reader = LakeReader(two, ["acme"])
    settings = dict(
        reader.query(
            "SELECT name, value FROM duckdb_settings() WHERE name IN "
            "('enable_external_access', 'lock_configuration', 'python_enable_replacements')"
        ).rows
    )
    assert settings == {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
    }


def test_rows_are_limited_and_it_is_said(two: Path) -> None:
    reader = LakeReader(two, ["acme"])

    assert not reader.query("SELECT * FROM events", limit=4).cut
    answer = reader.query("SELECT * FROM events", limit=3)
    assert answer.cut
    assert len(answer.rows) == 3


def test_a_question_that_takes_too_long_is_stopped(two: Path) -> None:
    reader = LakeReader(two, ["acme"])

    with pytest.raises(BadInputError, match=r"longer than 0\.2 seconds"):
        reader.query(
            "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b", seconds=0.2
        )
    assert reader.query("SELECT count(*) FROM events").rows == [(4,)]


def test_files_outside_of_the_times_are_not_opened(lake: Path, place: Place, noon: int) -> None:
    writer = LakeWriter(lake)
    for day in range(3):
        line = f"Nov {17 + day} 11:59:58 gate sshd[77]: Failed password for root from 203.0.113.9 port 4022 ssh2"
        writer.commit(place([line]), "spool", day + 1)
    day = 86_400_000_000
    oldest = next(lake.glob("events/tenant=acme/day=2026-11-17/*.parquet"))
    oldest.write_bytes(b"not to be opened")

    reader = LakeReader(
        lake, ["acme"], since=noon - 2 * day - 3_000_000, until=noon - day - 3_000_000
    )
    assert reader.query("SELECT day(time) FROM events").rows == [(18,)]
    assert reader.problems == []


def test_a_damaged_file_is_left_out_and_told(two: Path, place: Place, ssh: tuple[str, ...]) -> None:
    LakeWriter(two).commit(place(ssh[:1], delivery=3), "spool", 3)
    damaged = max(
        two.glob("events/tenant=acme/day=2026-11-20/*.parquet"),
        key=lambda each: each.stat().st_size,
    )
    content = bytearray(damaged.read_bytes())
    content[:] = content[: len(content) // 2]
    damaged.write_bytes(content)

    reader = LakeReader(two, ["acme"])
    assert reader.query("SELECT count(*) FROM events").rows == [(2,)]
    assert [problem.split(" ")[0] for problem in reader.problems] == [
        damaged.relative_to(two / "events").as_posix()
    ]


def test_files_of_another_engine_are_read_by_their_names(
    lake: Path, place: Place, ssh: tuple[str, ...], rows: Rows
) -> None:
    LakeWriter(lake).commit(place(ssh), "spool", 1)
    from deltalake import DeltaTable  # noqa: PLC0415  # here it is the other engine

    DeltaTable(lake / "events").optimize.compact(target_size=1 << 30)
    DeltaTable(lake / "events").optimize.z_order(["src_ip"])

    assert any(
        not path.name.startswith("events-") for path in lake.glob("events/tenant=*/*/*.parquet")
    )
    assert rows(lake, "SELECT line, raw FROM events ORDER BY line") == list(enumerate(ssh, 1))


def test_without_a_lake_it_is_said_what_to_do(lake: Path) -> None:
    with pytest.raises(ConfigurationError, match="no lake yet"):
        LakeReader(lake, None)


@pytest.mark.parametrize(
    ("address", "network", "inside"),
    [
        ("203.0.113.9", "203.0.113.0/24", True),
        ("203.0.114.9", "203.0.113.0/24", False),
        ("255.255.255.255", "0.0.0.0/0", True),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("fe80::1", "fe80::/10", True),
        ("::1", "::1/128", True),
        ("203.0.113.9", "2001:db8::/32", False),
        ("no address", "203.0.113.0/24", None),
    ],
)
def test_addresses_lie_in_networks(
    two: Path, address: str, network: str, inside: bool | None
) -> None:
    reader = LakeReader(two, ["acme"])

    found = reader.query("SELECT in_network(?, ?)", [address, network]).rows[0][0]
    assert found is inside


def test_the_reference_lists_the_columns_of_the_view(two: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "lake.md"
    table = page.read_text("utf-8").split("Other engines see")[0]
    listed = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]

    assert listed == list(COLUMNS)
    assert LakeReader(two, ["acme"]).query("SELECT * FROM events").columns == listed


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9])
def test_the_latest_come_first_and_those_without_a_time_last(two: Path, limit: int) -> None:
    answer = LakeReader(two, ["acme"]).latest("true", limit=limit)

    assert answer.table["line"].to_pylist() == [2, 1, 4, 3][:limit]
    assert answer.cut == (limit < 4)


def test_few_rows_of_one_client_are_found_by_its_name(
    lake: Path, place: Callable[..., list[Placed]], ssh: tuple[str, ...]
) -> None:
    LakeWriter(lake).commit(place(ssh * 20), "spool", 1)
    reader = LakeReader(lake, ["acme"])

    answer = reader.latest("tenant = ?", ["acme"], limit=2)

    assert answer.cut
    assert len(answer.table) == 2
