"""From a line on the wire to the lake, an incident and a mail, through real processes.

One watch serves all tests here, so each has senders and addresses of its own. The tests that
need the watch to be some time old come last.
"""

from __future__ import annotations

import json
import signal
import socket
import ssl
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import trustme

from midwatch.incidents import Incident
from midwatch.intake.quarantine import Quarantine
from midwatch.paging import SqliteIncidents
from midwatch.tenants import Mark, MarkKind, hash_of_token
from midwatch.watch.rehearsal import (
    PROCESSES,
    RehearsedWatch,
    by_address,
    eventually,
    send_datagrams,
)

TOKEN = "a-long-random-token"  # noqa: S105  # made up for these tests
UDP, TCP, TLS, QUAY, QUIET, STRANGER = (f"127.0.0.{number}" for number in range(11, 17))


def line(text: str, *, ago: float = 0.0, host: str = "gate", pid: int = 77) -> bytes:
    stamp = datetime.now(UTC) - timedelta(seconds=ago)
    return f"<38>{stamp:%b %e %H:%M:%S} {host} sshd[{pid}]: {text}".encode()


def refused(attempt: int, address: str, ago: float = 0.0) -> bytes:
    text = f"Failed password for root from {address} port {40_000 + attempt} ssh2"
    return line(text, ago=ago, pid=500 + attempt)


