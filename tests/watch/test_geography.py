"""Databases of places as people have them: MaxMind files, and tables of ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from midwatch.kernel import ConfigurationError
from midwatch.watch.geography import Geography, PlacesCheck

TOR = """\
# Last updated based on February 2026
3221225984,3221226239,DE
3325256704,3325256959,??
3405803776,3405804031,NL
2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,SE
nonsense
1,2
9,3,DE
"""
OWNERS = '192.0.2.0,192.0.2.255,64500,"Example, Ltd"\n203.0.113.0,203.0.113.127,AS64501,Other\n'


@pytest.fixture
def geography(tmp_path: Path) -> Geography:
    (tmp_path / "geoip").write_text(TOR)
    (tmp_path / "asn.csv").write_text(OWNERS)
    return Geography([tmp_path / "geoip", tmp_path / "asn.csv"])


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.0", ("DE", "AS64500 Example, Ltd")),
        ("::ffff:192.0.2.255", ("DE", "AS64500 Example, Ltd")),
        ("192.0.3.0", (None, None)),
        ("198.51.100.1", (None, None)),
        ("203.0.113.127", ("NL", "AS64501 Other")),
        ("203.0.113.128", ("NL", None)),
        ("2001:db8::1", ("SE", None)),
        ("2001:db9::1", (None, None)),
        ("gate.example", (None, None)),
        (None, (None, None)),
    ],
)
def test_tables_tell_country_and_owner(
    geography: Geography, address: str | None, place: tuple[str | None, str | None]
) -> None:
    assert geography.place_of(address) == place


@pytest.mark.parametrize("content", [b"no,ranges,at all\n", b"\0\0\0\0", b""])
def test_what_is_neither_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "places"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        Geography([path])

    assert caught.value.path == str(path)


def test_a_file_that_is_missing_or_becomes_readable_is_told(tmp_path: Path) -> None:
    check, path = PlacesCheck(), tmp_path / "geoip"

    assert "cannot be read" in check.troubles([str(path)])[str(path)]
    path.write_text(TOR)
    assert check.troubles([str(path)]) == {}
