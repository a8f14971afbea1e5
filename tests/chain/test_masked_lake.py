"""Detection sees what was sent; the lake and the source's sample keep what is masked."""

from __future__ import annotations

from datetime import UTC, datetime

from midwatch.paging import SqliteIncidents
from midwatch.tenants import FieldMasking
from midwatch.watch.client_keys import make_key
from midwatch.watch.rehearsal import RehearsedWatch, by_address, eventually, send_datagrams

SENDER = "127.0.0.32"


def test_alerts_come_before_masking(own_watch: RehearsedWatch) -> None:
    key = own_watch.state.path.parent / "harbour.key"
    make_key(key)
    own_watch.tenants.save_masking(
        FieldMasking("harbour", {"user": "pseudonym", "src_ip": "address"}, f"file:{key}")
    )
    own_watch.source("harbour", "gate", by_address(SENDER))
    own_watch.start("intake", "pipeline")
    stamp = f"{datetime.now(UTC):%b %e %H:%M:%S}"
    send_datagrams(
        [
            f"<38>{stamp} gate sshd[{number}]: Failed password for carlotta from 203.0.113.77 "
            f"port {number} ssh2".encode()
            for number in range(4000, 4020)
        ],
        own_watch.ports["udp"],
        SENDER,
    )

    eventually(lambda: len(own_watch.lake("harbour")) == 20)
    own_watch.stop("pipeline")

    incidents = SqliteIncidents(own_watch.state.database)
    (incident,) = incidents.incidents("harbour", ())
    incidents.close()
    assert incident.signals[0].addresses == ("203.0.113.77",)
    ((user, address, count),) = set(
        own_watch.lake("harbour", "DISTINCT user, src_ip, count(*) FILTER (raw IS NULL) OVER ()")
    )
    assert str(user).startswith("p-")
    assert str(address).startswith("2")
    assert count == 20
    (health,) = own_watch.health.feeds("harbour")
    assert b"carlotta" not in health.sample
    kept = [path.read_bytes() for path in own_watch.state.lake.rglob("*") if path.is_file()]
    assert not any(b"carlotta" in content or b"203.0.113.77" in content for content in kept)
