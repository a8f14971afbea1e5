"""OpenTelemetry logs over HTTP (OTLP), in protobuf and in JSON → lines.

Source: OTLP 1.x, "OTLP/HTTP Request" and "JSON Protobuf Encoding"; logs data model.

- A body that the collector read from a file or received as syslog is the log line itself, and
  so is a text body without attributes: that line is taken, with the host (``host.name``) and
  program (``service.name``) in a header when it has none.
- Windows events of the collector's ``windowseventlog`` receiver become Winlogbeat's form.
- Every other record becomes one line of JSON: ``time`` (UTC), ``severity``, ``message`` or the
  fields of the body, ``attributes``, ``resource``, ``scope``, ``trace_id`` and ``span_id``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from midwatch.intake.web.documents import encoded, text_at, with_header
from midwatch.intake.web.refusals import Refusal

Fields = dict[str, object]
_DEEPEST: Final = 32
_LINE_MARKS: Final = ("log.file.name", "log.file.path", "log.record.original", "net.peer.ip")


class Record(msgspec.Struct):
    """One log record, whichever encoding it came in. ``time``: nanoseconds since 1970."""

    body: object
    time: int
    severity: str
    attributes: Fields
    resource: Fields
    scope: str
    trace: str
    span: str


def lines_of_protobuf(body: bytes) -> list[bytes]:
    """One line for each record of an ``ExportLogsServiceRequest``.

    Raises:
        Refusal: It is none.
    """
    request = ExportLogsServiceRequest()
    try:
        request.ParseFromString(body)
    except (DecodeError, RecursionError) as error:
        raise _malformed("the body is no ExportLogsServiceRequest") from error
    return [line_of(record) for record in _records(request)]


def lines_of_json(body: bytes) -> tuple[list[bytes], int]:
    """One line for each record, and the number of records that are none.

    Raises:
        Refusal: The body is not the JSON form of an ``ExportLogsServiceRequest``.
    """
    try:
        request = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed("the body is no JSON") from error
    if not isinstance(request, dict):
        raise _malformed("the body is no JSON object")
    lines: list[bytes] = []
    rejected = 0
    for group in _dicts(request.get("resourceLogs")):
        resource = _fields(_dict(group.get("resource")).get("attributes"))
        for scoped in _dicts(group.get("scopeLogs")):
            scope = text_at(scoped, "scope.name")
            found = scoped.get("logRecords")
            for raw in found if isinstance(found, list) else []:
                if not isinstance(raw, dict):
                    rejected += 1
                    continue
                record = Record(
                    body=_value(raw.get("body")),
                    time=_number(raw.get("timeUnixNano"))
                    or _number(raw.get("observedTimeUnixNano")),
                    severity=text_at(raw, "severityText"),
                    attributes=_fields(raw.get("attributes")),
                    resource=resource,
                    scope=scope,
                    trace=text_at(raw, "traceId"),
                    span=text_at(raw, "spanId"),
                )
                lines.append(line_of(record))
    return lines, rejected


def answer_in_protobuf() -> bytes:
    """Full success."""
    return ExportLogsServiceResponse().SerializeToString()


def answer_in_json(rejected: int) -> dict[str, object]:
    """Success, full or partial."""
    if not rejected:
        return {"partialSuccess": {}}
    told = "records that are no JSON objects were left out"
    return {"partialSuccess": {"rejectedLogRecords": str(rejected), "errorMessage": told}}


def line_of(record: Record) -> bytes:
    """The line that our parsers read best; see the module's documentation."""
    stamp = _stamp(record.time)
    host = str(record.resource.get("host.name") or record.attributes.get("host.name") or "")
    program = str(record.resource.get("service.name") or "")
    if program.startswith("unknown_service"):
        program = ""
    original = record.attributes.get("log.record.original")
    raw = original if isinstance(original, str) else record.body
    if isinstance(raw, str) and (
        not record.attributes or any(mark in record.attributes for mark in _LINE_MARKS)
    ):
        return with_header(raw, stamp=stamp, host=host, program=program)
    if isinstance(record.body, dict):
        windows = _windows(record.body, stamp)
        if windows is not None:
            return encoded(windows)
    return encoded(_whole(record, stamp))


