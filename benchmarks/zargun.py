"""The same rules and events in zargunlite: ``python benchmarks/zargun.py RULES LOG [EVENTS]``.

Zargunlite keeps events in a table of SQLite and puts every rule to it as a query, as Zircolite
does. It is a library without a command, so this is one: rules are converted by pySigma's
backend for SQLite and its pipelines for Windows, events come from JSON lines in evtx_dump's form.
It runs in an environment of its own, without Midwatch::

    python -m venv other
    other/bin/pip install zargunlite pysigma-backend-sqlite pysigma-pipeline-sysmon \
        pysigma-pipeline-windows
    other/bin/python benchmarks/zargun.py RULES LOG 10000

RULES is a folder of rules. Printed are processor seconds of converting, loading and asking, and
events a second of loading and asking together.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

PARTS = ("EventData", "UserData")
_MOST = 1 << 63
"""What SQLite's integers hold."""


def flat(record: Mapping[str, Any]) -> dict[str, str | int]:
    """An event as one row: the system's fields that rules ask for, and its data."""
    event = record["Event"]
    system = event["System"]
    provider = (system.get("Provider") or {}).get("#attributes") or {}
    number = system["EventID"]
    row: dict[str, Any] = {
        "Channel": system.get("Channel"),
        "EventID": number["#text"] if isinstance(number, dict) else number,
        "Provider_Name": provider.get("Name"),
        "Computer": system.get("Computer"),
        "EventRecordID": system.get("EventRecordID"),
    }
    for part in PARTS:
        row.update(_data(event.get(part)))
    return {
        name: value if isinstance(value, int) and abs(value) < _MOST else str(value)
        for name, value in row.items()
        if value is not None
    }


def _data(node: object) -> Iterator[tuple[str, object]]:
    for name, value in node.items() if isinstance(node, dict) else ():
        if isinstance(value, dict):
            yield from _data(value)
        elif name not in ("#attributes", "xmlns"):
            yield "".join(letter if letter.isalnum() else "_" for letter in name), value


def queries(rules: Path) -> tuple[list[str], int]:
    """Every rule as SQL, and how many could not be converted."""
    backend = import_module("sigma.backends.sqlite").sqliteBackend
    windows = import_module("sigma.pipelines.windows")
    sysmon = import_module("sigma.pipelines.sysmon").sysmon_pipeline
    pipeline = sysmon() + windows.windows_logsource_pipeline()
    loaded = import_module("sigma.rule").SigmaRule
    converter = backend(processing_pipeline=pipeline, collect_errors=False)
    made: list[str] = []
    failed = 0
    for path in sorted(rules.rglob("*.yml")):
        try:
            rule = loaded.from_yaml(path.read_text("utf-8"))
            made += converter.convert_rule(rule)
        except Exception:  # noqa: BLE001  # whatever another's converter raises, it is counted
            failed += 1
    return [query.replace("<TABLE_NAME>", "logs") for query in made], failed


def measured(rules: Path, lines: Iterable[str]) -> None:
    """Convert, load and ask; print how long each took."""
    begin = time.process_time()
    asked, failed = queries(rules)
    converted = time.process_time()
    with import_module("zargunlite.core").ZargunCore() as core:
        rows = [flat(json.loads(line)) for line in lines]
        core.load_data(rows)
        loaded = time.process_time()
        matches = wrong = 0
        for query in asked:
            try:
                matches += len(core.execute_sqlite_query(query))
            except Exception:  # noqa: BLE001  # the same of its database
                wrong += 1
        done = time.process_time()
    print(
        f"{len(asked)} queries ({failed} rules not converted, {wrong} queries refused), "
        f"{len(rows)} events, {matches} matches\n"
        f"converting {converted - begin:.1f} s, loading {loaded - converted:.1f} s, asking "
        f"{done - loaded:.1f} s: {len(rows) / (done - converted):,.0f} events/s"
    )


if __name__ == "__main__":
    with Path(sys.argv[2]).open(encoding="utf-8") as log:
        measured(Path(sys.argv[1]), islice(log, int([*sys.argv, "10000"][3])))
