"""How small, how quick and how large the lake gets; see README.md.

``python -m benchmarks.lake sizes|month|tenants [NUMBER]``: bytes and speed by kind of log; a month
of NUMBER million events (made column-wise, of as many attackers a day as a further number says)
and questions over it; NUMBER tenants of three feeds.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import zstandard

from benchmarks.logs import filterlog, fortigate, ssh
from midwatch.events.batch import ParseFailure
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.lake import LakeKeeper, LakeReader, LakeWriter, Placed
from midwatch.lake.delta_log import DeltaLog, active_files, adding
from midwatch.lake.files import (
    THOROUGH_LEVEL,
    DataFile,
    partition_folder,
    sync_files,
    write_file,
)
from midwatch.tenants import Tenant

_NOW = 1_795_176_000_000_000
_DAY = 86_400_000_000
_LINES = 50_000
_MADE_DAYS = 3


def windows(lines: int) -> Iterator[str]:
    """Refused and accepted logons as JSON, as an agent ships them; about 800 bytes a line."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    for number in range(lines):
        good = dice.random() < 0.3
        user, origin = f"user{dice.randrange(40)}", f"192.0.2.{dice.randrange(1, 255)}"
        clock = f"{number // 18000 % 24:02}:{number // 300 % 60:02}:{number // 5 % 60:02}"
        stamp = f"2026-11-01T{clock}.{dice.randrange(10**6):06}Z"
        yield (
            '{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-'
            'Auditing","Guid":"54849625-5478-4994-A5BA-3E3B0328C30D"}},"EventID":'
            f'{4624 if good else 4625},"Version":0,"Level":0,"Task":12544,"Opcode":0,"Keywords":'
            '"0x8010000000000000","TimeCreated":{"#attributes":{"SystemTime":"'
            f'{stamp}"}}}},"EventRecordID":{200000 + number},'
            f'"Execution":{{"#attributes":{{"ProcessID":652,"ThreadID":{dice.randrange(900, 6000)}'
            '}},"Channel":"Security","Computer":"PC-MIA.harbour.example"},"EventData":{'
            f'"SubjectUserName":"-","TargetUserName":"{user}","TargetDomainName":"HARBOUR",'
            f'"LogonType":3,"IpAddress":"{origin}","IpPort":"{dice.randrange(1024, 65536)}",'
            '"WorkstationName":"KALI","Status":"0xc000006d","SubStatus":"0xc000006a"}}}'
        )


def sizes() -> None:
    """Bytes of an event and rows a second, by kind of log."""
    kinds = {"filterlog": filterlog, "fortigate": fortigate, "ssh": ssh, "windows": windows}
    print("log        raw B  gzip -6  zstd -3  zstd -12   lake  compacted  ratio   rows/s")
    for kind, made in kinds.items():
        lines = list(made(_LINES))
        text = "\n".join(lines).encode() + b"\n"
        result = LineReader(all_sources(), ClockContext(reference=_NOW)).read(lines, 1)
        batches = [Placed("acme", "hq", "gate", _NOW, batch) for batch in result.batches]
        batches.append(Placed("acme", "hq", "gate", _NOW, None, result.failures))
        with tempfile.TemporaryDirectory() as folder:
            lake = Path(folder) / "lake"
            writer = LakeWriter(lake)
            start = time.process_time()
            done = writer.commit(batches, "bench", 1)
            taken = time.process_time() - start
            writer.commit(
                [Placed("acme", "hq", "gate", _NOW - 18 * _DAY, None, [ParseFailure(1, "x", "y")])],
                "bench", 2,
            )  # fmt: skip
            LakeKeeper(lake).maintain(_NOW + 2 * _DAY)
            table = DeltaLog(lake).table()
            compacted = sum(file.size for file in active_files(table))
        each = [len(text), len(zlib.compress(text, 6)), len(zstandard.compress(text, 3)),
                len(zstandard.compress(text, 12)), done.size, compacted]  # fmt: skip
        columns = "  ".join(f"{size / _LINES:7.1f}" for size in each)
        print(f"{kind:9} {columns}  {len(text) / done.size:6.1f}  {done.rows / taken:7.0f}")


