"""Senders of garbage, senders that dawdle, and beside them somebody who means it."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import trustme
from tests.chain.posting import MARK, TOKEN, Poster, assert_all_are_kept_once

from midwatch.watch.rehearsal import RehearsedWatch, by_address

KNOWN, UNKNOWN = "127.0.0.51", "127.0.0.52"
_MOST: Final = 3_000
_PAUSE: Final = 0.05
"""Seconds. Reading a line of garbage costs ten times what reading a good one does."""
_TYPES: Final = ("application/x-ndjson", "application/json", "application/x-protobuf", "text/plain")
_PATHS: Final = ("/v1/ingest", "/_bulk", "/v1/logs", "/nowhere")
_CODINGS: Final = ("gzip", "zstd", "identity", "bröt")


class Garbage:
    """Senders of random bytes, each in a thread of its own until it is told to end."""

    def __init__(self, watch: RehearsedWatch) -> None:
        self._ports = watch.ports
        self._ending = threading.Event()
        self.sent: Counter[str] = Counter()
        ways = (self._datagrams, self._stream, self._counted, self._secure, self._post, self._slow)
        self._threads = [
            threading.Thread(target=self._keep_on, args=(way, number), daemon=True)
            for number, way in enumerate(ways)
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _keep_on(self, way: Callable[[random.Random], None], number: int) -> None:
        dice = random.Random(number)
        while not self._ending.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                way(dice)
            self.sent[way.__name__] += 1
            time.sleep(_PAUSE)

    def _datagrams(self, dice: random.Random) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((dice.choice((KNOWN, UNKNOWN)), 0))
            for _ in range(20):
                sender.sendto(junk(dice), ("127.0.0.1", self._ports["udp"]))

    def _pour(self, dice: random.Random, way: str, data: bytes) -> None:
        address = (dice.choice((KNOWN, UNKNOWN)), 0)
        with socket.create_connection(("127.0.0.1", self._ports[way]), 5, address) as stream:
            stream.sendall(data)

    def _stream(self, dice: random.Random) -> None:
        self._pour(dice, "tcp", junk(dice))

    def _counted(self, dice: random.Random) -> None:
        self._pour(dice, "tcp", b"%d %s" % (dice.randrange(100_000), junk(dice)))

    def _secure(self, dice: random.Random) -> None:
        self._pour(dice, "tls", dice.choice((b"\x16\x03\x01", b"")) + junk(dice))

    def _post(self, dice: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports["http"], timeout=5)
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": dice.choice(_TYPES),
            "Content-Encoding": dice.choice(_CODINGS),
        }
        # Never with success, or its lines would be among those of the one who means it.
        path = dice.choice(_PATHS[1:]) if headers["Content-Encoding"] == "identity" else _PATHS[0]
        with contextlib.closing(connection):
            connection.request("POST", path, b"\xff{" + junk(dice), headers)
            with connection.getresponse() as answer:
                answer.read()

    def _slow(self, dice: random.Random) -> None:
        with socket.create_connection(("127.0.0.1", self._ports["tcp"]), 5, (KNOWN, 0)) as stream:
            for byte in junk(dice)[:20]:
                stream.sendall(bytes([byte]))
                time.sleep(0.01)


def junk(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(1, _MOST))


@pytest.mark.parametrize(
    "seconds", [4, pytest.param(120, marks=pytest.mark.faults)], ids=["short", "long"]
)
def test_garbage_stops_nothing_and_costs_the_others_nothing(tmp_path: Path, seconds: int) -> None:
    pem = tmp_path / "server.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    settings = {"lake": {"flush": 1}}
    with RehearsedWatch(tmp_path, settings=settings, certificate=pem) as watch:
        watch.client("harbour")
        watch.client("quay")
        watch.source("harbour", "http", MARK)
        watch.source("quay", "gate", by_address(KNOWN))
        watch.start("intake", "pipeline")
        garbage = Garbage(watch)
        with Poster(watch.ports["http"]) as poster:
            poster.goes_on()
            with garbage:
                time.sleep(seconds)
            poster.goes_on()
        good = assert_all_are_kept_once(watch, poster, "harbour")
        memory = resident(watch.pid("intake"))
        sys.stdout.write(
            f"garbage for {seconds} s: {dict(garbage.sent)}; {len(poster.acknowledged)} "
            f"acknowledged, {len(good)} kept; intake {memory} MiB\n"
        )
        assert all(watch.alive(name) for name in ("intake", "pipeline"))
        assert memory < 250
        assert "Traceback" not in watch.told()
        assert watch.lake("quay")


def resident(pid: int) -> int:
    """MiB of memory in use (Linux)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096 >> 20
