"""Several processes find what one finds, in the same order; a pipe is not waited for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import pytest
from tests.detection.dice import Dice
from tests.detection.test_json_agreement import drawn_line, drawn_rules

from midwatch.intake.folder import find_logs
from midwatch.rules import RuleSet, RuleText, compile_rules
from midwatch.watch import hunting
from midwatch.watch.streams import Clock

CLOCK = Clock(UTC, int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000))
RULE = """
title: Whoever asks who he is
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '\\whoami.exe'}, condition: selection}
"""


def rules() -> RuleSet:
    return compile_rules([RuleText("rule.yml", RULE.encode())])


def event(number: int) -> str:
    image = "C:\\whoami.exe" if number % 97 == 0 else f"C:\\{number}.exe"
    system = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1}
    return json.dumps({"Event": {"System": system, "EventData": {"Image": image}}})


@pytest.mark.parametrize("small", [0, 1 << 26])
def test_many_processes_give_what_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(hunting, "_SMALL", small)
    lines = [event(number) for number in range(30_000)]
    lines[15_000:15_000] = ["Feb  3 04:00:00 gate sshd[7]: Connection closed", "{broken", ""]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.jsonl").write_text(event(0))
    files = find_logs([tmp_path]).files
    one, two = (list(hunting.hunt(files, rules(), CLOCK, None, jobs)) for jobs in (1, 2))
    matches = [line for part in one for line in part.matches]
    assert len(matches) == 311
    assert [line for part in two for line in part.matches] == matches
    assert sum(part.failures for part in two) == sum(part.failures for part in one) == 1
    assert sum(part.events for part in two) == sum(part.events for part in one) == 30_002


def test_generated_rules_find_the_same_in_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunting, "_SMALL", 0)
    random = Random(3)  # no secret: it only makes rules and lines
    drawn = [drawn_rules(Dice(random.randbytes(600))) for _ in range(4)]
    rules = tuple(
        msgspec.structs.replace(rule, id=str(number))
        for number, rule in enumerate(rule for some in drawn for rule in some)
    )
    pool = [drawn_line(Dice(random.randbytes(100))).replace("\n", " ") for _ in range(300)]
    lines = [random.choice(pool) for _ in range(12_300)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), errors="replace")
    files = find_logs([tmp_path]).files
    ruleset = RuleSet(rules, (), (), "")
    found = [
        [line for part in hunting.hunt(files, ruleset, CLOCK, None, jobs) for line in part.matches]
        for jobs in (1, 2, 3)
    ]
    assert len(found[0]) > 1_000
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_what_a_pipe_holds_is_matched_before_more_comes(tmp_path: Path) -> None:
    (tmp_path / "rule.yml").write_text(RULE)
    code = "from midwatch.cli import main; main()"
    with subprocess.Popen(  # our own program
        [sys.executable, "-c", code, "hunt", "--rules", str(tmp_path / "rule.yml"), "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        stop = threading.Timer(60, process.kill)
        stop.start()
        for number in (0, 97):
            process.stdin.write(event(number).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["rule_title"] == "Whoever asks who he is"
        process.stdin.close()
        assert process.wait() == 1
        stop.cancel()
