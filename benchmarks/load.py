"""Lines sent over the network by a second process, and what of them was acknowledged.

``python -m benchmarks.load WAY [LINES] [RATE]`` listens in this process (what comes is kept in
memory: this measures the listeners, not the disk), lets a second process send, and prints one
line of figures. WAY is ``udp``, ``tcp``, ``tls`` or ``http``; RATE is lines a second, 0 for as
many as go.

``python -m benchmarks.load send WAY HOST PORT LINES RATE`` is that second process, for use
against a Midwatch elsewhere; a token for ``http`` stands in MIDWATCH_TOKEN, an authority for
``tls`` in SSL_CERT_FILE. It prints how many lines it sent, and over ``http`` how many were
acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.logs import KINDS
from midwatch.intake.certificates import CertificateFiles
from midwatch.intake.limits import Limits
from midwatch.intake.listening import Listening, ListenSettings, run_in_fast_loop
from midwatch.intake.rehearsal import Rehearsal, by_address, by_token, feed

_BATCH: Final = 500
_MOST_LINES: Final = 10_000_000
_TOKEN: Final = "benchmark"  # noqa: S105  # of a listener that lives for a minute
_QUIET_SECONDS: Final = 2.0


def _lines(count: int) -> Iterator[list[bytes]]:
    """Lines of a log in runs; a thousand different ones, over and over."""
    made = [line.rstrip().encode() for line in KINDS["ssh"](1000)]
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        first = start % len(made)
        yield (made + made)[first : first + size]


@contextlib.contextmanager
def _sending(way: str, host: str, port: int) -> Iterator[Callable[[list[bytes]], int]]:
    """What sends a run of lines and returns how many were acknowledged."""
    if way == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect((host, port))

            def by_datagram(lines: list[bytes]) -> int:
                for line in lines:
                    sender.send(line)
                return 0

            yield by_datagram
    elif way == "http":
        connection = http.client.HTTPConnection(host, port, timeout=60)
        headers = {"Authorization": f"Bearer {os.environ.get('MIDWATCH_TOKEN', _TOKEN)}"}

        def by_post(lines: list[bytes]) -> int:
            connection.request("POST", "/v1/ingest", b"\n".join(lines), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            return int(told["accepted"]) if answer.status == http.client.OK else 0

        yield by_post
        connection.close()
    else:
        with socket.create_connection((host, port)) as plain:
            stream = plain
            if way == "tls":
                stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host)

            def by_stream(lines: list[bytes]) -> int:
                stream.sendall(b"\n".join(lines) + b"\n")
                return 0

            yield by_stream
            if isinstance(stream, ssl.SSLSocket):
                with contextlib.suppress(OSError):
                    stream.unwrap()


def send(way: str, host: str, port: int, count: int, rate: float) -> dict[str, float]:
    """Send so many lines, at most ``rate`` a second; what was sent, acknowledged, and how long."""
    began, sent, acknowledged = time.perf_counter(), 0, 0
    with _sending(way, host, port) as take:
        for lines in _lines(count):
            acknowledged += take(lines)
            sent += len(lines)
            if rate:
                ahead = sent / rate - (time.perf_counter() - began)
                if ahead > 0:
                    time.sleep(ahead)
    return {"sent": sent, "acknowledged": acknowledged, "seconds": time.perf_counter() - began}


async def measure(way: str, count: int, rate: float) -> None:
    """Listen, let a second process send, and print what came."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = await _certificate(folder) if way == "tls" else None
        parts = Rehearsal(feed("load", by_address("127.0.0.1"), by_token(_TOKEN)))
        there = (("127.0.0.1", 0),)
        settings = ListenSettings(
            udp=there if way == "udp" else (),
            tcp=there if way == "tcp" else (),
            tls=there if way == "tls" else (),
            http=there if way == "http" else (),
            certificates=files,
            limits=Limits(lines_per_second=0),
        )
        listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)
        await listening.start()
        port = listening.ports[way][0]
        used = time.process_time()
        sender = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.load", "send", way,
            "localhost" if way == "tls" else "127.0.0.1", str(port), str(count), str(rate),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"SSL_CERT_FILE": str(folder / "server.pem")},
        )  # fmt: skip
        told, _errors = await sender.communicate()
        took, waited = parts.sink.count, time.perf_counter()
        while parts.sink.count < count and time.perf_counter() - waited < _QUIET_SECONDS:
            await asyncio.sleep(0.05)
            if parts.sink.count != took:
                took, waited = parts.sink.count, time.perf_counter()
        used = time.process_time() - used
        await listening.stop()
        result = json.loads(told)
        drops = sum(listening.snapshot().kernel_drops.values())
        print(
            f"{way}: sent {result['sent']:,} in {result['seconds']:.1f} s; taken "
            f"{parts.sink.count:,}, acknowledged "
            f"{result['acknowledged']:,}, dropped by the kernel {drops:,}; "
            f"{used / max(parts.sink.count, 1) * 1e6:.1f} µs of processor a line"
        )


async def _certificate(folder: Path) -> CertificateFiles:
    """A self-signed certificate, for as long as the measurement lasts."""
    files = CertificateFiles(folder / "server.pem", folder / "server.key")
    made = await asyncio.create_subprocess_exec(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", str(files.key), "-out", str(files.certificate),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await made.wait():
        sys.exit("openssl could not make a certificate")
    return files


def main(arguments: list[str]) -> None:
    """See the module's documentation."""
    if arguments[:1] == ["send"]:
        way, host, port, count, rate = arguments[1:]
        bounded = min(int(count), _MOST_LINES)
        print(json.dumps(send(way, host, int(port), bounded, float(rate))))
        return
    way, count, rate = [*arguments, *("udp", "200000", "0")[len(arguments) :]]
    run_in_fast_loop(lambda: measure(way, min(int(count), _MOST_LINES), float(rate)))


if __name__ == "__main__":
    main(sys.argv[1:])
