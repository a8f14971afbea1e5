"""The shapes in which Windows events travel: which keys of each matter.

For each an envelope (the few keys that name channel and number), and the mould of a record:
whatever ``shapes`` would look at is typed strictly, the rest may vary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from midwatch.events.sources.windows.shapes import NXLOG_SYSTEM
from midwatch.events.sources.windows.templates import Mould, Moulded, Record, slot_of

_PARTS: Final = ("EventData", "UserData", "ProcessingErrorData", "RenderingInfo")
_TEXTS: Final = ("Computer", "Level", "Task", "Keywords", "EventRecordID")
_ATTRIBUTES: Final = {"Provider": "Name", "Security": "UserID", "TimeCreated": "SystemTime"}
_WINLOG: Final = (
    "provider_name", "source_name", "computer_name", "level", "task", "keywords", "record_id",
    "record_number",
)  # fmt: skip
_FLAT_USED: Final = frozenset(
    {"Hostname", "SourceName", "SeverityValue", "Task", "Keywords", "RecordNumber", "@timestamp",
     "TimeCreated", "EventTime", "Message"}
)  # fmt: skip
_FLAT_IDLE: Final = NXLOG_SYSTEM - _FLAT_USED
Key = tuple[Any, Any, Any]
"""Channel, event number and provider as they are written."""


class Marked(Struct, frozen=True, gc=False):
    """A number that stands as the text of an object, beside attributes."""

    text: int | str = field(name="#text")


class _Named(Struct, frozen=True, gc=False):
    Name: str | None = None


class _Provider(Struct, gc=False):
    attributes: _Named = field(name="#attributes", default=_Named())


class _System(Struct, gc=False):
    EventID: int | str | Marked
    Channel: str | None = None
    Provider: _Provider | None = None


class _Event(Struct, gc=False):
    System: _System


class _Rendered(Struct, gc=False):
    Event: _Event


class _Winlog(Struct, gc=False):
    event_id: int | str
    channel: str
    provider_name: str | None = None


class _Beat(Struct, gc=False):
    winlog: _Winlog
    Event: None = None
    win: None = None
    data: None = None


class _Flat(Struct, gc=False):
    EventID: int | str
    Channel: str
    SourceName: str | None = None
    Event: None = None
    win: None = None
    data: None = None
    winlog: None = None
    System: None = None
    event_id: None = None


def _rendered(record: Record) -> tuple[Mould, Moulded]:
    mould = Mould()
    event = record["Event"]
    system = event["System"]
    at = f"{slot_of('Event')}.{slot_of('System')}"
    given = {name: mould.text(system.get(name), f"{at}.{slot_of(name)}") for name in _TEXTS}
    for name, inner in _ATTRIBUTES.items():
        given[name] = mould.attribute(system.get(name), inner, f"{at}.{slot_of(name)}")
    kind, marked = mould.part(system, given)
    marked = {"Channel": system.get("Channel"), "EventID": system.get("EventID"), **marked}
    parts = {
        part: mould.data(event.get(part), f"{slot_of('Event')}.{slot_of(part)}") for part in _PARTS
    }
    return mould, mould.part(
        record, {"Event": mould.part(event, {"System": (kind, marked), **parts})}
    )


def _beat(record: Record) -> tuple[Mould, Moulded]:
    mould = Mould()
    winlog = record["winlog"]
    at = slot_of("winlog")
    given = {name: mould.value(winlog.get(name), f"{at}.{slot_of(name)}") for name in _WINLOG}
    for name in ("event_data", "user_data"):
        given[name] = mould.data(winlog.get(name), f"{at}.{slot_of(name)}")
    kind, marked = mould.part(winlog, given)
    marked = {"channel": winlog["channel"], "event_id": winlog["event_id"], **marked}
    top: dict[str, Moulded] = {"winlog": (kind, marked)}
    for name in ("@timestamp", "level"):
        top[name] = mould.value(record.get(name), slot_of(name))
    for name, inner in (("host", "name"), ("event", "created")):
        node = record.get(name)
        if isinstance(node, dict):
            leaf = mould.value(node.get(inner), f"{slot_of(name)}.{slot_of(inner)}")
            top[name] = mould.part(node, {inner: leaf})
        else:
            top[name] = mould.value(node, slot_of(name))
    return mould, mould.part(record, top)


def _flat(record: Record) -> tuple[Mould, Moulded]:
    mould = Mould()
    idle = _FLAT_IDLE | {"Channel", "EventID"}
    kind, marked = mould.data(record, "", idle, flat=True)
    mould.paths = [path.removeprefix(".") for path in mould.paths]
    return mould, (kind, {"Channel": record["Channel"], "EventID": record["EventID"], **marked})


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape: its envelopes' decoder, what they name, and the mould of a record.

    ``mould`` raises ``UnlikeError`` for records that must be read the ordinary way.
    """

    name: str
    envelopes: msgspec.json.Decoder[Any]
    keys: Callable[[list[Any]], list[Key]]
    mould: Callable[[Record], tuple[Mould, Moulded]]


def _rendered_keys(events: list[Any]) -> list[Key]:
    return [
        (system.Channel, system.EventID, system.Provider and system.Provider.attributes.Name)
        for event in events
        for system in (event.Event.System,)
    ]


def _beat_keys(events: list[Any]) -> list[Key]:
    return [
        (winlog.channel, winlog.event_id, winlog.provider_name)
        for event in events
        for winlog in (event.winlog,)
    ]


def _flat_keys(events: list[Any]) -> list[Key]:
    return [(event.Channel, event.EventID, event.SourceName) for event in events]


SHAPES: Final = (
    Shape("rendered", msgspec.json.Decoder(_Rendered), _rendered_keys, _rendered),
    Shape("winlogbeat", msgspec.json.Decoder(_Beat), _beat_keys, _beat),
    Shape("flat", msgspec.json.Decoder(_Flat), _flat_keys, _flat),
)