def month(millions: float, attackers: int) -> None:
    """Write a month of events column-wise, and count by day and attacker.

    Three days are made; the others are copies of their files under other days. What is asked
    reads the day from the folder, so that it cannot tell, and the times in copies are wrong.
    """
    per_day = int(millions * 1_000_000 / 30)
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        log = DeltaLog(lake)
        log.create()
        made: list[DataFile] = []
        for number in range(30):
            day = datetime.fromtimestamp(_NOW / 1_000_000, UTC).date() - timedelta(days=number)
            text = day.isoformat()
            name = f"events-{number}.parquet"
            if number < _MADE_DAYS:
                rows = column_wise(per_day, text, attackers)
                made.append(write_file(log.table_folder, name, "acme", text, rows, THOROUGH_LEVEL))
                file = made[-1]
            else:
                file = _copied(log.table_folder, made[number % _MADE_DAYS], text, name)
            sync_files(log.table_folder, [file])
            log.commit([adding(file)], log.table().version(), "WRITE")
        total = per_day * 30
        size = sum(file.size for file in active_files(log.table()))
        print(f"{total:,} events, {size / total:.1f} B each, {size / 1e9:.2f} GB")
        asked = {
            "count by day and attacker": "SELECT day, src_ip, count(*) AS n FROM events "
            "WHERE outcome = 'failure' GROUP BY 1, 2 ORDER BY n DESC LIMIT 100",
            "one attacker": "SELECT count(*) FROM events WHERE src_ip = '203.0.1.9'",
        }
        for name, sql in asked.items():
            walls, costs = [], []
            for _ in range(5):
                start, used = time.perf_counter(), time.process_time()
                LakeReader(lake, ["acme"]).query(sql)
                walls.append(time.perf_counter() - start)
                costs.append(time.process_time() - used)
            print(
                f"{name}: {statistics.median(walls):.2f} s ({min(walls):.2f}-{max(walls):.2f}), "
                f"{statistics.median(costs):.2f} s of processor time; load {os.getloadavg()[0]:.1f}"
            )
        start = time.perf_counter()
        LakeReader(lake, ["acme"]).latest("user = 'root'", limit=100)
        print(f"the latest 100 of one user: {time.perf_counter() - start:.2f} s")


def _copied(table_folder: Path, file: DataFile, day: str, name: str) -> DataFile:
    """The same rows as the file of another day."""
    path = f"{partition_folder(file.tenant, day)}/{name}"
    (table_folder / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(table_folder / file.path, table_folder / path)
    return replace(file, path=path, day=day)


def column_wise(count: int, day: str, attackers: int = 5_000) -> pa.Table:
    """Logins of one day: so many attackers, few of them often."""
    made: pa.Table = (
        duckdb.connect()
        .sql(
            "WITH drawn AS (SELECT range AS number, (? * pow(random(), 3))::INTEGER AS attacker "
            "FROM range(?)) SELECT "
            "(?::TIMESTAMP + to_seconds(86400 * number // ?))::TIMESTAMPTZ AS time, "
            "time AS received, 'gate' AS feed, 'openssh' AS source, 'bench' AS spool, "
            "number // 500 AS delivery, number % 500 + 1 AS line, true AS parsed, "
            "'203.' || attacker // 62500 || '.' || attacker // 250 % 250 || '.' "
            "|| attacker % 250 + 1 AS src_ip, "
            "(1024 + random() * 64000)::BIGINT AS src_port, number // 3 % 60000 AS pid, "
            "['root', 'admin', 'test', 'oracle', 'mia'][(1 + random() * 4)::INTEGER] AS user, "
            "if(random() < 0.9, 'failure', 'success') AS outcome, "
            "'sshd[%17$d]: Failed password for %3$s from %1$s port %13$d ssh2' AS line_form "
            "FROM drawn ORDER BY number",
            params=[attackers, count, day, count],
        )
        .to_arrow_table()
    )
    return made


def tenants(count: int) -> None:
    """Commits and maintenance of many tenants, three feeds each."""
    lines = list(ssh(5))
    result = LineReader(all_sources(), ClockContext(reference=_NOW)).read(lines, 1)
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        writer = LakeWriter(lake)
        for offset in range(1, 4):
            batches = [
                Placed(f"t{tenant:04}", "hq", f"t{tenant:04}-{feed}", _NOW, batch)
                for tenant in range(count)
                for feed in range(3)
                for batch in result.batches
            ]
            start = time.perf_counter()
            done = writer.commit(batches, "bench", offset)
            taken = time.perf_counter() - start
            print(f"commit {offset}: {done.rows:,} rows, {done.files:,} files, {taken:.1f} s")
        keeper = LakeKeeper(lake)
        everybody = [Tenant(f"t{tenant:04}", "Bench") for tenant in range(count)]
        start = time.perf_counter()
        kept = keeper.maintain(_NOW + 2 * _DAY, everybody)
        print(f"maintenance: {kept.compacted_files:,} files into {kept.written_files:,}, "
              f"{time.perf_counter() - start:.1f} s")  # fmt: skip
        start = time.perf_counter()
        LakeReader(lake, ["t0001"]).query("SELECT count(*) FROM events")
        print(f"one tenant's question: {time.perf_counter() - start:.2f} s")


def main() -> None:
    """Measure what the command line names."""
    what = sys.argv[1] if len(sys.argv) > 1 else "sizes"
    if what == "month":
        month(
            float(sys.argv[2]) if len(sys.argv) > 2 else 10,
            int(sys.argv[3]) if len(sys.argv) > 3 else 5_000,
        )
    elif what == "tenants":
        tenants(int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
    else:
        sizes()


if __name__ == "__main__":
    main()
