"""An empty lake's folder, and small makers of what goes into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.lake import LakeReader, Placed

NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1_000_000)
SSH = (
    "Nov 20 11:59:58 gate sshd[77]: Failed password for root from 203.0.113.9 port 4022 ssh2",
    "Nov 20 11:59:59 gate sshd[78]: Accepted publickey for mia from 192.0.2.20 port 4023 ssh2",
    "utter nonsense",
    "Nov 19 23:00:00 gate sshd[79]: Invalid user admin from 2001:db8::9 port 65000",
)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lake"


@pytest.fixture(scope="session")
def noon() -> int:
    return NOON


@pytest.fixture(scope="session")
def ssh() -> tuple[str, ...]:
    """Two logins and a line of nonsense of one day, a login of the day before."""
    return SSH


@pytest.fixture(scope="session")
def place() -> Callable[..., list[Placed]]:
    """Makes of lines what the watch makes of one delivery."""

    def make(
        lines: Sequence[str | bytes],
        *,
        tenant: str = "acme",
        feed: str = "gate",
        received: int = NOON,
        delivery: int | None = None,
    ) -> list[Placed]:
        originals = [line if isinstance(line, bytes) else line.encode() for line in lines]
        texts = [line.decode("utf-8", "replace") for line in originals]
        result = LineReader(all_sources(), ClockContext(reference=received)).read(texts, 1)
        here = ("hq", feed, received)
        return [
            *(Placed(tenant, *here, each, (), delivery, originals) for each in result.batches),
            Placed(tenant, *here, None, result.failures, delivery, originals),
        ]

    return make


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[tuple[Any, ...]]]:
    """Asks a lake in SQL."""

    def ask(
        lake: Path, sql: str, tenants: Sequence[str] | None = ("acme",)
    ) -> list[tuple[Any, ...]]:
        reader = LakeReader(lake, tenants)
        try:
            answer = reader.query(sql).rows
            assert reader.problems == []
            return answer
        finally:
            reader.close()

    return ask
