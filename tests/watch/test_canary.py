"""The canary is told from the lines of this machine, whoever sends from it besides."""

from __future__ import annotations

import socket

import pytest

from midwatch.intake.identification import Directory
from midwatch.tenants import Feed, Mark, MarkKind
from midwatch.watch.canary import CANARY_FEED, OWN_TENANT, canary_line, send_canary


@pytest.mark.parametrize("tcp", [False, True])
def test_a_source_on_this_machine_does_not_take_the_canary(*, tcp: bool) -> None:
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        port = listener.getsockname()[1]
        if tcp:
            listener.listen()
        assert send_canary(1, udp=0 if tcp else port, tcp=port)
        if tcp:
            connection, sender = listener.accept()
            connection.close()
        else:
            _, sender = listener.recvfrom(1000)
    ours = Feed(
        "gate", "harbour", "main", "Gate",
        marks=(Mark(MarkKind.ADDRESS, "127.0.0.1/32", port), Mark(MarkKind.ADDRESS, "127.0.0.1/32")),
    )  # fmt: skip

    origin = Directory([ours, CANARY_FEED]).at(sender[0], port)

    owner = origin.owner_of(canary_line(1))
    assert owner is not None
    assert owner.tenant == OWN_TENANT
