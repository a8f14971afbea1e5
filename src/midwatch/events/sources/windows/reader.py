"""Reads one Windows event from its JSON text, whatever tool wrote it.

Event data become columns under Microsoft's names, which is what Sigma rules ask for;
the common columns (user, src_ip …) come on top. Forms are shared by all events with the
same columns and meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from midwatch.events.readers.json_object import decode_object
from midwatch.events.readers.mapping import plain, present
from midwatch.events.source import Form, Reading, Value
from midwatch.events.sources.windows.meanings import meaning_of
from midwatch.events.sources.windows.shapes import take_apart

COMMON: Final[dict[str, tuple[str, ...]]] = {
    "src_ip": ("IpAddress", "ClientAddress", "SourceIp", "SourceAddress", "IPString", "Param3"),
    "src_port": ("IpPort", "SourcePort", "ClientPort"),
    "dst_ip": ("DestinationIp", "DestAddress"),
    "dst_port": ("DestinationPort", "DestPort"),
    "user": ("TargetUserName", "AccountName", "SamAccountName", "SubjectUserName", "User"),
    "src_user": ("SubjectUserName",),
    "domain": ("TargetDomainName", "SubjectDomainName"),
    "command": ("CommandLine", "ProcessCommandLine"),
    "process": ("Image", "NewProcessName", "ProcessName", "Application"),
    "signature": ("Threat Name", "ThreatName"),
    "query_name": ("QueryName",),
}
"""Common column → event data it comes from; the first that holds something wins."""
SYSTEM: Final = (
    "Channel", "EventID", "Provider_Name", "Computer", "Level", "Task", "Keywords",
    "EventRecordID", "UserID",
)  # fmt: skip
MOST_COLUMNS: Final = 120
_MOST_FORMS: Final = 4096


class WindowsEvents:
    """The reader; see the module's documentation."""

    def __init__(self) -> None:
        """No form is known yet."""
        self._forms: dict[tuple[object, ...], Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        record = decode_object(message)
        if record is None:
            return None
        parts = take_apart(record)
        if parts is None:
            return None
        system, data = parts
        event = str(system.get("EventID", ""))
        means = meaning_of(str(system.get("Channel") or ""), event, data)
        columns: dict[str, Value] = {"time": plain(system.get("time"))}
        columns["host"] = plain(system.get("Computer"))
        for name in SYSTEM:
            columns[name] = plain(system.get(name))
        for name, keys in COMMON.items():
            for key in keys:
                value = data.get(key)
                if present(value):
                    columns[name] = plain(value)
                    break
        for key, value in data.items():
            if key not in columns and len(columns) < MOST_COLUMNS:
                columns[key] = plain(value)
        return self.form(tuple(columns), means), tuple(columns.values())

    def form(self, names: tuple[str, ...], means: Mapping[str, Value]) -> Form:
        """The form with these columns and constants; the same one each time."""
        key = (names, tuple(means.items()))
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            form = Form(names, dict(means), self.vendor)
            self._forms[key] = form
        return form

    @staticmethod
    def vendor(message: str) -> dict[str, object]:
        """All fields of the event, under Microsoft's names."""
        record = decode_object(message)
        parts = take_apart(record) if record is not None else None
        return {**parts[0], **parts[1]} if parts is not None else {}
