"""The NATS side of a JetStream spool: connecting, publishing, fetching; no parcels here.

Subjects: ``NAME.parcels`` for groups; ``NAME.state.position`` and ``NAME.state.damaged.…`` in
the stream ``NAME_state``, which keeps the newest message of each subject.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import msgspec

from midwatch.intake.parcels import SpoolFullError
from midwatch.kernel import ConfigurationError

try:
    import nats.errors
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.api import DiscardPolicy, StorageType, StreamConfig
    from nats.js.errors import APIError, NotFoundError
except ImportError as error:
    raise ConfigurationError(
        "the spool on NATS needs a library that is not installed",
        remedy="install it: pip install 'midwatch[nats]'",
    ) from error

_REQUEST_SECONDS: Final = 2.0
_RECONNECT_SECONDS: Final = 0.25
_HEADER_ROOM: Final = 4096
_BATCH: Final = 500
_LOOK_BACK: Final = 100
_NAME: Final = "Midwatch-Name"
_WRONG_SEQUENCE: Final = {10071, 10164}
_NO_ROOM: Final = {10023, 10028, 10047, 10077}
"""Insufficient resources, memory, storage; and the stream's maximum of bytes."""


class StreamLostError(Exception):
    """The server did not answer as it should; trying again may help."""


class StreamMovedError(Exception):
    """The stream has moved on since we looked."""


class Headers(msgspec.Struct, frozen=True):
    """What a message says of its group.

    ``total``: parcels ever put into the stream, with this group. ``parts``: messages it takes.
    """

    name: str = ""
    count: int = 0
    oldest: int = 0
    total: int = 0
    checksum: bytes = b""
    parts: int = 1


class Kept(msgspec.Struct, frozen=True):
    """A group as the stream has it; ``sequence`` is that of its last message."""

    sequence: int
    content: bytes
    headers: Headers


class State(msgspec.Struct, frozen=True):
    """The stream's first and last sequence, its messages and bytes."""

    first: int
    last: int
    messages: int
    size: int