@pytest.fixture(scope="module", autouse=True)
def chain(watch: RehearsedWatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All three processes and every way in; gives the file that is followed."""
    followed = tmp_path_factory.mktemp("followed") / "auth.log"
    followed.touch()
    watch.source("harbour", "by-udp", by_address(UDP))
    watch.source("harbour", "by-tcp", by_address(TCP))
    watch.source("harbour", "by-tls", by_address(TLS))
    watch.source("harbour", "by-http", Mark(MarkKind.TOKEN, hash_of_token(TOKEN)))
    watch.source("harbour", "by-file", Mark(MarkKind.PATH, str(followed)))
    watch.source("harbour", "quiet", by_address(QUIET), silence=2)
    watch.source("quay", "quay-gate", by_address(QUAY))
    watch.start(*PROCESSES)
    return followed


def send_stream(data: bytes, port: int, address: str, trust: trustme.CA | None = None) -> None:
    stream = socket.create_connection(("127.0.0.1", port), source_address=(address, 0))
    if trust is not None:
        context = ssl.create_default_context()
        trust.configure_trust(context)
        stream = context.wrap_socket(stream, server_hostname="localhost")
    with stream:
        stream.sendall(data)


def ask(watch: RehearsedWatch, path: str, body: bytes, kind: str = "application/x-ndjson") -> Any:
    request = urllib.request.Request(  # the watch that runs here
        f"http://127.0.0.1:{watch.ports['http']}{path}", body,
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # the watch that runs here
        return json.loads(answer.read())


def raws(watch: RehearsedWatch, tenant: str | None) -> set[str]:
    return {str(raw) for (raw,) in watch.lake(tenant)}


def incidents(watch: RehearsedWatch, tenant: str) -> list[Incident]:
    store = SqliteIncidents(watch.state.database)
    try:
        return store.incidents(tenant)
    finally:
        store.close()


def test_every_way_in_ends_parsed_in_the_lake(
    watch: RehearsedWatch, chain: Path, authority: trustme.CA
) -> None:
    accepted = {
        way: line(f"Accepted publickey for {way} from 192.0.2.7 port 40000 ssh2")
        for way in ("udp", "newlines", "counted", "tls", "followed")
    }
    document = {"message": accepted["udp"].decode().replace("for udp", "for bulk")}
    send_datagrams([accepted["udp"]], watch.ports["udp"], UDP)
    send_stream(accepted["newlines"] + b"\n", watch.ports["tcp"], TCP)
    counted = accepted["counted"]
    send_stream(b"%d %s" % (len(counted), counted), watch.ports["tcp"], TCP)
    encrypted = accepted["tls"]
    send_stream(b"%d %s" % (len(encrypted), encrypted), watch.ports["tls"], TLS, authority)
    ndjson = json.dumps({"user": "ndjson", "src_ip": "192.0.2.7", "action": "login"}).encode()
    assert ask(watch, "/v1/ingest", ndjson + b"\n")["accepted"] == 1
    bulk = json.dumps({"create": {}}).encode() + b"\n" + json.dumps(document).encode() + b"\n"
    assert not ask(watch, "/logs/_bulk", bulk)["errors"]
    with chain.open("ab") as log:
        log.write(accepted["followed"] + b"\n")

    query = "feed, user, source, src_ip"

    def rows() -> list[tuple[object, ...]]:
        found = watch.lake("harbour", query)
        return sorted((row for row in found if row[3] == "192.0.2.7"), key=str)

    expected: list[tuple[object, ...]] = sorted(
        (feed, user, "generic_json" if user == "ndjson" else "openssh", "192.0.2.7")
        for feed, user in (
            ("by-udp", "udp"), ("by-tcp", "newlines"), ("by-tcp", "counted"), ("by-tls", "tls"),
            ("by-http", "ndjson"), ("by-http", "bulk"), ("by-file", "followed"),
        )
    )  # fmt: skip
    try:
        eventually(lambda: len(rows()) >= len(expected), 20)
    finally:
        assert rows() == expected


def test_guessing_is_one_incident_and_one_mail_within_seconds(
    watch: RehearsedWatch, post: Any
) -> None:
    guesses = [refused(attempt, "203.0.113.9", ago=30 - attempt) for attempt in range(30)]
    began = monotonic()
    send_datagrams(guesses, watch.ports["udp"], UDP)

    eventually(lambda: post.about("203.0.113.9"), 20)
    took = next(at for at, mail in post.mails if mail in post.about("203.0.113.9")) - began
    eventually(lambda: sum("203.0.113.9" in raw for raw in raws(watch, "harbour")) == 30)

    # The pager looks once a second; the rest is the way through the chain.
    assert took < 5, f"the mail took {took:.2f} s"
    found = [each for each in incidents(watch, "harbour") if "203.0.113.9" in str(each)]
    assert len(found) == 1
    assert len(post.about("203.0.113.9")) == 1


def test_a_stranger_is_kept_apart_from_every_client(watch: RehearsedWatch) -> None:
    lines = [line(f"Invalid user eve{number} from 198.51.100.66") for number in range(7)]
    send_datagrams(lines, watch.ports["udp"], STRANGER)
    send_datagrams([line("Connection closed by 192.0.2.200 port 1")], watch.ports["udp"], QUAY)
    eventually(lambda: any("192.0.2.200" in raw for raw in raws(watch, "quay")))

    quarantine = Quarantine(watch.state.quarantine)
    try:
        eventually(lambda: {each.key.address for each in quarantine.senders()} >= {STRANGER}, 20)
    finally:
        quarantine.close()
    assert not [raw for raw in raws(watch, None) if "198.51.100.66" in raw]


def test_clients_see_nothing_of_each_other(watch: RehearsedWatch) -> None:
    guesses = [refused(attempt, "203.0.113.77", ago=30 - attempt) for attempt in range(30)]
    send_datagrams(guesses, watch.ports["udp"], QUAY)

    eventually(lambda: sum("203.0.113.77" in raw for raw in raws(watch, "quay")) == 30)
    eventually(lambda: [each for each in incidents(watch, "quay") if "203.0.113.77" in str(each)])

    assert not [raw for raw in raws(watch, "harbour") if "203.0.113.77" in raw]
    assert not [each for each in incidents(watch, "harbour") if "203.0.113.77" in str(each)]
    assert not [raw for raw in raws(watch, "quay") if "203.0.113.9 " in raw]


def test_a_source_that_stops_is_alarmed(watch: RehearsedWatch, post: Any) -> None:
    send_datagrams([line("Connection closed by 192.0.2.30 port 1")], watch.ports["udp"], QUIET)

    eventually(lambda: post.about("has been silent for"), 60)

    assert len(post.about("has been silent for")) == 1


def test_the_canary_comes_through_until_the_pipeline_stands(
    watch: RehearsedWatch, post: Any
) -> None:
    def heard() -> int:
        return max((b.beat for b in watch.health.heartbeats() if b.process == "canary"), default=0)

    eventually(heard, 10)
    assert not post.about("No test line came through")

    watch.send_signal("pipeline", signal.SIGSTOP)
    try:
        # The clock says nothing of the canary in the first 45 seconds of its life.
        eventually(lambda: post.about("No test line came through"), 120)
        assert "canary" in {concern.kind for concern in watch.health.concerns()}
    finally:
        watch.send_signal("pipeline", signal.SIGCONT)
    eventually(lambda: "canary" not in {each.kind for each in watch.health.concerns()}, 60)
