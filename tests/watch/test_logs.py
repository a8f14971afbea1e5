"""Log records as JSON lines, without what senders wrote."""

import asyncio
import json
import logging
import socket

import httpx
import pytest

from midwatch.intake.listening import Listening, ListenSettings
from midwatch.intake.rehearsal import Rehearsal, by_address, feed
from midwatch.watch.logs import JsonFormatter


def test_a_record_is_one_line_with_its_fields() -> None:
    record = logging.makeLogRecord(
        {"name": "midwatch.intake", "levelname": "INFO", "msg": "two\nlines", "created": 0.0}
    )
    record.peer = "192.0.2.7"

    line = JsonFormatter("intake").format(record)

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.000+00:00", "level": "info", "process": "intake",
        "from": "midwatch.intake",
        "message": "two\nlines", "peer": "192.0.2.7",
    }  # fmt: skip


def test_neither_lines_nor_tokens_are_told(caplog: pytest.LogCaptureFixture) -> None:
    secret = "Xyzzy-4711"  # noqa: S105  # what must not be found
    there = (("127.0.0.1", 0),)

    async def test() -> None:
        parts = Rehearsal(feed("fw", by_address("127.0.0.1")))
        settings = ListenSettings(tcp=there, http=there)
        listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)
        await listening.start()
        with socket.create_connection(("127.0.0.1", listening.ports["tcp"][0])) as sender:
            sender.sendall(f"5 <13>x{secret} {secret}\n".encode())
        await parts.sink.until_lines(1)
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"http://127.0.0.1:{listening.ports['http'][0]}/_bulk"
            for headers in ({"Authorization": f"Bearer {secret}"}, {}):
                await client.post(url, content=secret, headers=headers)
        await listening.stop()

    with caplog.at_level(logging.DEBUG, logger="midwatch"):
        asyncio.run(test())

    ours = [record for record in caplog.records if record.name.startswith("midwatch.")]
    told = [JsonFormatter("intake").format(record) for record in ours]
    assert len(told) >= 3
    assert not [line for line in told if secret in line]
