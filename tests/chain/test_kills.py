"""Processes are killed at random moments while lines come in; nothing acknowledged is harmed.

Lines go in over HTTP, whose answer is the acknowledgement, and over TCP, which has none. Each
login attempt is a pair of lines in two requests; only the first names the address, so that
the second tells whether a restart remembers what sessions carry over.
"""

from __future__ import annotations

import http.client
import random
import re
import socket
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from midwatch.detection import Correlator, Detector
from midwatch.incidents import signal_of
from midwatch.intake.parcels import Parcel, Spooled, Transport
from midwatch.paging import SqliteIncidents
from midwatch.rules import __file__ as rules_file
from midwatch.rules import load_rules
from midwatch.tenants import Mark, MarkKind, hash_of_token
from midwatch.watch.feeds import FeedReaders
from midwatch.watch.rehearsal import (
    PROCESSES,
    RehearsedWatch,
    as_long_as_it_moves,
    by_address,
    eventually,
)

TOKEN: Final = "a-long-random-token"  # noqa: S105  # made up for these tests
STREAM: Final = "127.0.0.21"
PAIRS: Final = 10


class Sender(threading.Thread):
    """Sends numbered lines until it is told to stop, and notes what was acknowledged."""

    def __init__(self, port: int, stream_port: int) -> None:
        super().__init__(name="sender")
        self._port, self._stream_port = port, stream_port
        self.ending = threading.Event()
        self.acknowledged: list[str] = []
        self.unsure: list[str] = []
        self.unsent = 0
        self.streamed: list[str] = []
        self._number = 0
        self._second: list[str] = []

    def run(self) -> None:
        stream: socket.socket | None = None
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self.ending.is_set():
            first = self._firsts()
            lines = [*self._second, *first]
            self._second = [
                line.partition("Failed")[0] + "Disconnecting: Too many authentication failures"
                for line in first
            ]
            try:
                taken = self._post(connection, lines)
            except ConnectionRefusedError:  # nobody was there, so nothing went out
                self.unsent += len(lines)
            else:
                (self.acknowledged if taken else self.unsure).extend(lines)
            stream = self._push(stream)
            time.sleep(0.1)
        if stream is not None:
            stream.close()
        connection.close()

    def _firsts(self) -> list[str]:
        made = []
        for _ in range(PAIRS):
            self._number += 1
            block = self._number // 40
            address = f"203.{block // 250 % 250}.{block % 250}.9"
            made.append(
                f"<38>{datetime.now(UTC):%b %e %H:%M:%S} gate sshd[{self._number}]: "
                f"Failed password for root from {address} port 4000 ssh2"
            )
        return made

    def _post(self, connection: http.client.HTTPConnection, lines: list[str]) -> bool:
        try:
            body = "\n".join(lines).encode()
            connection.request("POST", "/v1/ingest", body, {"Authorization": f"Bearer {TOKEN}"})
            answer = connection.getresponse()
            answer.read()
        except ConnectionRefusedError:
            connection.close()
            raise
        except (OSError, http.client.HTTPException):
            connection.close()
            return False
        return answer.status == http.client.OK

    def _push(self, stream: socket.socket | None) -> socket.socket | None:
        line = f"<38>Jan  1 00:00:00 relay cron[{self._number}]: streamed {self._number}"
        try:
            stream = stream or socket.create_connection(
                ("127.0.0.1", self._stream_port), 20, (STREAM, 0)
            )
            stream.sendall(line.encode() + b"\n")
        except OSError:
            if stream is not None:
                stream.close()
            return None
        self.streamed.append(line)
        return stream


def calm_alerts(rows: list[tuple[Any, ...]]) -> set[str]:
    """The ids of the alerts of one feed's rows, taken parcel by parcel and never stopped."""
    rules = load_rules([Path(rules_file).parent / "pack"])
    detector, correlator, readers = Detector(rules), Correlator(rules), FeedReaders({})
    parcels: dict[int, list[tuple[int, bytes]]] = {}
    received = {row[3]: int(row[5].replace(tzinfo=UTC).timestamp() * 1e6) for row in rows}
    for _feed, raw, _address, delivery, line, _received in rows:
        parcels.setdefault(delivery, []).append((line, raw.encode()))
    found = set()
    for offset, lines in sorted(parcels.items()):
        raws = tuple(raw for _, raw in sorted(lines))
        parcel = Parcel(
            "harbour", "main", "http", "", Transport.HTTP, "", received[offset], raws
        )  # fmt: skip
        for events in readers.read([Spooled(offset, parcel)]):
            matches = [match for batch in events.batches for match in detector.match_batch(batch)]
            found |= {signal_of("harbour", each).id for each in correlator.feed(matches)}
    return found