class Stream:
    """To be used in one event loop; see the module's documentation."""

    def __init__(
        self,
        servers: Sequence[str],
        name: str,
        budget: int,
        clock: Callable[[], float],
        options: dict[str, Any],
    ) -> None:
        """Nothing is reached for yet. ``clock``: seconds since 1970."""
        self.last = 0
        self.total = 0
        self.name, self.aside = name, f"{name}_state"
        self._servers = list(servers)
        self._budget = budget
        self._clock = clock
        self._options = options
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None
        self._connecting = asyncio.Lock()

    async def ready(self) -> JetStreamContext:
        """The connection, made when it is not there yet.

        Raises:
            StreamLostError: There is none now.
        """
        async with self._connecting:
            if self._client is None or self._client.is_closed:
                await self._connect()
            client = self._client
            if client is None or not client.is_connected:
                raise StreamLostError("there is no connection")
            if self._jetstream is None:
                context = client.jetstream(timeout=_REQUEST_SECONDS)
                await self._make(context)
                self._jetstream = context
                await self._look(context)
            return self._jetstream

    async def _connect(self) -> None:
        client = Client()
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                await client.connect(
                    self._servers,
                    name="midwatch spool",
                    error_cb=_quiet,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=_RECONNECT_SECONDS,  # type: ignore[arg-type]  # it sleeps so many seconds, whole or not
                    **self._options,
                )
        except (OSError, TimeoutError, nats.errors.Error) as error:
            with suppress(Exception):
                await client.close()
            raise StreamLostError(f"no connection: {type(error).__name__} {error}") from error
        self._client, self._jetstream = client, None

    async def _make(self, context: JetStreamContext) -> None:
        """Make the streams, or bring the budget of an older one up to date."""
        parcels = StreamConfig(
            name=self.name,
            subjects=[f"{self.name}.parcels"],
            max_bytes=self._budget,
            discard=DiscardPolicy.NEW,
            storage=StorageType.FILE,
            allow_direct=True,
            allow_atomic=True,
            first_seq=int(self._clock() * 1000),
        )
        state = StreamConfig(
            name=self.aside,
            subjects=[f"{self.name}.state.>"],
            max_msgs_per_subject=1,
            storage=StorageType.FILE,
            allow_direct=True,
        )
        async with _asking():
            for wanted in (parcels, state):
                try:
                    found = (await context.stream_info(wanted.name or "")).config
                except NotFoundError:
                    await context.add_stream(wanted)
                    continue
                if found.max_bytes != wanted.max_bytes and wanted is parcels:
                    found.max_bytes = wanted.max_bytes
                    await context.update_stream(found)

    async def _look(self, context: JetStreamContext) -> None:
        """Learn the last sequence, and how many parcels were ever put in."""
        async with _asking():
            state = (await context.stream_info(self.name)).state
        self.last = state.last_seq
        for sequence in range(state.last_seq, max(state.first_seq, self.last - _LOOK_BACK) - 1, -1):
            found = await self._message(context, sequence)
            if found is not None and found.headers.total:
                self.total = max(self.total, found.headers.total)
                break

    async def refresh(self) -> None:
        """Look again, after somebody moved the stream."""
        await self._look(await self.ready())

    async def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            with suppress(nats.errors.Error, OSError):
                await self._client.close()

    async def state(self) -> State:
        """How the stream stands."""
        context = await self.ready()
        async with _asking():
            found = (await context.stream_info(self.name)).state
        return State(found.first_seq, found.last_seq, found.messages, found.bytes)

    async def publish(self, content: bytes, headers: Headers, after: int) -> int:
        """Keep a group behind the sequence ``after`` and nowhere else; its sequence.

        Raises:
            SpoolFullError: The stream or the server has no room.
            StreamMovedError: The stream's last sequence is another.
            StreamLostError: Nobody knows whether it was kept.
        """
        context = await self.ready()
        client = self._client
        assert client is not None  # noqa: S101  # ready() saw to it
        most = client.max_payload - _HEADER_ROOM
        parts = [content[start : start + most] for start in range(0, len(content), most)]
        given = msgspec.structs.replace(headers, parts=len(parts))
        told = {"Midwatch-Group": msgspec.json.encode(given).decode()}
        expected = {"Nats-Expected-Last-Sequence": str(after)}
        subject = f"{self.name}.parcels"
        async with _asking():
            if len(parts) == 1:
                named = {**told, **expected, "Nats-Msg-Id": headers.name}
                sequence = (await context.publish(subject, content, headers=named)).seq
            else:
                sequence = await self._publish_batch(client, parts, told, expected)
        self.last, self.total = sequence, headers.total
        return sequence

    async def _publish_batch(
        self, client: Client, parts: Sequence[bytes], told: dict[str, str], expected: dict[str, str]
    ) -> int:
        """All parts or none (https://github.com/nats-io/nats-architecture-and-design, ADR-50)."""
        subject, batch = f"{self.name}.parcels", uuid.uuid4().hex
        for number, part in enumerate(parts, 1):
            headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            headers |= {**told, "Midwatch-Part": str(number)}
            if number == 1:
                headers |= expected
            if number == len(parts):
                headers["Nats-Batch-Commit"] = "1"
            answer = await client.request(subject, part, timeout=_REQUEST_SECONDS, headers=headers)
            if answer.data:
                told_back = json.loads(answer.data)
                if "error" in told_back:
                    raise APIError.from_error(told_back["error"])
                if number == len(parts):
                    return int(told_back["seq"])
        raise StreamLostError("the batch was not acknowledged")

    async def find(self, name: str, after: int) -> int | None:
        """The sequence of a group of that name that was kept behind ``after``, if it was.

        One writer only, so that it is the newest of all. Where it was read, released and deleted
        since, the note of what was released last bears its name.
        """
        following = await self.messages(after + 1, 1)
        if following:
            first = following[0]
            return first.sequence if first.headers.name == name else None
        last = (await self.state()).last
        if last <= after:
            return None
        # Earlier versions did not note the name.
        return last if (await self._noted())[1] in (name, "") else None

    async def message(self, sequence: int) -> Kept | None:
        """The message of a sequence, if it is there; of a group in parts, only that part."""
        return await self._message(await self.ready(), sequence)

    async def _message(self, context: JetStreamContext, sequence: int) -> Kept | None:
        if sequence < 1:
            return None
        try:
            async with _asking():
                found = await context.get_msg(self.name, seq=sequence, direct=True)
        except NotFoundError:
            return None
        return Kept(sequence, found.data or b"", _headers(found.headers))

    async def messages(self, sequence: int, most_bytes: int) -> list[Kept]:
        """Whole groups from a sequence on, about so many bytes, at least one if there is any."""
        kept: list[Kept] = []
        pieces: list[bytes] = []
        while True:
            found = await self._fetch(sequence, most_bytes)
            for at, message in found:
                headers = _headers(message.headers)
                part = int((message.headers or {}).get("Midwatch-Part", "1"))
                if headers.parts > 1 and part == 1:
                    pieces = []
                elif headers.parts > 1 and part != len(pieces) + 1:
                    # We came in at the middle of a group: begin at its beginning.
                    return await self.messages(at - part + 1, most_bytes)
                if headers.parts > 1:
                    pieces.append(message.data)
                    if part < headers.parts:
                        continue
                content = b"".join(pieces) if headers.parts > 1 else message.data
                kept.append(Kept(at, content, headers))
                pieces = []
            if kept or not found:
                return kept
            sequence = found[-1][0] + 1

    async def _fetch(self, sequence: int, most_bytes: int) -> list[tuple[int, Msg]]:
        """Messages from a sequence on by one request (a batched direct get, ADR-31)."""
        await self.ready()
        client = self._client
        assert client is not None  # noqa: S101  # ready() saw to it
        asked = {"seq": max(sequence, 1), "batch": _BATCH, "max_bytes": max(most_bytes, 1)}
        found: list[tuple[int, Msg]] = []
        async with _asking():
            inbox = client.new_inbox()
            answers = await client.subscribe(inbox)
            try:
                await client.publish(
                    f"$JS.API.DIRECT.GET.{self.name}", json.dumps(asked).encode(), reply=inbox
                )
                while True:
                    message = await answers.next_msg(_REQUEST_SECONDS)
                    headers = message.headers or {}
                    if headers.get("Status") in {"204", "404"}:
                        return found
                    if "Status" in headers:
                        raise StreamLostError(headers.get("Description", headers["Status"]))
                    found.append((int(headers["Nats-Sequence"]), message))
            finally:
                with suppress(nats.errors.Error):
                    await answers.unsubscribe()

    async def purge_before(self, sequence: int) -> None:
        """Delete all messages before that sequence."""
        context = await self.ready()
        async with _asking():
            await context.purge_stream(self.name, seq=sequence)

    async def position(self) -> int:
        """The number noted last; 0 at first."""
        return (await self._noted())[0]

    async def _noted(self) -> tuple[int, str]:
        """(The number noted last, the name of its group)."""
        context = await self.ready()
        try:
            async with _asking():
                found = await context.get_last_msg(self.aside, f"{self.name}.state.position")
        except NotFoundError:
            return 0, ""
        return int(found.data or b"0"), (found.headers or {}).get(_NAME, "")

    async def set_position(self, number: int, name: str) -> None:
        """Note a number durably, and the name of the group that it ends."""
        context = await self.ready()
        async with _asking():
            await context.publish(
                f"{self.name}.state.position",
                str(number).encode(),
                headers={_NAME: name} if name else None,
            )

    async def set_aside(self, kept: Kept) -> bool:
        """Keep a copy of a message that cannot be read; whether it is the first."""
        context = await self.ready()
        assert self._client is not None  # noqa: S101  # ready() saw to it
        content = kept.content[: self._client.max_payload - _HEADER_ROOM]
        subject = f"{self.name}.state.damaged.{kept.sequence}.{max(kept.headers.count, 1)}"
        try:
            async with _asking():
                await context.publish(
                    subject, content, headers={"Nats-Expected-Last-Subject-Sequence": "0"}
                )
        except StreamMovedError:
            return False
        return True

    async def damaged(self) -> int:
        """How many parcels were in what was set aside; a foreign message counts for one."""
        context = await self.ready()
        async with _asking():
            found = await context.stream_info(self.aside, f"{self.name}.state.damaged.>")
        return sum(int(subject.rpartition(".")[2]) for subject in found.state.subjects or {})


def _headers(headers: dict[str, str] | None) -> Headers:
    try:
        return msgspec.json.decode((headers or {}).get("Midwatch-Group", "{}"), type=Headers)
    except msgspec.DecodeError:
        return Headers()


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    """The errors of the server and of the connection as ours."""
    try:
        yield
    except NotFoundError:
        raise
    except APIError as error:
        if error.err_code in _WRONG_SEQUENCE:
            raise StreamMovedError from error
        if error.err_code in _NO_ROOM:
            raise SpoolFullError(
                f"the stream is full: {error.description}",
                remedy="see why the watch does not keep up, or give the spool a larger budget",
            ) from error
        raise StreamLostError(str(error)) from error
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise StreamLostError(str(error) or type(error).__name__) from error


async def _quiet(_: Exception) -> None:
    """What goes wrong in the background shows at the next call."""
