"""What shippers wrap lines in, and that our own sources read what is made of it."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.intake.web import collector, elastic, plain_lines, telemetry
from midwatch.intake.web.documents import line_of_document, with_header
from midwatch.intake.web.refusals import Refusal
from midwatch.intake.web.telemetry import Record, line_of
from midwatch.intake.web.tokens import token_of

SHIPPED = {
    "@timestamp": "2024-11-01T02:03:09.000Z",
    "agent": {"name": "web1", "type": "filebeat", "version": "8.17.0"},
    "ecs": {"version": "8.0.0"},
    "host": {"name": "web1"},
}
SSH = "Nov  1 02:03:04 gate sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2"
ACCESS = '192.0.2.7 - - [01/Nov/2024:02:03:04 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"'


def read(line: bytes) -> tuple[str, dict[str, object]]:
    """The source that reads a line, and its fields."""
    reader = LineReader(all_sources(), ClockContext(reference=1_730_426_600_000_000))
    (batch,) = reader.read([line.decode()], 1).batches
    return batch.source, {name: values[0] for name, values in batch.columns.items()}


def document(**fields: object) -> bytes:
    return json.dumps(SHIPPED | fields).encode()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (document(message=SSH, input={"type": "filestream"}), SSH),
        (document(message=SSH, log={"file": {"path": "/var/log/auth.log"}}), SSH),
        (document(message="changed", event={"original": SSH}), SSH),
        (document(message=ACCESS, input={"type": "log"}),
         f"1 2024-11-01T02:03:09.000Z web1 - - - - {ACCESS}"),
        (document(message='{"user": "bob"}', input={"type": "filestream"}), '{"user": "bob"}'),
        (document(message="<34>raw", input={"type": "udp"}), "<34>raw"),
        (document(message="started", input={"type": "journald"},
                  syslog={"identifier": "sshd", "pid": "7"}),
         "1 2024-11-01T02:03:09.000Z web1 sshd 7 - - started"),
        (b'{"message":"a","host":"web1","source_type":"file","timestamp":"2024-11-01T02:03:09Z"}',
         "1 2024-11-01T02:03:09Z web1 - - - - a"),
        (b'{"@timestamp":"2024-11-01T02:03:09Z","log":"from tail"}', "from tail"),
        (b'{"user":"bob","message":"logged in"}', '{"user":"bob","message":"logged in"}'),
        (b'{"a":\n1}', '{"a":1}'),
        (b"no json", "no json"),
        (b"[1]", "[1]"),
        (b'{"message":"", "x": NaN}', '{"message":"", "x": NaN}'),
    ],
)  # fmt: skip
def test_the_line_is_taken_out_of_its_wrapping(given: bytes, line: str) -> None:
    assert line_of_document(given).decode() == line


def test_a_windows_event_stays_the_json_that_our_source_reads() -> None:
    given = document(
        message="An account failed to log on.",
        event={"code": "4625", "original": "<Event/>"},
        winlog={
            "channel": "Security", "event_id": "4625", "computer_name": "DC1",
            "provider_name": "Microsoft-Windows-Security-Auditing",
            "event_data": {"TargetUserName": "bob", "IpAddress": "192.0.2.7"},
        },
    )  # fmt: skip
    source, fields = read(line_of_document(given))

    assert source == "windows"
    assert fields["user"] == "bob"


def test_lines_with_a_header_put_before_them_are_read_with_their_host() -> None:
    source, fields = read(line_of_document(document(message=ACCESS, input={"type": "log"})))

    assert source == "access_log"
    assert (fields["host"], fields["src_ip"]) == ("web1", "192.0.2.7")

    body = "Failed password for root from 192.0.2.7 port 22 ssh2"
    source, fields = read(with_header(body, host="gate", program="sshd", pid="7"))
    assert source == "openssh"
    assert (fields["host"], fields["program"], fields["user"]) == ("gate", "sshd", "root")


def test_names_cannot_break_out_of_the_header() -> None:
    line = with_header("text", stamp="x\ny", host="a b\nc", program="p" * 99, pid="\0")

    assert line == b"1 - a_b_c " + b"p" * 48 + b" - - - text"


def record(body: object, **more: object) -> bytes:
    given = {
        "time": 0, "severity": "", "attributes": {}, "resource": {}, "scope": "", "trace": "",
        "span": "",
    } | more  # fmt: skip
    return line_of(Record(body=body, **given))  # type: ignore[arg-type]  # parts are put together


def test_a_windows_event_of_the_collector_is_read_as_one() -> None:
    line = record(
        {
            "channel": "Security", "computer": "DC1", "event_id": {"id": 4625, "qualifiers": 0},
            "provider": {"name": "Microsoft-Windows-Security-Auditing"},
            "system_time": "2024-11-01T02:03:04Z",
            "event_data": {"data": [{"TargetUserName": "bob"}, {"IpAddress": "192.0.2.7"}]},
        }
    )  # fmt: skip
    source, fields = read(line)

    assert source == "windows"
    assert fields["user"] == "bob"


def test_a_record_with_attributes_keeps_them_all() -> None:
    line = record(
        "login failed",
        time=1_730_426_584_123_456_789,
        severity="WARN",
        attributes={"user": "bob"},
        resource={"host.name": "pc1"},
        scope="shop",
        trace="aa",
    )

    assert json.loads(line) == {
        "time": "2024-11-01T02:03:04.123456Z", "severity": "WARN", "message": "login failed",
        "attributes": {"user": "bob"}, "resource": {"host.name": "pc1"}, "scope": "shop",
        "trace_id": "aa",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Splunk abc", "abc"),
        ("ApiKey " + base64.b64encode(b"id:abc").decode(), "abc"),
        ("ApiKey abc", "abc"),
        ("Basic " + base64.b64encode(b"me:a:b").decode(), "a:b"),
        ("Basic abc", ""),
        ("Basic \xff", ""),
        ("Digest abc", ""),
        ("", ""),
    ],
)
def test_the_token_is_found_in_every_form(header: str, token: str) -> None:
    assert token_of(header) == token


KEYS = [
    "resourceLogs", "scopeLogs", "logRecords", "body", "attributes", "resource", "key", "value",
    "stringValue", "intValue", "bytesValue", "arrayValue", "kvlistValue", "values", "event", "host",
    "time", "message", "winlog", "log", "index", "_id", "timeUnixNano", "event_id", "channel",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_whatever_comes_is_made_into_lines_or_refused(body: bytes) -> None:
    wrapped = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[%s]}]}]}' % body
    makes: list[Callable[[], list[bytes]]] = [
        lambda: elastic.take_apart(b'{"index":{}}\n' + body).lines,
        lambda: elastic.take_apart(body).lines,
        lambda: telemetry.lines_of_json(body)[0],
        lambda: telemetry.lines_of_json(wrapped)[0],
        lambda: telemetry.lines_of_protobuf(body),
        lambda: collector.lines_of(body),
        lambda: collector.lines_of(b'{"event":%s}' % body),
        lambda: plain_lines.lines_of(body, "application/json"),
        lambda: plain_lines.lines_of(b"[%s]" % body, "application/json"),
        lambda: [line_of_document(body)],
    ]
    for make in makes:
        lines: list[bytes] = []
        status = 400
        try:
            lines = make()
        except Refusal as refusal:
            status = refusal.status

        assert status == 400
        assert all(isinstance(line, bytes) for line in lines)
