"""What shippers wrap log lines in → the line that our parsers read best.

- Windows events of Winlogbeat, and every document whose fields are the event itself, stay
  the JSON they are, on one line.
- Where a shipper read a log file or received syslog, ``event.original``, ``message`` or ``log``
  is the line itself, and that is taken. If it has no syslog header of its own and the shipper
  says which host it is from, a header of RFC 5424 without priority is put before it
  (``1 TIME HOST PROGRAM PID - - LINE``), so that the host is not lost.
- Entries of the systemd journal become such a line too, with the program's name and number.

Nothing is refused here: what is no JSON object is taken as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from midwatch.intake.identification import host_of

Fields = Mapping[str, object]
_DECODER: Final = msgspec.json.Decoder()
_FILE_INPUTS: Final = frozenset(
    ["container", "file", "filestream", "log", "socket", "stdin", "syslog", "tcp", "udp", "unix"]
)
_WORD: Final = re.compile(r"[!-~]{1,255}")
_LONGEST_NAMES: Final = {"host": 255, "program": 48, "pid": 128}


def decoded(document: bytes) -> Fields | None:
    """The object, if it is one."""
    try:
        value = _DECODER.decode(document)
    except (msgspec.DecodeError, RecursionError):
        try:
            value = json.loads(document)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def line_of_document(document: bytes) -> bytes:
    """The line in one document of a shipper; see the module's documentation.

    >>> line_of_document(b'{"message":"boot","host":{"name":"pc1"},"input":{"type":"log"}}')
    b'1 - pc1 - - - - boot'
    """
    fields = decoded(document)
    if fields is None:
        return document.strip()
    raw = _raw_line(fields)
    if raw is None:
        return one_line(document, fields)
    return with_header(
        raw,
        stamp=text_at(fields, "@timestamp") or text_at(fields, "timestamp"),
        host=_host(fields),
        program=text_at(fields, "syslog.identifier")
        or text_at(fields, "log.syslog.appname")
        or text_at(fields, "process.name"),
        pid=text_at(fields, "syslog.pid") or text_at(fields, "journald.pid"),
    )


def encoded(value: object) -> bytes:
    """A value as one line of JSON, whatever numbers and texts are in it."""
    try:
        return msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def one_line(document: bytes, fields: object) -> bytes:
    """The document without line feeds."""
    document = document.strip()
    return document if b"\n" not in document else encoded(fields)


def with_header(
    line: str, *, stamp: str = "", host: str = "", program: str = "", pid: str = ""
) -> bytes:
    """The line, with a header before it that names the host, unless it has one or is JSON."""
    raw = line.rstrip("\r\n").encode("utf-8", "replace")
    if not (host or program) or raw[:1] in (b"{", b"<") or host_of(raw):
        return raw
    words = [stamp, _name("host", host), _name("program", program), _name("pid", pid)]
    header = " ".join(word if _WORD.fullmatch(word) else "-" for word in words)
    return f"1 {header} - - ".encode() + raw


def text_at(fields: object, path: str) -> str:
    """The text (or number) at a dotted path, whether nested or with dots in its names."""
    if isinstance(fields, Mapping):
        if path in fields:
            value = fields[path]
            if isinstance(value, str):
                return value
            return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
        spot = path.find(".")
        while spot > 0:
            found = text_at(fields.get(path[:spot]), path[spot + 1 :])
            if found:
                return found
            spot = path.find(".", spot + 1)
    return ""


def _name(what: str, name: str) -> str:
    return "_".join(name.split())[: _LONGEST_NAMES[what]]


def _host(fields: Fields) -> str:
    return (
        text_at(fields, "host.name")
        or text_at(fields, "host.hostname")
        or text_at(fields, "host")
        or text_at(fields, "hostname")
        or text_at(fields, "agent.name")
    )


def _raw_line(fields: Fields) -> str | None:
    """The raw log line in the document, if it wraps one; else the document is the event."""
    if "winlog" in fields or text_at(fields, "winlog.event_id"):
        return None
    original = text_at(fields, "event.original")
    if original:
        return original
    message = text_at(fields, "message")
    if not message:
        # Fluent Bit's tail and Docker's own log driver name the line ``log``.
        log = fields.get("log")
        return log if isinstance(log, str) and _only_shipping(fields) else None
    kind = text_at(fields, "input.type") or text_at(fields, "source_type")
    if kind in _FILE_INPUTS or kind == "journald" or "journald" in fields:
        return message
    if text_at(fields, "log.file.path") or text_at(fields, "log.source.address"):
        return message
    return message if _only_shipping(fields) else None


_SHIPPING: Final = frozenset(
    [
        "@metadata", "@timestamp", "@version", "_p", "agent", "cloud", "container", "container_id",
        "container_name", "date", "ecs", "event", "file", "filename", "host", "hostname", "input",
        "kubernetes", "log", "message", "offset", "orchestrator", "path", "source", "source_type",
        "stream", "tag", "tags", "time", "timestamp",
    ]
)  # fmt: skip
"""Fields that only tell how a line came, not what it says."""


def _only_shipping(fields: Fields) -> bool:
    return all(name in _SHIPPING for name in fields)