def _whole(record: Record, stamp: str) -> Fields:
    fields: Fields = {"time": stamp} if stamp else {}
    if record.severity:
        fields["severity"] = record.severity
    if isinstance(record.body, dict):
        fields |= {name: value for name, value in record.body.items() if name not in fields}
    elif record.body is not None:
        fields["message"] = record.body
    for name, value in (
        ("attributes", record.attributes),
        ("resource", record.resource),
        ("scope", record.scope),
        ("trace_id", record.trace),
        ("span_id", record.span),
    ):
        if value:
            fields.setdefault(name, value)
    return fields


def _windows(body: Fields, stamp: str) -> Fields | None:
    """A Windows event of the collector in the form of Winlogbeat."""
    number = text_at(body, "event_id.id") or text_at(body, "event_id")
    if not number or not isinstance(body.get("channel"), str):
        return None
    winlog: Fields = {
        "channel": body["channel"],
        "event_id": number,
        "provider_name": text_at(body, "provider.name"),
        "provider_guid": text_at(body, "provider.guid"),
        "computer_name": text_at(body, "computer"),
        "level": body.get("level"),
        "task": body.get("task"),
        "keywords": body.get("keywords"),
        "record_id": body.get("record_id"),
        "event_data": _event_data(body.get("event_data")),
    }
    fields: Fields = {"@timestamp": text_at(body, "system_time") or stamp, "winlog": winlog}
    if isinstance(body.get("message"), str):
        fields["message"] = body["message"]
    return fields


def _event_data(data: object) -> object:
    """Event data as one mapping: newer collectors write a list of single pairs."""
    if isinstance(data, Mapping) and isinstance(data.get("data"), list):
        merged: Fields = {}
        for pair in data["data"]:
            if isinstance(pair, dict):
                merged |= pair
        return merged
    return data


def _stamp(nanoseconds: int) -> str:
    if not 0 < nanoseconds < 1 << 62:
        return ""
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds % 1_000_000_000 // 1000:06}Z"


def _records(request: ExportLogsServiceRequest) -> Iterator[Record]:
    for group in request.resource_logs:
        resource = _plain_fields(group.resource.attributes)
        for scoped in group.scope_logs:
            for record in scoped.log_records:
                yield _record(record, resource, scoped.scope.name)


def _record(record: LogRecord, resource: Fields, scope: str) -> Record:
    return Record(
        body=_plain(record.body),
        time=record.time_unix_nano or record.observed_time_unix_nano,
        severity=record.severity_text,
        attributes=_plain_fields(record.attributes),
        resource=resource,
        scope=scope,
        trace=record.trace_id.hex(),
        span=record.span_id.hex(),
    )


def _plain_fields(pairs: Iterable[KeyValue]) -> Fields:
    return {pair.key: _plain(pair.value) for pair in pairs}


def _plain(value: AnyValue) -> object:  # noqa: PLR0911  # one return for each kind
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "bytes_value":
            return _text(value.bytes_value)
        case "array_value":
            return [_plain(each) for each in value.array_value.values]
        case "kvlist_value":
            return _plain_fields(value.kvlist_value.values)
    return None


def _value(value: object, depth: int = 0) -> object:  # noqa: PLR0911  # one return for each kind
    """An ``AnyValue`` in its JSON form."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    for kind, found in value.items():
        match kind:
            case "stringValue" | "boolValue" | "doubleValue":
                return found
            case "intValue":
                return _number(found)
            case "bytesValue":
                try:
                    return _text(base64.b64decode(str(found)))
                except ValueError:
                    return str(found)
            case "arrayValue":
                each = _dict(found).get("values")
                return [_value(v, depth + 1) for v in each] if isinstance(each, list) else []
            case "kvlistValue":
                return _fields(_dict(found).get("values"), depth + 1)
    return None


def _fields(pairs: object, depth: int = 0) -> Fields:
    return {text_at(pair, "key"): _value(pair.get("value"), depth) for pair in _dicts(pairs)}


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _number(value: object) -> int:
    """A 64-bit number, which JSON carries as a text or a number."""
    try:
        return int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0


def _dict(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Fields]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _malformed(cause: str) -> Refusal:
    return Refusal(400, "malformed", cause, remedy="send OTLP logs as protobuf or JSON")
