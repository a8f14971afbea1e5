"""The whole chain as real processes: from the socket through the spool to the lake and to alerts.

``python -m benchmarks.chain through WAY [RATE] [SECONDS] [KIND]`` sends over ``udp``, ``tcp``,
``tls`` or ``http`` from four sources, RATE lines a second in all (0: as many as go), and waits
until all are in the lake: what came in, what was lost, and processor time a line of intake,
pipeline and the lake's writer. ``burst WAY [RATE] [SECONDS]`` fills the spool alone.
``latency [RATE] [PROBES]`` times single attacks from their last line to the alert in the state
file, while RATE lines a second of another client come in. ``tenants [NUMBER] [SECONDS]`` lets
three sources of each of NUMBER clients say one line every ten seconds.

``send …`` is the process that sends. Every run is bounded and leaves nothing behind.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sqlite3
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme

from benchmarks.logs import KINDS
from midwatch.intake.spool import SqliteSpool
from midwatch.lake.delta_log import DeltaLog, active_files
from midwatch.tenants import Mark, MarkKind, hash_of_token
from midwatch.watch.rehearsal import (
    RehearsedWatch,
    by_address,
    eventually,
    processor_seconds,
    send_datagrams,
)

_SOURCES: Final = 4
_BATCH: Final = 100
_DRAIN: Final = 400.0
_PROBE: Final = "127.0.9.1"
Take = Callable[[list[bytes]], None]


def _address(number: int) -> str:
    return f"127.0.8.{number + 1}"


def _token(number: int) -> str:
    return f"benchmark-{number}"


# ------------------------------------------------------------ the sending process


def send(way: str, port: int, rate: float, seconds: float, kind: str) -> dict[str, float]:
    """Send for so long; what was sent, what was acknowledged (HTTP), and how long it took."""
    # What comes behind the stamp; the stamp is the present, as it is of lines that just came.
    made = [line.rstrip().encode()[15:] for line in KINDS[kind](20_000)]
    with ExitStack() as stack:
        takes = [_sender(stack, way, port, number) for number in range(_SOURCES)]
        # A request is answered when it is on the disk, so it had better hold many lines.
        batch = _BATCH * 10 if way == "http" else _BATCH
        began, sent = time.perf_counter(), 0
        while (spent := time.perf_counter() - began) < seconds:
            if rate and sent / rate > spent:
                time.sleep(min(sent / rate - spent, 0.05))
                continue
            first, stamp = sent % len(made), f"{datetime.now(UTC):%b %e %H:%M:%S}".encode()
            lines = [stamp + rest for rest in made[first : first + batch]]
            takes[sent // batch % _SOURCES](lines)
            sent += batch
        spent = time.perf_counter() - began
    return {"sent": sent, "seconds": spent}


def _sender(stack: ExitStack, way: str, port: int, number: int) -> Take:
    if way == "udp":
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind((_address(number), 0))
        datagrams.connect(("127.0.0.1", port))

        def by_datagram(lines: list[bytes]) -> None:
            for line in lines:
                datagrams.send(line)

        return by_datagram
    if way == "http":
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        stack.callback(connection.close)
        headers = {"Authorization": f"Bearer {_token(number)}"}

        def by_post(lines: list[bytes]) -> None:
            while True:
                connection.request("POST", "/v1/ingest", b"\n".join(lines), headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == http.client.OK:
                    return
                time.sleep(0.2)

        return by_post
    stream = socket.create_connection(("127.0.0.1", port), source_address=(_address(number), 0))
    if way == "tls":
        secure = ssl.create_default_context().wrap_socket(stream, server_hostname="localhost")
        stack.enter_context(secure)
        # Who closes while something of the other side's is unread, takes back what was sent.
        stack.callback(secure.unwrap)
        stream = secure
    else:
        stack.enter_context(stream)

    def by_stream(lines: list[bytes]) -> None:
        stream.sendall(b"\n".join(lines) + b"\n")

    return by_stream


# ------------------------------------------------------------ the watch that is measured


def _watch(stack: ExitStack) -> tuple[RehearsedWatch, Path]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    authority = trustme.CA()
    certificate, trust = folder / "server.pem", folder / "authority.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(trust)
    watch = stack.enter_context(
        RehearsedWatch(folder, certificate=certificate, settings={"lake": {"flush": 10}})
    )
    watch.client("load")
    for number in range(_SOURCES):
        token = Mark(MarkKind.TOKEN, hash_of_token(_token(number)))
        watch.source("load", f"load-{number}", by_address(_address(number)), token)
    return watch, trust


def _sending(
    watch: RehearsedWatch, trust: Path, way: str, rate: float, seconds: float, kind: str
) -> subprocess.Popen[bytes]:
    words = ["send", way, str(watch.ports[way]), str(rate), str(seconds), kind]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chain", *words],
        stdout=subprocess.PIPE,
        env=os.environ | {"SSL_CERT_FILE": str(trust)},
    )


def _in_lake(watch: RehearsedWatch) -> int:
    if not (watch.state.lake / "events" / "_delta_log").is_dir():
        return 0
    # By the log, since a query would take the processor from what is measured.
    return sum(file.rows for file in active_files(DeltaLog(watch.state.lake).table()))


def _until_still(watch: RehearsedWatch, sent: int) -> tuple[int, float]:
    """Wait until all are in the lake, or nothing comes for 45 s; rows, and when the last came."""
    rows, changed = 0, time.perf_counter()
    began = changed
    while rows < sent and time.perf_counter() - began < _DRAIN:
        now = _in_lake(watch)
        if now != rows:
            rows, changed = now, time.perf_counter()
        elif time.perf_counter() - changed > 45:
            break
        time.sleep(0.25)
    return rows, changed


def _warm(watch: RehearsedWatch, tenants: dict[str, str]) -> int:
    """Let a line of each client pass, so that its rules are loaded; how many."""
    for address in tenants.values():
        send_datagrams([b"<38>Nov  1 00:00:00 gate cron[1]: warm"], watch.ports["udp"], address)
    eventually(lambda: _in_lake(watch) >= len(tenants), 180)
    return len(tenants)


def through(way: str, rate: float = 20_000, seconds: float = 20, kind: str = "filterlog") -> None:
    """Send over one way and wait until all is in the lake."""
    with ExitStack() as stack:
        watch, trust = _watch(stack)
        watch.start("intake", "pipeline")
        warm = _warm(watch, {"load": _address(0)})
        parts = {
            "intake": watch.pid("intake"),
            "pipeline": watch.pid("pipeline"),
            "lake": watch.child("pipeline"),
        }
        used = {name: processor_seconds(pid) for name, pid in parts.items()}
        began = time.perf_counter()
        told = json.loads(_sending(watch, trust, way, rate, seconds, kind).communicate()[0])
        behind = told["sent"] + warm - _in_lake(watch)
        rows, last = _until_still(watch, int(told["sent"]) + warm)
        rows -= warm
        costs = {name: processor_seconds(pid) - used[name] for name, pid in parts.items()}
        print(
            f"{way}, {kind}: sent {told['sent']:,}, {told['sent'] / told['seconds']:,.0f}/s; "
            f"in the lake {rows:,} after {last - began:.1f} s, "
            f"not there {told['sent'] - rows:,}; when all was sent, {behind:,} were on their way; "
            f"processor time, µs a line: "
            + ", ".join(f"{name} {cost / max(rows, 1) * 1e6:.1f}" for name, cost in costs.items())
            + f"; load {os.getloadavg()[0]:.1f}"
        )


def _until_taken(watch: RehearsedWatch, sent: int) -> None:
    """Until the intake has told of so many lines, or of no more for twenty seconds."""
    taken, changed = 0.0, time.perf_counter()
    while taken < sent and time.perf_counter() - changed < 20:
        now = sum(
            number
            for beat in watch.health.heartbeats()
            for name, number in beat.figures.items()
            if beat.process == "intake" and name.startswith("lines_total:")
        )
        if now != taken:
            taken, changed = now, time.perf_counter()
        time.sleep(1)


def burst(way: str, rate: float = 60_000, seconds: float = 60) -> None:
    """Send for a minute while nobody works the spool off, then count what is in it."""
    with ExitStack() as stack:
        watch, trust = _watch(stack)
        watch.start("intake")
        used = processor_seconds(watch.pid("intake"))
        told = json.loads(_sending(watch, trust, way, rate, seconds, "filterlog").communicate()[0])
        cost = processor_seconds(watch.pid("intake")) - used
        # What the kernel has acknowledged may still wait to be read.
        _until_taken(watch, int(told["sent"]))
        watch.stop("intake")
        size = sum(file.stat().st_size for file in watch.state.spool.rglob("*") if file.is_file())
        held, after = 0, 0
        with closing(SqliteSpool(watch.state.spool, budget=1 << 40)) as spool:
            while spooled := spool.read(after, 4_000_000):
                held += sum(
                    len(each.parcel.lines) for each in spooled if each.parcel.tenant == "load"
                )
                after = spooled[-1].offset
        print(
            f"{way}: sent {told['sent']:,} in {told['seconds']:.0f} s, "
            f"{told['sent'] / told['seconds']:,.0f}/s; in the spool {held:,}, not there "
            f"{told['sent'] - held:,}; intake {cost / told['sent'] * 1e6:.1f} µs a line; "
            f"{size / held:.0f} bytes a line on disk; load {os.getloadavg()[0]:.1f}"
        )


def latency(rate: float = 1_000, probes: float = 40) -> None:
    """Time from the last line of an attack to the alert in the state file."""
    with ExitStack() as stack:
        watch, trust = _watch(stack)
        watch.client("probe")
        watch.source("probe", "probe", by_address(_PROBE))
        watch.start("intake", "pipeline")
        _warm(watch, {"load": _address(0), "probe": _PROBE})
        sender = _sending(watch, trust, "tcp", rate, probes * 0.7 + 8, "filterlog")
        time.sleep(3)
        database = stack.enter_context(closing(sqlite3.connect(watch.state.database)))
        query = "SELECT 1 FROM signal WHERE tenant = 'probe' AND instr(body, ?) LIMIT 1"
        took = []
        for number in range(int(probes)):
            address = f"203.0.113.{number + 1}"
            began = time.perf_counter()
            send_datagrams(_attack(address), watch.ports["udp"], _PROBE)
            named = f'"{address}"'.encode()
            while database.execute(query, (named,)).fetchone() is None:
                if time.perf_counter() - began > 30:
                    break
                time.sleep(0.002)
            took.append(time.perf_counter() - began)
            time.sleep(max(0.0, 0.5 - took[-1]))
        sender.communicate()
        for number, seconds in enumerate(took):
            if seconds > 1:
                print(f"attack {number + 1} took {seconds:.1f} s")
        for line in watch.told().splitlines():
            if '"level": "info"' not in line:
                print(line)
        took.sort()
        print(
            f"line to alert at {rate:,.0f} lines/s: p50 {statistics.median(took) * 1e3:.0f} ms, "
            f"p99 {took[int(len(took) * 0.99)] * 1e3:.0f} ms, longest {took[-1] * 1e3:.0f} ms of "
            f"{len(took)} attacks; load {os.getloadavg()[0]:.1f}"
        )


def _attack(address: str) -> list[bytes]:
    now = datetime.now(UTC)
    return [
        f"<38>{now - timedelta(seconds=12 - number):%b %e %H:%M:%S} gate sshd[{number + 1}]: "
        f"Failed password for root from {address} port {40_000 + number} ssh2".encode()
        for number in range(12)
    ]


def tenants(number: float = 1_000, seconds: float = 60) -> None:
    """Many clients of three sources, each of which says one line every ten seconds."""
    with ExitStack() as stack:
        watch, _trust = _watch(stack)
        senders = []
        for tenant in range(int(number)):
            watch.client(f"client-{tenant}")
            for feed in range(3):
                address = f"127.{10 + feed}.{tenant // 250}.{tenant % 250 + 1}"
                watch.source(f"client-{tenant}", f"client-{tenant}-{feed}", by_address(address))
                senders.append(address)
        watch.start("intake", "pipeline")
        pid = watch.pid("pipeline")
        before, began, sent, worst = processor_seconds(pid), time.perf_counter(), 0, 0.0
        line = b"gate sshd[77]: Failed password for root from 203.0.113.9 port 40000 ssh2"
        while time.perf_counter() - began < seconds:
            address = senders[sent % len(senders)]
            stamp = f"<38>{datetime.now(UTC):%b %e %H:%M:%S} ".encode()
            send_datagrams([stamp + line], watch.ports["udp"], address)
            sent += 1
            time.sleep(max(0.0, sent * 10 / len(senders) - (time.perf_counter() - began)))
        rows, last = _until_still(watch, sent)
        worst = last - began - seconds
        memory = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096 >> 20
        used = processor_seconds(pid) - before
        commits = next(
            each.figures.get("lake_commits_total", 0)
            for each in watch.health.heartbeats()
            if each.process == "pipeline"
        )
        print(
            f"{number:,.0f} clients of 3: {sent:,} lines, lost {sent - rows:,}; in the lake "
            f"{worst:.1f} s after the last; {commits:.0f} commits; pipeline {memory} MiB, "
            f"{used / seconds:.2f} of a core; load {os.getloadavg()[0]:.1f}"
        )


def main(words: list[str]) -> None:
    """Run what the command line names."""
    numbers = [float(word) for word in words[1:] if word.replace(".", "").isdigit()]
    if words[0] == "send":
        way, port, *paced, kind = words[1:]
        print(json.dumps(send(way, int(port), float(paced[0]), float(paced[1]), kind)))
    elif words[0] == "burst":
        burst(words[1], *numbers)
    elif words[0] == "through":
        rate, seconds = ([*numbers, 20_000.0, 20.0][0], [*numbers[1:2], 20.0][0])
        kind = next((word for word in words[2:] if word in KINDS), "filterlog")
        through(words[1], rate, seconds, kind)
    else:
        {"latency": latency, "tenants": tenants}[words[0]](*numbers)


if __name__ == "__main__":
    main(sys.argv[1:])
