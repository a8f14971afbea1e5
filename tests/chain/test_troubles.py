"""Trouble around the watch: a lake that cannot be written, no mail server, damaged files."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from midwatch.paging import SqliteIncidents
from midwatch.watch.rehearsal import RehearsedWatch, by_address, eventually, send_datagrams

GATE = "127.0.0.31"


def guesses(address: str, number: int = 30) -> list[bytes]:
    now = datetime.now(UTC)
    return [
        f"<38>{now - timedelta(seconds=30 - attempt):%b %e %H:%M:%S} gate sshd[{500 + attempt}]: "
        f"Failed password for root from {address} port {40_000 + attempt} ssh2".encode()
        for attempt in range(number)
    ]


@pytest.fixture
def watch(own_watch: RehearsedWatch) -> RehearsedWatch:
    own_watch.source("harbour", "gate", by_address(GATE))
    return own_watch


def has_incident(watch: RehearsedWatch, address: str) -> bool:
    store = SqliteIncidents(watch.state.database)
    try:
        return any(address in str(each) for each in store.incidents("harbour"))
    finally:
        store.close()


def may_write(watch: RehearsedWatch, most: int) -> None:
    """Let no file of pipeline and clock grow beyond so many bytes; the lake is another's."""
    for name in ("pipeline", "clock"):
        _, hard = resource.prlimit(watch.pid(name), resource.RLIMIT_FSIZE)
        resource.prlimit(watch.pid(name), resource.RLIMIT_FSIZE, (most, hard))


def test_a_state_file_that_cannot_grow_stops_no_process_and_loses_nothing(
    watch: RehearsedWatch,
) -> None:
    watch.start("intake", "pipeline", "clock")
    lines = guesses("203.0.113.43")
    send_datagrams(lines[:1], watch.ports["udp"], GATE)
    eventually(lambda: kept(watch) == lines[:1])

    # Nobody's log has grown to that size yet, and the journal of the state file has.
    may_write(watch, 40_000)
    assert watch.state.database.with_name("state.sqlite-wal").stat().st_size > 40_000
    send_datagrams(lines[1:], watch.ports["udp"], GATE)
    eventually(lambda: "the pipeline begins again at its checkpoint" in watch.told(), 30)
    eventually(lambda: "the state file cannot be written" in watch.told(), 30)
    assert not has_incident(watch, "203.0.113.43")
    pids = {name: watch.pid(name) for name in ("intake", "pipeline", "clock")}
    may_write(watch, resource.RLIM_INFINITY)

    eventually(lambda: has_incident(watch, "203.0.113.43"), 30)
    eventually(lambda: len(kept(watch)) >= len(lines), 20)
    assert kept(watch) == sorted(lines)
    assert all(watch.alive(name) and watch.pid(name) == pid for name, pid in pids.items())
    assert "Traceback" not in watch.told()


def kept(watch: RehearsedWatch) -> list[bytes]:
    return sorted(str(raw).encode() for (raw,) in watch.lake("harbour"))


def test_alerts_go_out_while_the_lake_refuses_and_nothing_is_lost(watch: RehearsedWatch) -> None:
    watch.start("intake", "pipeline")
    lines = guesses("203.0.113.40")
    send_datagrams(lines[:1], watch.ports["udp"], GATE)
    eventually(lambda: kept(watch) == lines[:1])
    # A file where the folder of the next data file must be stops a writer who may do all, too.
    (tenant,) = (watch.state.lake / "events").glob("tenant=*")
    aside = tenant.with_name("aside")
    tenant.rename(aside)
    tenant.touch()

    send_datagrams(lines[1:], watch.ports["udp"], GATE)
    eventually(lambda: has_incident(watch, "203.0.113.40"), 20)
    eventually(lambda: "the lake did not take" in watch.told(), 20)
    tenant.unlink()
    aside.rename(tenant)

    eventually(lambda: len(kept(watch)) >= len(lines), 20)
    assert kept(watch) == sorted(lines)
    assert watch.alive("pipeline")
    assert "Traceback" not in watch.told()


@pytest.mark.faults
def test_mail_goes_out_once_when_the_mail_server_is_back(watch: RehearsedWatch, post: Any) -> None:
    post.shut()
    try:
        watch.start("intake", "pipeline", "clock")
        send_datagrams(guesses("203.0.113.41"), watch.ports["udp"], GATE)
        eventually(lambda: has_incident(watch, "203.0.113.41"), 20)
        store = SqliteIncidents(watch.state.database)
        try:
            eventually(
                lambda: any(
                    delivery.tries
                    for incident in store.incidents("harbour")
                    for delivery in store.deliveries(incident.id)
                ),
                20,
            )
        finally:
            store.close()
    finally:
        post.open()

    eventually(lambda: post.about("203.0.113.41"), 60)
    assert len({mail["Message-ID"] for mail in post.about("203.0.113.41")}) == 1


@pytest.mark.faults
def test_a_damaged_row_of_the_spool_costs_itself_only(watch: RehearsedWatch) -> None:
    watch.start("intake")
    lines = guesses("203.0.113.42", 3)
    database = watch.state.spool / "current" / "spool.sqlite"
    for number, line in enumerate(lines, 1):
        send_datagrams([line], watch.ports["udp"], GATE)
        eventually(lambda number=number: rows_of(database) == number, 10)  # type: ignore[misc]  # bound at once
    watch.stop("intake")
    with closing(sqlite3.connect(database)) as spool:
        spool.execute(
            "UPDATE parcels SET content = zeroblob(40) WHERE last = "
            "(SELECT last FROM parcels ORDER BY last LIMIT 1 OFFSET 1)"
        )
        spool.commit()

    watch.start("intake", "pipeline")

    eventually(lambda: len(kept(watch)) >= 2, 20)
    assert kept(watch) == sorted([lines[0], lines[2]])
    assert "damaged" in watch.told() or "could not be read" in watch.told()


def rows_of(database: Any) -> int:
    with closing(sqlite3.connect(database)) as spool:
        return int(spool.execute("SELECT count(*) FROM parcels").fetchone()[0])


def test_a_damaged_state_file_is_refused_in_a_sentence(watch: RehearsedWatch) -> None:
    watch.tenants.close()
    watch.health.close()
    for path in watch.state.path.glob("state.sqlite-*"):
        path.unlink()
    size = watch.state.database.stat().st_size
    watch.state.database.write_bytes(b"\xa5" * size)

    watch.launch("pipeline")
    eventually(lambda: not watch.alive("pipeline"), 30)

    assert "restore the last backup" in watch.told()
    assert "Traceback" not in watch.told()
    assert watch.state.database.read_bytes() == b"\xa5" * size
