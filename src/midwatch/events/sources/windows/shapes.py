"""The JSON shapes in which Windows events travel → system fields and event data.

One record of any shape becomes two mappings: the system part under the names that Sigma
rules use (``Channel``, ``EventID``, ``Provider_Name``, ``Computer`` …) and the event data under
Microsoft's own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Fields = dict[str, object]
NXLOG_SYSTEM: Final = frozenset(
    [
        "EventTime",
        "Hostname",
        "Keywords",
        "EventType",
        "SeverityValue",
        "Severity",
        "EventID",
        "SourceName",
        "ProviderGuid",
        "Version",
        "Task",
        "OpcodeValue",
        "RecordNumber",
        "ThreadID",
        "Channel",
        "Message",
        "Category",
        "Opcode",
        "EventReceivedTime",
        "SourceModuleName",
        "SourceModuleType",
        "@timestamp",
        "@version",
        "host",
        "port",
        "tags",
        "TimeCreated",
        "type",
        "message",
    ]
)


def take_apart(  # noqa: PLR0911  # one return for each shape
    record: Mapping[str, object],
) -> tuple[Fields, Fields] | None:
    """(system fields, event data), or None when the record is no Windows event."""
    event = record.get("Event")
    if isinstance(event, Mapping) and isinstance(event.get("System"), Mapping):
        return _rendered(event)
    win = record.get("win")
    if isinstance(win, Mapping) and isinstance(win.get("system"), Mapping):
        return _wazuh(win)
    data = record.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("win"), Mapping):
        return take_apart(data)
    winlog = record.get("winlog")
    if isinstance(winlog, Mapping) and "event_id" in winlog:
        return _winlogbeat(winlog, record)
    if "event_id" in record and ("log_name" in record or "event_data" in record):
        return _winlogbeat(record, record)
    if isinstance(record.get("System"), Mapping):
        return _rendered(record)
    if "EventID" in record and ("Channel" in record or "SourceName" in record):
        return _flat(record)
    return None


def _value(node: object) -> object:
    """The text of an XML node as JSON converters write it."""
    if isinstance(node, Mapping):
        return node.get("#text", node.get("value"))
    return node


def _attributes(node: object) -> Mapping[str, object]:
    """The attributes of an XML node as JSON converters write them."""
    if not isinstance(node, Mapping):
        return {}
    inner = node.get("#attributes")
    if isinstance(inner, Mapping):
        return inner
    return {key.lstrip("@"): value for key, value in node.items()}


def _rendered(event: Mapping[str, object]) -> tuple[Fields, Fields]:
    system = event["System"]
    assert isinstance(system, Mapping)  # noqa: S101  # the callers looked
    provider = _attributes(system.get("Provider"))
    execution = _attributes(system.get("Execution"))
    fields: Fields = {
        "Channel": _value(system.get("Channel")),
        "EventID": _value(system.get("EventID")),
        "Provider_Name": provider.get("Name"),
        "Provider_Guid": provider.get("Guid"),
        "Computer": _value(system.get("Computer")),
        "Level": _value(system.get("Level")),
        "Task": _value(system.get("Task")),
        "Opcode": _value(system.get("Opcode")),
        "Keywords": _value(system.get("Keywords")),
        "EventRecordID": _value(system.get("EventRecordID")),
        "Execution_ProcessID": execution.get("ProcessID"),
        "UserID": _attributes(system.get("Security")).get("UserID"),
        "time": _attributes(system.get("TimeCreated")).get("SystemTime"),
    }
    data: Fields = {}
    for part in ("EventData", "UserData", "ProcessingErrorData", "RenderingInfo"):
        _gather(event.get(part), data)
    return fields, data


def _gather(node: object, data: Fields) -> None:
    """Event data and (nested) user data into one mapping; the first name wins."""
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key in ("#attributes", "xmlns") or value is None:
            continue
        if isinstance(value, Mapping):
            text = value.get("#text")
            if text is not None:
                data.setdefault(key, _joined(text) if isinstance(text, list) else text)
            else:
                _gather(value, data)
        elif isinstance(value, list):
            data.setdefault(key, _joined(value))
        else:
            data.setdefault(key, value)


def _joined(values: list[object]) -> str:
    """Several values under one name, such as the unnamed data of older programs."""
    plain = [item for item in map(_value, values) if item is not None]
    return "\n".join(map(str, plain))


def _winlogbeat(
    winlog: Mapping[str, object], record: Mapping[str, object]
) -> tuple[Fields, Fields]:
    host = record.get("host")
    name = host.get("name") if isinstance(host, Mapping) else host
    event = record.get("event")
    created = event.get("created") if isinstance(event, Mapping) else None
    fields: Fields = {
        "Channel": winlog.get("channel", winlog.get("log_name")),
        "EventID": winlog.get("event_id"),
        "Provider_Name": winlog.get("provider_name", winlog.get("source_name")),
        "Provider_Guid": winlog.get("provider_guid"),
        "Computer": winlog.get("computer_name", name),
        "Level": winlog.get("level", record.get("level")),
        "Task": winlog.get("task"),
        "Keywords": winlog.get("keywords"),
        "EventRecordID": winlog.get("record_id", winlog.get("record_number")),
        "time": record.get("@timestamp", created),
    }
    data: Fields = {}
    _gather(winlog.get("event_data"), data)
    _gather(winlog.get("user_data"), data)
    return fields, data


def _wazuh(win: Mapping[str, object]) -> tuple[Fields, Fields]:
    system = win["system"]
    assert isinstance(system, Mapping)  # noqa: S101  # the callers looked
    fields: Fields = {
        "Channel": system.get("channel"),
        "EventID": system.get("eventID"),
        "Provider_Name": system.get("providerName"),
        "Computer": system.get("computer"),
        "Level": system.get("level"),
        "Task": system.get("task"),
        "Opcode": system.get("opcode"),
        "Keywords": system.get("keywords"),
        "EventRecordID": system.get("eventRecordID"),
        "time": system.get("systemTime"),
    }
    data: Fields = {}
    _gather(win.get("eventdata"), data)
    return fields, {_pascal(key): value for key, value in data.items()}


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _flat(record: Mapping[str, object]) -> tuple[Fields, Fields]:
    fields: Fields = {
        "Channel": record.get("Channel"),
        "EventID": record.get("EventID"),
        "Provider_Name": record.get("SourceName", record.get("ProviderName")),
        "Provider_Guid": record.get("ProviderGuid"),
        "Computer": record.get("Hostname", record.get("Computer", record.get("MachineName"))),
        "Level": record.get("SeverityValue"),
        "Task": record.get("Task"),
        "Opcode": record.get("OpcodeValue"),
        "Keywords": record.get("Keywords"),
        "EventRecordID": record.get("RecordNumber", record.get("EventRecordID")),
        "time": record.get("@timestamp", record.get("TimeCreated", record.get("EventTime"))),
    }
    data: Fields = {}
    nested = record.get("EventData")
    if isinstance(nested, Mapping):
        _gather(nested, data)
    for key, value in record.items():
        if key not in NXLOG_SYSTEM and key not in fields and value is not None:
            if isinstance(value, Mapping):
                continue
            data.setdefault(
                key, value if not isinstance(value, list) else ", ".join(map(str, value))
            )
    if "Message" in record:
        data.setdefault("Message", record["Message"])
    return fields, data