def wait_until_worked_off(watch: RehearsedWatch, last: str) -> None:
    """Until the last line is in the lake and nothing more comes."""

    def is_in() -> bool:
        return any(raw == last for (raw,) in watch.lake("harbour"))

    as_long_as_it_moves(is_in, lambda: watch.rows("harbour"))


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(200, marks=pytest.mark.faults)], ids=["few", "many"]
)
def test_kills_lose_and_double_nothing_acknowledged(
    own_watch: RehearsedWatch, post: Any, rounds: int
) -> None:
    watch = own_watch
    watch.source("harbour", "http", Mark(MarkKind.TOKEN, hash_of_token(TOKEN)))
    watch.source("harbour", "stream", by_address(STREAM))
    watch.start(*PROCESSES)
    sender = Sender(watch.ports["http"], watch.ports["tcp"])
    sender.start()
    dice = random.Random(20261122)
    killed: Counter[str] = Counter()
    try:
        for _ in range(rounds):
            # Up to here a process that was killed may still be starting.
            time.sleep(dice.random() * 3.5)
            names = dice.sample(PROCESSES, dice.choice((1, 1, 1, 2, 3)))
            # The pipeline starts its child again by itself.
            if dice.random() < 0.3:
                killed["lake"] += watch.kill_child("pipeline")
            for name in names:
                watch.kill(name)
                killed[name] += 1
            time.sleep(dice.random() * 0.2)
            watch.launch(*names)
        eventually(lambda: len(sender.acknowledged) > 100, 60)
        before = len(sender.acknowledged)
        eventually(lambda: len(sender.acknowledged) > before + 4 * PAIRS, 60)
    finally:
        sender.ending.set()
        sender.join()
    wait_until_worked_off(watch, sender.acknowledged[-1])
    watch.stop("intake")
    watch.stop("pipeline")

    rows = watch.lake("harbour", "feed, raw, src_ip, delivery, line, received")
    kept = Counter(str(row[1]) for row in rows)
    lost = [line for line in sender.acknowledged if not kept[line]]
    doubled = [line for line, count in kept.items() if count > 1]
    report = (
        f"{rounds} rounds, killed {dict(killed)}; {len(sender.acknowledged)} acknowledged, "
        f"{len(sender.unsure)} in doubt, {sender.unsent} not sent, lost {len(lost)}, doubled {len(doubled)}; over TCP "
        f"{len(sender.streamed)} sent, {sum('streamed' in line for line in kept)} kept; "
        f"{len(post.mails)} mails"
    )
    sys.stdout.write(report + "\n")
    assert (lost, doubled) == ([], []), report
    assert set(kept) <= {*sender.acknowledged, *sender.unsure, *sender.streamed}
    assert_sessions_went_on(rows)
    assert_alerts_are_those_of_a_calm_run(watch, rows)
    assert_mails_are_told_once(watch, post)


def assert_sessions_went_on(rows: list[tuple[Any, ...]]) -> None:
    addresses: dict[str, str] = {}
    for _feed, raw, address, *_rest in rows:
        if "Failed" in raw:
            addresses[re.findall(r"sshd\[(\d+)\]", raw)[0]] = address
    seconds = [
        (address, addresses.get(re.findall(r"sshd\[(\d+)\]", raw)[0]))
        for _feed, raw, address, *_rest in rows
        if "Disconnecting" in raw
    ]
    assert seconds
    assert [pair for pair in seconds if pair[0] != pair[1]] == []


def assert_alerts_are_those_of_a_calm_run(
    watch: RehearsedWatch, rows: list[tuple[Any, ...]]
) -> None:
    expected = calm_alerts([row for row in rows if row[0] == "http"])
    store = SqliteIncidents(watch.state.database)
    try:
        told = {signal.id for signal in store.signals("harbour", 0) if signal.category != "watch"}
        assert expected
        assert told == expected
        filed = [
            signal.id
            for incident in store.incidents("harbour", most=10_000)
            for signal in incident.signals
        ]
        assert [name for name, count in Counter(filed).items() if count > 1] == []
    finally:
        store.close()


def assert_mails_are_told_once(watch: RehearsedWatch, post: Any) -> None:
    store = SqliteIncidents(watch.state.database)
    try:
        for tenant in ("harbour", "operator"):
            for incident in store.incidents(tenant, most=10_000):
                planned = [
                    (each.alarm, each.person, each.channel, each.cause, each.cycle, each.step,
                     each.window, each.instead_of)
                    for each in store.deliveries(incident.id)
                ]  # fmt: skip
                assert len(planned) == len(set(planned)), planned
        for _, mail in post.mails:
            name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
            assert store.delivery(name) is not None, name
    finally:
        store.close()
