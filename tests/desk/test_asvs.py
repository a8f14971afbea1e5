"""The table of the standard names tests and files that exist, and every number once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| .+ \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_number_stands_once() -> None:
    counted = Counter(number for number, _state in ROWS)
    assert max(counted.values()) == 1
    assert len(ROWS) == PAGE.count("\n| ") - PAGE.count("\n| | asks")
    assert {int(number.split(".")[0]) for number in counted} == set(range(1, 17))


def test_every_state_is_told() -> None:
    states = ("met", "in part", "not met", "does not apply", "up to the installation", "see ")
    assert [number for number, state in ROWS if not state.startswith(states)] == []


def test_what_it_names_is_there() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "desk").glob("*.py"))
    named = {name for _number, state in ROWS for name in re.findall(r"`(test_\w+)(?:\*)?`", state)}
    assert {name for name in named if f"def {name}" not in tests} == set()
    files = {
        name for _number, state in ROWS for name in re.findall(r"`([\w/]+\.(?:py|md))`", state)
    }
    places = [ROOT, ROOT / "src" / "midwatch", ROOT / "tests" / "desk"]
    assert {name for name in files if not any((place / name).exists() for place in places)} == set()
