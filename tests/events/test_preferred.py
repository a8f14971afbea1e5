"""Who says what a device is says what it is first, not that nothing else runs on it."""

from __future__ import annotations

import pytest

from midwatch.events.catalogue import all_sources, source_named
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext

FILTER = (
    "<134>Nov 22 14:27:31 gate filterlog[1]: 4,,,1000000103,em0,match,block,in,4,0x0,,64,1,0,none,"
    "17,udp,60,203.0.113.9,192.0.2.1,1234,53,40"
)
SSH = "<38>Nov 22 14:27:31 gate sshd[1]: Failed password for root from 203.0.113.9 port 40001 ssh2"
WEB = (
    "<38>Nov 22 14:27:31 gate php-fpm[1]: /index.php: webConfigurator authentication error for "
    "user 'admin' from: 203.0.113.9"
)
NEW = "<38>Nov 22 14:27:31 gate newdaemon[1]: wobble level 5 from 203.0.113.9"


def sources(product: str, *lines: str) -> list[tuple[int, str]]:
    reader = LineReader(
        all_sources(),
        ClockContext(reference=1_795_400_000_000_000),
        preferred=source_named(product),
    )
    found = reader.read(list(lines), 1)
    return sorted((line, batch.source) for batch in found.batches for line in batch.lines)


def test_what_else_runs_on_a_firewall_is_recognised() -> None:
    assert sources("pfsense", FILTER, SSH, WEB, NEW) == [
        (1, "filterlog"), (2, "openssh"), (3, "pfsense"), (4, "pfsense"),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["203.0.113.9 - - wobble", NEW])
def test_what_nobody_knows_is_the_products(line: str) -> None:
    assert {source for _, source in sources("pfsense", line)} <= {"pfsense"}


def test_the_product_is_asked_first() -> None:
    bare = "Failed password for root from 203.0.113.9 port 40001 ssh2"

    assert sources("openssh", bare) == [(1, "openssh")]
