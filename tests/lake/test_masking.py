"""Chosen values never reach the disk."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midwatch.kernel import ConfigurationError
from midwatch.lake import LakeWriter, Masking, MaskKind, Placed

Place = Callable[..., list[Placed]]
Rows = Callable[..., list[tuple[Any, ...]]]
LINES = (
    "Nov 20 11:59:57 gate sshd[76]: Failed password for invalid user carlotta from 203.0.113.9 port 4021 ssh2",
    "Nov 20 11:59:58 gate sshd[77]: Failed password for carlotta from 203.0.113.9 port 4022 ssh2",
    "carlotta's nonsense",
)


class Keys:
    def keyed_hash(self, tenant: str, data: bytes) -> bytes:
        return hmac.digest(b"key of " + tenant.encode(), data, "sha256")


def masked(lake: Path, place: Place, masking: Masking, tenant: str = "acme") -> None:
    LakeWriter(lake, {tenant: masking}).commit(place(LINES, tenant=tenant), "spool", 1)


def test_a_pseudonym_counts_and_says_nothing(lake: Path, place: Place, rows: Rows) -> None:
    masking = Masking({"user": MaskKind.PSEUDONYM, "src_ip": MaskKind.ADDRESS}, Keys())
    masked(lake, place, masking)

    ((user, address, count, raw),) = rows(
        lake, "SELECT user, src_ip, count(*), max(raw) FROM events WHERE parsed GROUP BY 1, 2"
    )
    assert user.startswith("p-")
    assert ipaddress.ip_address(address) in ipaddress.ip_network("240.0.0.0/4")
    assert (count, raw) == (2, None)
    for path in lake.rglob("*"):
        assert not path.is_file() or b"carlotta" not in path.read_bytes()
        assert not path.is_file() or b"203.0.113.9" not in path.read_bytes()
    assert rows(lake, "SELECT parsed, masked, raw FROM events ORDER BY line") == [
        (True, True, None), (True, True, None), (False, True, None)
    ]  # fmt: skip


def test_kept_lines_bear_the_pseudonyms(lake: Path, place: Place, rows: Rows) -> None:
    masking = Masking({"user": MaskKind.HIDE, "src_ip": MaskKind.ADDRESS}, Keys(), keep_lines=True)
    masked(lake, place, masking)

    (first, second, third) = rows(lake, "SELECT raw, src_ip FROM events ORDER BY line")
    assert first[0] == LINES[0].replace("carlotta", "***").replace("203.0.113.9", first[1])
    assert second[0] == LINES[1].replace("carlotta", "***").replace("203.0.113.9", second[1])
    assert third == (None, None), "nobody knows what a line that was not understood holds"


def test_a_line_that_writes_the_value_otherwise_is_dropped(
    lake: Path, place: Place, rows: Rows
) -> None:
    line = "Nov 20 11:59:58 gate sshd[77]: Failed password for carlotta from 2001:DB8:0:0::9 port 4022 ssh2"
    masking = Masking({"src_ip": MaskKind.ADDRESS}, Keys(), keep_lines=True)
    LakeWriter(lake, {"acme": masking}).commit(place([line]), "spool", 1)

    ((raw, address),) = rows(lake, "SELECT raw, src_ip FROM events")
    assert raw is None
    assert ipaddress.ip_address(address) in ipaddress.ip_network("fd00::/8")


def test_tenants_differ_and_the_others_are_not_masked(lake: Path, place: Place, rows: Rows) -> None:
    masking = Masking({"user": MaskKind.PSEUDONYM}, Keys())
    writer = LakeWriter(lake, {"acme": masking, "other": masking})
    tenants = [
        each for tenant in ("acme", "other", "third") for each in place(LINES[:1], tenant=tenant)
    ]
    writer.commit(tenants, "spool", 1)

    found = {user for (user,) in rows(lake, "SELECT DISTINCT user FROM events", None)}
    assert len(found) == 3
    assert "carlotta" in found
    assert rows(lake, "SELECT raw FROM events", ["third"]) == [(LINES[0],)]


@pytest.mark.parametrize("name", ["time", "tenant", "raw", "src_port", "feed"])
def test_what_places_a_row_cannot_be_masked(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be masked"):
        Masking({name: MaskKind.HIDE}, Keys())
