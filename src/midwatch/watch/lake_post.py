"""How events travel from the pipeline to the process that writes the lake, and its answers.

Both ends are one program of one interpreter on one machine, started by each other, and what
travels lives no longer than they do. So it is ``marshal``, which is the quickest by far and
takes any text and number: lists of plain values, column by column.

>>> stream = io.BytesIO()
>>> send(stream, ("committed", "spool"))
>>> stream.seek(0)
0
>>> receive(stream)
('committed', 'spool')
>>> receive(stream) is None
True
"""

from __future__ import annotations

import io  # noqa: F401  # for the example
import marshal
from collections.abc import Sequence
from typing import IO, Any, Final

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.schema import Logsource
from midwatch.events.source import Form
from midwatch.watch.feeds import FeedEvents

_SIZE: Final = 8
_NO_FORM: Final = Form((), {})
_NO_LOGSOURCE: Final = Logsource()


def send(stream: IO[bytes], message: tuple[Any, ...]) -> None:
    """Send one message.

    Raises:
        OSError: Nobody reads it any more.
    """
    data = marshal.dumps(message)
    stream.write(len(data).to_bytes(_SIZE, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Any, ...] | None:
    """The next message; None when the other end is gone, be it in the midst of one."""
    head = stream.read(_SIZE)
    if len(head) < _SIZE:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    if len(data) < size:
        return None
    message: tuple[Any, ...] = marshal.loads(data)  # noqa: S302  # our own other process wrote it
    return message


def packed(events: FeedEvents) -> tuple[Any, ...]:
    """Events as a message; what only detection needs is left out."""
    batches = [
        (
            batch.source,
            {name: _plain(values) for name, values in batch.columns.items()},
            dict(batch.constants),
            _plain(batch.lines),
            _plain(batch.times),
            _plain(batch.raws),
        )
        for batch in events.batches
    ]
    failures = [(each.line, each.reason, each.raw) for each in events.failures]
    return (
        "events", events.tenant, events.office, events.feed, dict(events.received), batches,
        failures, events.lines, events.size,
    )  # fmt: skip


def unpacked(message: tuple[Any, ...]) -> FeedEvents:
    """The events of a message."""
    _, tenant, office, feed, received, batches, failures, lines, size = message
    return FeedEvents(
        tenant, office, feed, received,
        [
            EventBatch(
                source, _NO_LOGSOURCE, _NO_FORM, numbers, times, columns, constants, raws, raws
            )
            for source, columns, constants, numbers, times, raws in batches
        ],
        [ParseFailure(*failure) for failure in failures],
        lines, size,
    )  # fmt: skip


def _plain(values: Sequence[Any]) -> list[Any] | tuple[Any, ...]:
    """Values in a container that can travel; enumerated ones become plain texts."""
    held = values if isinstance(values, (list, tuple)) else list(values)
    if set(map(type, held)) <= _TRAVELLING:
        return held
    return [str(each) if isinstance(each, str) else each for each in held]


_TRAVELLING: Final = {str, int, bool, type(None)}
