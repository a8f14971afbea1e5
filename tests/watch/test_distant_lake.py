"""The lake's own process: what it is handed is kept once, however either end goes."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from midwatch.intake.parcels import Parcel, Spooled, Transport
from midwatch.kernel import ConfigurationError, RemoteFailureError
from midwatch.lake import LakeReader
from midwatch.watch.distant_lake import DistantLake
from midwatch.watch.feeds import FeedEvents, FeedReaders
from midwatch.watch.lake_post import packed, receive, send, unpacked
from midwatch.watch.state_folder import StateFolder

NOON = 1_789_995_600_000_000
"""2026-09-21 13:00 UTC."""
LINES = (
    b"Sep 21 13:00:00 gate sshd[77]: Failed password for root from 203.0.113.9 port 4 ssh2",
    "Sep 21 13:00:01 gate sshd[77]: Failed password for mïa from 2001:db8::7 port 5 ssh2".encode(),
    b"utter nonsense \xf6\xff",
)


def events(first: int, last: int) -> list[FeedEvents]:
    spooled = [
        Spooled(
            offset,
            Parcel("harbour", "main", "gate", "", Transport.UDP, "192.0.2.1", NOON, LINES),
        )
        for offset in range(first, last + 1)
    ]
    return FeedReaders({}).read(spooled)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state").open()


def process(folder: StateFolder) -> DistantLake:
    command = [sys.executable, "-m", "midwatch", "watch", "lake", "--state", str(folder.path)]
    return DistantLake(command)


@pytest.fixture
def lake(folder: StateFolder) -> Iterator[DistantLake]:
    lake = process(folder)
    yield lake
    lake.close()


def rows(folder: StateFolder) -> list[tuple[object, ...]]:
    reader = LakeReader(folder.lake, ["harbour"])
    try:
        return reader.query("SELECT delivery, line, raw FROM events ORDER BY 1, 2").rows
    finally:
        reader.close()


def pid_of(lake: DistantLake) -> int:
    assert lake._process is not None
    return lake._process.pid


def test_events_travel_as_they_are() -> None:
    stream = io.BytesIO()
    (given,) = events(3, 4)
    send(stream, packed(given))
    stream.seek(0)
    message = receive(stream)
    assert message is not None
    came = unpacked(message)

    assert [list(batch.rows()) for batch in came.batches] == [
        list(batch.rows()) for batch in given.batches
    ]
    assert [batch.raws for batch in came.batches] == [batch.raws for batch in given.batches]
    assert came.failures == given.failures
    assert (came.received, came.lines, came.size) == (given.received, given.lines, given.size)


def test_half_a_message_is_none() -> None:
    stream = io.BytesIO()
    send(stream, ("committed", "spool"))
    whole = stream.getvalue()

    assert [receive(io.BytesIO(whole[:cut])) for cut in range(len(whole))] == [None] * len(whole)


def test_what_is_handed_in_is_in_the_lake(folder: StateFolder, lake: DistantLake) -> None:
    assert lake.committed("spool") == 0
    lake.commit(events(1, 2), "spool", 2)

    assert lake.committed("spool") == 2
    assert [row[:2] for row in rows(folder)] == [(at, n) for at in (1, 2) for n in (1, 2, 3)]
    assert rows(folder)[1][2] == LINES[1].decode()


def test_a_killed_process_is_a_refused_commit_that_succeeds_when_tried_again(
    folder: StateFolder, lake: DistantLake
) -> None:
    lake.commit(events(1, 1), "spool", 1)
    os.kill(pid_of(lake), signal.SIGKILL)
    with pytest.raises(RemoteFailureError, match="ended with status -9"):
        lake.commit(events(2, 2), "spool", 2)

    lake.commit(events(1, 3), "spool", 3)

    assert [row[0] for row in rows(folder)] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_a_refusal_is_told_with_its_remedy_and_ends_nothing(
    folder: StateFolder, lake: DistantLake
) -> None:
    lake.commit(events(1, 1), "spool", 1)
    (tenant,) = (folder.lake / "events").glob("tenant=*")
    aside = tenant.with_name("aside")
    tenant.rename(aside)
    tenant.touch()
    before = pid_of(lake)
    with pytest.raises(ConfigurationError, match="cannot be written") as refusal:
        lake.commit(events(2, 2), "spool", 2)
    tenant.unlink()
    aside.rename(tenant)

    lake.commit(events(2, 2), "spool", 2)

    assert "make room" in refusal.value.remedy
    assert pid_of(lake) == before
    assert [row[0] for row in rows(folder)] == [1, 1, 1, 2, 2, 2]


def test_two_processes_never_write_at_once(folder: StateFolder, lake: DistantLake) -> None:
    """The second asks what was committed only when the first has ended."""
    lake.commit(events(1, 1), "spool", 1)
    second = process(folder)
    assert second._process is not None
    assert second._process.stdin is not None
    assert second._process.stdout is not None
    send(second._process.stdin, ("committed", "spool"))
    lake.commit(events(2, 2), "spool", 2)
    lake.close()

    assert receive(second._process.stdout) == ("done", 2)
    second.close()


def test_signals_are_the_pipelines_to_heed(lake: DistantLake) -> None:
    lake.committed("spool")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid_of(lake), number)

    assert lake.committed("spool") == 0
