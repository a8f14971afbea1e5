"""The contract of ``midwatch check --json``."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from midwatch.reports.document import Document, json_schema, render_json
from midwatch.reports.values import Attempt, Report

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "check-json.md"


def read(report: Report) -> dict[str, Any]:
    content = render_json(report)
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 1
    document = json.loads(content)
    assert isinstance(document, dict)
    return document


def test_the_object_has_the_keys_of_the_contract(office: Report) -> None:
    document = read(office)

    assert document["version"] == "0.1.0"
    assert document["generated_from"] == ["logs/office.log", "logs/vpn.log", "logs/auth.log"]
    assert document["period"] == {"first": "2026-11-12T18:00:00Z", "last": "2026-11-13T08:00:00Z"}
    assert document["verdict"] == "attempts"
    assert document["headline"] == "Nobody got in. 186 attempts from 3 addresses, all refused."
    assert document["next"] == ["reset j.ortiz's VPN password or turn on MFA"]
    assert document["hour_seconds"] == 3600
    assert document["hours"][5] == {
        "start": "2026-11-12T23:00:00Z",
        "attempts": 80,
        "blocked": 305,
    }
    assert document["totals"] == {
        "attempts": 186,
        "origins": 3,
        "failed_logins": 185,
        "logins": 41,
        "blocked_packets": 48211,
        "blocked_origins": 9120,
        "blocked_ports": [{"port": 23, "count": 12011}, {"port": 3389, "count": 6044}],
        "lines": 61204,
        "events": 61204,
        "not_understood": 12,
        "cut": 0,
        "at_least": False,
    }
    assert document["sources"][1]["gaps"] == [
        {"start": "2026-11-13T02:10:00Z", "end": "2026-11-13T02:55:00Z"}
    ]
    assert document["strip"] == {"start": "2026-11-12T18:00:00Z", "cell_seconds": 300}


def test_an_attempt_carries_all_that_is_known_about_it(office: Report) -> None:
    assert read(office)["attempts"][0] == {
        "rule_id": "vpn-guessing",
        "rule_title": "VPN passwords guessed",
        "level": "high",
        "category": "credential_attack",
        "kind": "VPN guessing",
        "count": 64,
        "first": "2026-11-12T22:00:00Z",
        "last": "2026-11-13T00:00:00Z",
        "src_ip": "198.51.100.7",
        "src_host": None,
        "country": "NL",
        "network": "AS64500 Example Net",
        "users": ["j.ortiz"],
        "ports": [],
        "paths": [],
        "hosts": [],
        "services": ["vpn"],
        "techniques": ["T1110.001"],
        "file": "logs/vpn.log",
        "files": ["logs/vpn.log"],
        "attempt": True,
        "success": False,
        "meaning": "Someone tries one password after the other for an account that exists.",
        "todo": ["reset j.ortiz's VPN password or turn on MFA."],
        "falsepositives": ["A telephone with an old password"],
        "author": "Midwatch",
        "licence": "",
        "evidence": [
            {
                "file": "logs/vpn.log",
                "line": 4711,
                "raw": 'login failed user="j.ortiz" srcip=198.51.100.7',
            },
            {
                "file": "logs/vpn.log",
                "line": 4712,
                "raw": 'login failed user="j.ortiz" srcip=198.51.100.70',
            },
        ],
    }


def test_an_unknown_category_is_other(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    document = read(night(replace(story["ssh"], category="made up", files=())))

    assert document["attempts"][0]["category"] == "other"
    assert document["attempts"][0]["file"] is None
    assert document["kinds"][0]["category"] == "other"


def test_hostile_text_survives_as_it_was(hostile: Report) -> None:
    document = read(hostile)
    user = document["attempts"][0]["users"][0]

    assert user.startswith("\x1b]0;pwned\x07\x1b[2J<script>")
    assert user.endswith("\\udc80")
    assert document["attempts"][0]["first"] is None
    assert document["headline"].isprintable()


@pytest.mark.parametrize("which", ["office", "hostile"])
def test_what_is_written_fits_the_schema_types(which: str, request: pytest.FixtureRequest) -> None:
    content = render_json(request.getfixturevalue(which))

    assert msgspec.json.encode(msgspec.json.decode(content, type=Document)) + b"\n" == content


def test_the_reference_shows_the_schema_of_the_code() -> None:
    page = REFERENCE.read_text("utf-8")
    block = re.search(r"```json\n(\{\n \"\$ref\".*?)\n```", page, re.DOTALL)

    assert block is not None
    assert json.loads(block[1]) == json_schema(), (
        "put the output of this into docs/reference/check-json.md: python -c 'import json; "
        "from midwatch.reports.document import json_schema; "
        "print(json.dumps(json_schema(), indent=1))'"
    )
