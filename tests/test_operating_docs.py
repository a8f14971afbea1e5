"""What the pages on operating say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from midwatch.cli.configuring import toml_value
from midwatch.incidents import read_policy
from midwatch.intake.parcels import Usage
from midwatch.tenants import Feed
from midwatch.watch.configuration import Configuration, parse_configuration, settings
from midwatch.watch.health import FeedHealth, Heartbeat
from midwatch.watch.metrics import Figures, samples_of
from midwatch.watch.rhythm import Rhythm

DOCS = Path(__file__).resolve().parents[1] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def tables() -> dict[str, list[str]]:
    """The rows that the reference must have, by table."""
    rows: dict[str, list[str]] = {}
    for table, key, default, meaning in settings():
        value = toml_value(default)
        rows.setdefault(table, []).append(f"| `{key}` | `{value}` | {meaning} |")
    return rows


def test_the_reference_of_the_configuration_has_every_setting_and_no_other() -> None:
    found: dict[str, list[str]] = {}
    for part in re.split(r"^## ", page("reference/configuration.md"), flags=re.MULTILINE)[1:]:
        name = re.match(r"`\[(\w+)\]`", part)
        if name:
            found[name[1]] = re.findall(r"^\| `.*$", part, re.MULTILINE)

    assert found == tables(), "docs/reference/configuration.md: write these rows"


def examples(name: str) -> list[str]:
    return re.findall(r"^ *```toml\n(.*?)^ *```", page(name), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "name",
    [
        "reference/configuration.md",
        "how-to/run-as-a-service.md",
        "how-to/tell-people.md",
        "how-to/monitor-midwatch.md",
    ],
)
def test_each_example_is_accepted(name: str) -> None:
    found = examples(name)

    assert found
    for text in found:
        if text.startswith("tenant ="):
            assert read_policy(text).people
        else:
            assert parse_configuration(text, name) != Configuration()


def test_every_figure_of_monitors_is_explained_and_no_other() -> None:
    beats = [
        Heartbeat("intake", 1, 0, 0, {"lines_total:udp": 1, "lines_refused_total": 0,
                                      "kernel_drops_total": 0}),
        Heartbeat("pipeline", 1, 0, 0, {"lines_total": 1, "lines_not_understood_total": 0,
                                        "alerts_total": 0, "lake_commits_total": 0}),
        Heartbeat("canary", 1, 0, 0, {"seconds": 0.1}),
    ]  # fmt: skip
    figures = Figures(
        now=0,
        heartbeats=beats,
        feeds=[Feed("gate", "quay", "main", "Gate")],
        health={"gate": FeedHealth("gate", "quay", 0, 0, Rhythm())},
        spool=Usage(waiting=0, bytes_used=0, budget=1, oldest=None),
        deliveries={"pending": 0},
        disk={"/": 0.5},
    )
    told = {f"midwatch_{sample.name}" for sample in samples_of(figures)}
    rows = re.findall(r"^\| (`midwatch_.*?) \|", page("how-to/monitor-midwatch.md"), re.MULTILINE)

    assert set(re.findall(r"`(midwatch_\w+)`", " ".join(rows))) == told
