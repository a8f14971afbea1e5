"""What the watch stands on fails: its disk, its budget, its NATS server, the lake's files."""

from __future__ import annotations

import random
import socket
import sys
import time
from pathlib import Path

import pytest
from tests.chain.posting import MARK, Poster, assert_all_are_kept_once
from tests.nats_server import NatsServer, nats_program
from tests.small_disk import mounted
from tests.watch.running_watch import midwatch

from midwatch.watch.rehearsal import RehearsedWatch, by_address, eventually, send_datagrams

STREAM, GATE = "127.0.0.41", "127.0.0.42"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(100, marks=pytest.mark.faults)], ids=["few", "many"]
)
def test_killing_nats_costs_nothing_acknowledged(tmp_path: Path, rounds: int) -> None:
    pytest.importorskip("nats", reason="the extra nats is not installed")
    server = NatsServer(nats_program(), tmp_path)
    server.start()
    spool = {"kind": "jetstream", "servers": [server.address]}
    dice = random.Random(20261123)
    try:
        with RehearsedWatch(tmp_path, settings={"spool": spool, "lake": {"flush": 1}}) as watch:
            watch.client("harbour")
            watch.source("harbour", "http", MARK)
            watch.start("intake", "pipeline")
            with Poster(watch.ports["http"]) as poster:
                poster.goes_on()
                for _ in range(rounds):
                    time.sleep(dice.random() * 2)
                    server.kill()
                    time.sleep(dice.random() * 2)
                    server.start()
                poster.goes_on()
            assert_all_are_kept_once(watch, poster, "harbour")
            say(
                f"NATS killed {rounds} times; {len(poster.acknowledged)} acknowledged, "
                f"{len(poster.unsure)} in doubt, refused {dict(poster.refused)}; lost 0, doubled 0"
            )
            assert watch.alive("intake")
            assert watch.alive("pipeline")
            assert "Traceback" not in watch.told()
    finally:
        server.kill()


@pytest.mark.parametrize(
    "rounds", [1, pytest.param(10, marks=pytest.mark.faults)], ids=["few", "many"]
)
def test_a_full_disk_under_everything_is_survived(tmp_path: Path, rounds: int) -> None:
    with (
        mounted(tmp_path / "disk", 48 << 20) as disk,
        RehearsedWatch(disk, settings={"lake": {"flush": 1}}) as watch,
    ):
        watch.client("harbour")
        watch.source("harbour", "http", MARK)
        watch.start("intake", "pipeline")
        pids = {name: watch.pid(name) for name in ("intake", "pipeline")}
        with Poster(watch.ports["http"], filling=600) as poster:
            poster.goes_on()
            for _ in range(rounds):
                refusals = poster.refused[503]
                fill(disk / "filling")
                eventually(lambda refusals=refusals: poster.refused[503] > refusals, 90)  # type: ignore[misc]  # bound at once
                (disk / "filling").unlink()
                poster.goes_on()
        assert_all_are_kept_once(watch, poster, "harbour")
        say(
            f"disk filled {rounds} times; {len(poster.acknowledged)} acknowledged, "
            f"{len(poster.unsure)} in doubt, refused {dict(poster.refused)}; lost 0, doubled 0"
        )
        assert {name: watch.pid(name) for name in pids if watch.alive(name)} == pids
        assert "Traceback" not in watch.told()


def fill(path: Path) -> None:
    """Take all the room that is left on the disk."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_a_spool_at_its_budget_refuses_waits_counts_and_goes_on(tmp_path: Path) -> None:
    settings = {"spool": {"budget": 16}, "lake": {"flush": 1}, "self": {"canary": 0}}
    with RehearsedWatch(tmp_path, settings=settings) as watch:
        watch.client("harbour")
        watch.source("harbour", "http", MARK)
        watch.source("harbour", "stream", by_address(STREAM))
        watch.source("harbour", "gate", by_address(GATE))
        watch.start("intake", "clock")
        with Poster(watch.ports["http"], filling=20_000, pause=0.0) as poster:
            eventually(lambda: poster.refused[503], 120)
        eventually(lambda: [each for each in watch.health.concerns() if each.kind == "spool"], 30)
        streamed = [f"<38>Jan  1 00:00:00 relay cron[{n}]: {n}".encode() for n in range(200)]
        with socket.create_connection(("127.0.0.1", watch.ports["tcp"]), 20, (STREAM, 0)) as stream:
            stream.sendall(b"\n".join(streamed) + b"\n")
            send_datagrams([b"<38>Jan  1 00:00:00 gate cron[1]: over"], watch.ports["udp"], GATE)

            watch.start("pipeline")
            with Poster(watch.ports["http"], filling=100) as after:
                after.goes_on()
            assert_all_are_kept_once(watch, after, "harbour")
            eventually(lambda: {*map(bytes.decode, streamed)} <= texts(watch), 60)
        kept = [raw for (raw,) in watch.lake("harbour")]
        assert {*poster.acknowledged} <= {*kept}
        assert len(kept) == len({*kept})
        eventually(
            lambda: not [each for each in watch.health.concerns() if each.kind == "spool"], 60
        )
        assert "Traceback" not in watch.told()


def texts(watch: RehearsedWatch) -> set[str]:
    return {str(raw) for (raw,) in watch.lake("harbour")}


def test_a_damaged_file_of_the_lake_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    with RehearsedWatch(tmp_path, settings={"lake": {"flush": 1}}) as watch:
        watch.client("harbour")
        watch.source("harbour", "http", MARK)
        watch.start("intake", "pipeline")
        with Poster(watch.ports["http"]) as first:
            first.goes_on()
        assert_all_are_kept_once(watch, first, "harbour")
        damaged = max(
            (watch.state.lake / "events").glob("tenant=harbour/day=*/*.parquet"),
            key=lambda path: path.stat().st_size,
        )
        content = bytearray(damaged.read_bytes())
        half = len(content) // 2
        content[100:half] = bytes(half - 100)
        damaged.write_bytes(content)

        with Poster(watch.ports["http"]) as second:
            second.goes_on()
        last = second.acknowledged[-1]
        eventually(lambda: last in texts(watch), 60)
        assert {*second.acknowledged} <= texts(watch)

        asked = midwatch("query", "since:1d", "--limit", "100000", "--state", watch.state.path)
        assert asked.returncode == 0
        assert f"{damaged.name} is damaged and was left out" in asked.stderr
        assert "Traceback" not in watch.told()
