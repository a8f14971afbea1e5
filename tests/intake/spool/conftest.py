"""Spools to test: a folder, and a NATS server of our own, started on a free port."""

from collections.abc import Callable, Iterator

import pytest
from tests.nats_server import NatsServer, nats_program

from midwatch.intake.parcels import Parcel, Transport


@pytest.fixture(scope="module")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(nats_program(), tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def parcel() -> Callable[..., Parcel]:
    def make(number: int, size: int = 0) -> Parcel:
        """A parcel that bears a number; its lines do not pack well when a size is asked for."""
        noise = (bytes((number * 31 + n * n * 7919) >> 3 & 255 for n in range(size)),)
        return Parcel(
            tenant="harbour",
            office="main",
            feed="gate",
            product="pfsense",
            transport=Transport.TLS,
            peer="192.0.2.1",
            received=1_700_000_000_000_000 + number,
            lines=(f"line {number}".encode(), b"\xff\x00\n", *(noise if size else ())),
            place=f"offset {number}",
        )

    return make
