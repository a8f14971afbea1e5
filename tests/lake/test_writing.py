"""What goes into the lake comes out of it, once, whatever the line was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.events.batch import ParseFailure
from midwatch.events.source import Value
from midwatch.kernel import ConfigurationError
from midwatch.lake import LakeReader, LakeWriter, Placed
from midwatch.lake.columns import KINDS as COLUMNS
from midwatch.lake.columns import field_id
from midwatch.lake.line_forms import ARGUMENTS, split_lines, whole_line

Place = Callable[..., list[Placed]]
Rows = Callable[..., list[tuple[Any, ...]]]


def test_every_line_is_kept_and_typed(
    lake: Path, place: Place, rows: Rows, ssh: tuple[str, ...]
) -> None:
    done = LakeWriter(lake).commit(place(ssh), "spool", 7)

    assert (done.rows, done.files, done.replayed) == (4, 2, False)
    assert rows(lake, "SELECT line, raw FROM events ORDER BY line") == list(enumerate(ssh, 1))
    assert rows(lake, "SELECT id, day, time, src_ip, src_port, user, outcome, parsed FROM events WHERE line = 1") == [
        ("spool-7-1", date(2026, 11, 20), datetime(2026, 11, 20, 11, 59, 58),  # noqa: DTZ001  # the view's times are UTC
         "203.0.113.9", 4022, "root", "failure", True)
    ]  # fmt: skip
    assert rows(lake, "SELECT day, source FROM events WHERE line = 4") == [
        (date(2026, 11, 19), "openssh")
    ]


def test_a_line_nobody_understands_says_why_and_lies_in_the_day_of_its_receipt(
    lake: Path, place: Place, rows: Rows, ssh: tuple[str, ...]
) -> None:
    LakeWriter(lake).commit(place(ssh), "spool", 7)

    assert rows(
        lake, "SELECT raw, failure, time, day, dated_by_receipt FROM events WHERE NOT parsed"
    ) == [("utter nonsense", "nothing known was found in it", None, date(2026, 11, 20), True)]


def test_a_line_that_is_not_utf_8_keeps_its_bytes(lake: Path, place: Place, rows: Rows) -> None:
    line = (
        b"Nov 20 11:59:58 gate sshd[77]: Failed password for r\xf6ot from 203.0.113.9 port 22 ssh2"
    )
    LakeWriter(lake).commit(place([line, "plain"]), "spool", 1)

    assert rows(lake, "SELECT raw_bytes FROM events ORDER BY line") == [(line,), (None,)]


def test_a_replay_does_nothing(lake: Path, place: Place, rows: Rows, ssh: tuple[str, ...]) -> None:
    LakeWriter(lake).commit(place(ssh), "spool", 7)
    again = LakeWriter(lake).commit(place(ssh), "spool", 7)

    assert again.replayed
    assert rows(lake, "SELECT count(*) FROM events") == [(4,)]
    assert LakeWriter(lake).last_offset("spool") == 7
    assert LakeWriter(lake).last_offset("other") == 0


def test_a_replay_cut_otherwise_leaves_out_what_was_committed(
    lake: Path, place: Place, rows: Rows, ssh: tuple[str, ...]
) -> None:
    writer = LakeWriter(lake)
    writer.commit([*place(ssh, delivery=1), *place(ssh, delivery=2)], "spool", 2)
    done = writer.commit([*place(ssh, delivery=2), *place(ssh, delivery=3)], "spool", 3)

    assert done.rows == 4
    assert rows(lake, "SELECT delivery, count(*) FROM events GROUP BY 1 ORDER BY 1") == [
        (1, 4),
        (2, 4),
        (3, 4),
    ]


def test_two_writers_of_two_spools_both_commit(
    lake: Path, place: Place, rows: Rows, ssh: tuple[str, ...]
) -> None:
    first, second = LakeWriter(lake), LakeWriter(lake)
    for offset in (1, 2, 3):
        first.commit(place(ssh), "one", offset)
        second.commit(place(ssh), "two", offset)

    assert rows(lake, "SELECT spool, count(*) FROM events GROUP BY 1 ORDER BY 1") == [
        ("one", 12),
        ("two", 12),
    ]


def test_a_date_far_from_the_receipt_stays_but_makes_no_day_of_its_own(
    lake: Path, place: Place, rows: Rows
) -> None:
    LakeWriter(lake).commit(
        place(
            [
                "1999-01-01T00:00:00Z gate sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2"
            ]
        ),
        "spool",
        1,
    )

    assert rows(lake, "SELECT year(time), day, dated_by_receipt FROM events") == [
        (1999, date(2026, 11, 20), True)
    ]


def test_delta_readers_see_the_same_rows(lake: Path, place: Place, ssh: tuple[str, ...]) -> None:
    LakeWriter(lake).commit(place(ssh), "spool", 7)
    table = pa.table(DeltaTable(lake / "events").to_pyarrow_table())

    assert set(table["line"].to_pylist()) == {1, 2, 3, 4}
    assert len(table) == 4
    assert set(table["tenant"].to_pylist()) == {"acme"}
    stats = [
        json.loads(line)
        for line in (lake / "events/_delta_log" / f"{1:020}.json").read_text().splitlines()
    ]
    assert [set(each) for each in stats] == [{"commitInfo"}, {"txn"}, {"add"}, {"add"}]


def test_a_foreign_protocol_is_refused_and_not_touched(
    lake: Path, place: Place, ssh: tuple[str, ...]
) -> None:
    LakeWriter(lake).commit(place(ssh), "spool", 7)
    entry = lake / "events/_delta_log" / f"{2:020}.json"
    entry.write_text('{"protocol":{"minReaderVersion":1,"minWriterVersion":4}}\n')

    with pytest.raises(ConfigurationError, match="raised the lake's protocol"):
        LakeWriter(lake).commit(place(ssh), "spool", 8)


def test_a_number_too_large_for_its_column_is_left_to_the_line(
    lake: Path, noon: int, place: Place, rows: Rows
) -> None:
    (batch, *_rest) = [
        each.batch
        for each in place(
            [
                "Nov 20 11:59:58 gate sshd[77]: Failed password for root from 203.0.113.9 port 22 ssh2"
            ]
        )
    ]
    assert batch is not None
    batch.columns = {**batch.columns, "bytes_in": [1 << 70]}
    batch.raws = [f"{batch.raws[0]} after {1 << 70} bytes"]
    LakeWriter(lake).commit([Placed("acme", "hq", "gate", noon, batch)], "spool", 1)

    assert rows(lake, "SELECT bytes_in, src_port, raw FROM events") == [(None, 22, batch.raws[0])]


def test_field_ids_are_told_apart() -> None:
    assert len({field_id(name) for name in COLUMNS}) == len(COLUMNS)
    assert field_id("time") == 1872009285, "ids stand in every data file and never change"


TEXT = st.text(
    st.sampled_from('0123456789%$.:,=" abZé\ue000\n') | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)


@given(
    st.lists(
        TEXT
        | st.from_regex(r"ttl [0-9]{1,3} id [0-9]{1,19} at [0-9][0-9]:[0-9][0-9]", fullmatch=True),
        max_size=12,
    ),
    st.lists(st.sampled_from(["12", "203.0.113.9", "%1$s", "ab"]), max_size=3),
)
def test_a_split_line_is_given_back_byte_for_byte(raws: list[str], values: list[str]) -> None:
    columns = {name: [value] * len(raws) for name, value in zip(ARGUMENTS, values, strict=False)}
    forms, numbers = split_lines(raws, columns)
    slots = {name: numbers[spot] for spot, name in enumerate(ARGUMENTS[-10:])}

    for row, (raw, form) in enumerate(zip(raws, forms, strict=True)):
        given: dict[str, Value] = {name: column[row] for name, column in columns.items()}
        given.update((name, column[row]) for name, column in slots.items())
        assert form is None or whole_line(form, given) == raw


KINDS = (
    "Nov {} 11:{} gate[{}]: ttl {}, id {} from 10.0.{}.{} port {}",
    'id=0x{}f{} session="{}" serial={}-{} bytes={} user=mia{} level={}',
    "{}:{}:{} {} {} {} {} {}",
)
RUNS = st.sampled_from(
    (
        *("0", "7", "07", "00", "64", "443", "042", "51234", "00051", "4294967295"),
        *("8999999999999999999", "9999999999999999999", "123456789012345678901"),
    )
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS[:2]) | st.sampled_from(KINDS),
            st.lists(RUNS, min_size=8, max_size=8),
        ),
        max_size=40,
    ),
    st.lists(st.integers(0, 7), min_size=3, max_size=3),
    st.sets(st.integers(0, 39), max_size=4),
)
def test_lines_alike_but_for_their_digits_are_given_back(
    lines: list[tuple[str, list[str]]], chosen: list[int], strangers: set[int]
) -> None:
    """Columns hold values of their lines, and in some rows such as are not in the line."""
    raws = [kind.format(*runs) for kind, runs in lines]
    columns: dict[str, list[Value]] = {
        "src_ip": [f"10.0.{runs[5]}.{runs[6]}" for _, runs in lines],
        "user": [f"mia{runs[chosen[0]]}" for _, runs in lines],
        "session": [runs[chosen[1]] for _, runs in lines],
        "src_port": [int(runs[chosen[2]]) for _, runs in lines],
    }
    for row in strangers.intersection(range(len(lines))):
        columns["src_ip"][row] = "192.0.2.1"
        columns["src_port"][row] = None
    forms, numbers = split_lines(raws, columns)
    slots = {name: numbers[spot] for spot, name in enumerate(ARGUMENTS[-10:])}

    for row, (raw, form) in enumerate(zip(raws, forms, strict=True)):
        given: dict[str, Value] = {name: column[row] for name, column in columns.items()}
        given.update((name, column[row]) for name, column in slots.items())
        assert form is not None
        assert whole_line(form, given) == raw
        assert all(
            number is None or number < 1 << 63 for number in (column[row] for column in numbers)
        )


def test_lines_alike_but_for_their_digits_share_one_form() -> None:
    raws = [
        f"gate[{900 + n}]: ttl {n}, id {n * 7919}, from 10.0.{n % 7}.{n}, mask 0{n % 9}4"
        for n in range(60)
    ]
    origins: list[Value] = [f"10.0.{n % 7}.{n}" for n in range(60)]

    forms, _ = split_lines(raws, {"src_ip": origins})

    # Numbers that begin with a zero stay in the form, of which there are so as many as of them.
    assert len(set(forms)) == 9
    assert all(form is not None and "%1$s" in form for form in forms)


@settings(max_examples=25)
@given(raws=st.lists(TEXT, min_size=1, max_size=20))
def test_duckdb_gives_every_line_back(
    raws: list[str], tmp_path_factory: pytest.TempPathFactory, noon: int
) -> None:
    lake = tmp_path_factory.mktemp("lake")
    failures = [ParseFailure(spot, "why", raw) for spot, raw in enumerate(raws, 1)]
    LakeWriter(lake).commit([Placed("acme", "hq", "gate", noon, None, failures)], "spool", 1)

    found = LakeReader(lake, ["acme"]).query("SELECT raw FROM events ORDER BY line").rows
    assert [raw for (raw,) in found] == raws


def test_times_are_bounded_upwards_in_the_statistics(lake: Path, place: Place) -> None:
    LakeWriter(lake).commit(
        place(
            [
                "2026-11-20T11:00:00.000001Z gate sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2"
            ]
        ),
        "spool",
        1,
    )
    upper = pa.table(DeltaTable(lake / "events").get_add_actions(flatten=True))["max.time"][
        0
    ].as_py()

    assert upper >= datetime(2026, 11, 20, 11, 0, 0, 1, tzinfo=UTC)


def test_rows_of_many_deliveries_come_together_and_a_replay_adds_what_is_new(
    lake: Path, rows: Rows, place: Callable[..., list[Placed]], noon: int
) -> None:
    lines = [
        f"Nov 20 11:59:5{n} gate sshd[77]: Failed password for root from 203.0.113.{n} port 22 ssh2"
        for n in range(4)
    ]
    one = replace(place(lines)[0], originals=None)
    together = replace(one, deliveries=[3, 3, 4, 6], receipts=[noon, noon, noon + 1, noon + 2])
    writer = LakeWriter(lake)
    first = together.behind(0, 9)
    assert first is together

    writer.commit([replace(one, delivery=3)], "spool", 3)
    writer.commit([together], "spool", 6)

    told = rows(lake, "SELECT delivery, received, src_ip FROM events ORDER BY delivery, src_ip")
    assert [(delivery, address) for delivery, _, address in told] == [
        *((3, f"203.0.113.{n}") for n in range(4)), (4, "203.0.113.2"), (6, "203.0.113.3"),
    ]  # fmt: skip
    assert [receipt.microsecond for _, receipt, _ in told][-2:] == [1, 2]
