"""Readers, each by example, and the laws they keep on any input."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.events.finishing import split_request
from midwatch.events.readers import (
    ABSENT,
    ANY,
    CommonEventFormat,
    Delimited,
    JsonObject,
    KeyValues,
    LogEventExtendedFormat,
    Pattern,
    Patterns,
    When,
)
from midwatch.events.readers.cef import cef_fields, leef_fields
from midwatch.events.readers.json_object import flatten, value_at
from midwatch.events.readers.key_values import pairs_of
from midwatch.events.source import Reader, Value


def read(reader: Reader, message: str) -> dict[str, Value] | None:
    reading = reader.read(message)
    if reading is None:
        return None
    form, values = reading
    found = {**form.constants, **dict(zip(form.names, values, strict=True))}
    return {name: value for name, value in found.items() if value is not None}


SENTENCES = Patterns(
    Pattern(
        r"Failed (?P<auth_method>\w+) for (?P<user>.*) from (?P<src_ip>\S+)$", outcome="failure"
    ),
    Pattern(r"Failed to start (?P<program>\S+)"),
    Pattern(r"knock on (?P<dst_port>\d+)", anchored=False, action="scan"),
    service="door",
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "Failed password for a from b from 192.0.2.1",
            {
                "service": "door", "outcome": "failure", "auth_method": "password",
                "user": "a from b", "src_ip": "192.0.2.1",
            },
        ),
        ("Failed to start ntpd", {"service": "door", "program": "ntpd"}),
        ("a knock on 22 of the door", {"service": "door", "action": "scan", "dst_port": "22"}),
        ("Failed", None),
        ("", None),
    ],
)  # fmt: skip
def test_sentences(message: str, expected: dict[str, Value] | None) -> None:
    assert read(SENTENCES, message) == expected


@given(st.text())
def test_dispatch_by_first_word_changes_nothing(message: str) -> None:
    by_hand = None
    for pattern in SENTENCES.patterns:
        expression = re.compile(pattern.expression)
        found = (expression.match if pattern.anchored else expression.search)(message)
        if found:
            by_hand = found.groups()
            break
    reading = SENTENCES.read(message)
    assert (reading[1] if reading else None) == by_hand


def test_an_unnamed_group_is_refused() -> None:
    with pytest.raises(ValueError, match="unnamed group"):
        _ = Pattern("a (b)").form


def pairs_reader() -> KeyValues:
    return KeyValues(
        {"src_ip": ("srcip", "src"), "user": "user", "dst_port": "dstport"},
        When({"type": "event", "status": ("failed", "failure")}, outcome="failure"),
        When({"type": re.compile("^traf"), "action": ANY, "user": ABSENT}, action="flow"),
        require=("type",),
        source_kind="box",
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            'type=event status="Failed" user="a \\"b\\" c" src=192.0.2.1',
            {"source_kind": "box", "outcome": "failure", "user": 'a "b" c', "src_ip": "192.0.2.1"},
        ),
        (
            "type=traffic action=x user=N/A srcip=192.0.2.2 src=192.0.2.1 dstport=22",
            {"source_kind": "box", "action": "flow", "src_ip": "192.0.2.2", "dst_port": "22"},
        ),
        ("type=other", {"source_kind": "box"}),
        ("status=failed", None),
        ("no pairs here", None),
    ],
)
def test_key_values(message: str, expected: dict[str, Value] | None) -> None:
    reader = pairs_reader()
    assert read(reader, message) == expected
    assert read(reader, message) == expected


WORDS = st.text('abc=" \\,;[]', max_size=6)
MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["type", "src", "srcip", "user", "status", "x", "y"]), WORDS, st.booleans()
    ),
    max_size=7,
).map(
    lambda pairs: " ".join(
        f'{key}="{value}"' if quoted else f"{key}={value}" for key, value, quoted in pairs
    )
)


@given(st.lists(MESSAGES, min_size=1, max_size=6))
def test_learnt_orders_read_what_the_slow_way_reads(messages: list[str]) -> None:
    learnt = pairs_reader()
    for message in messages:
        assert read(learnt, message) == read(pairs_reader(), message)


def test_json_paths_lists_and_dotted_keys() -> None:
    reader = JsonObject(
        {"src_ip": ("client.ip", "peer"), "user": "users.0.name"},
        When({"ok": "false"}, outcome="failure"),
        require=("client",),
    )
    message = '{"client": {"ip": "192.0.2.1"}, "users": [{"name": "mia"}], "ok": false}'
    assert read(reader, message) == {"src_ip": "192.0.2.1", "user": "mia", "outcome": "failure"}
    assert read(reader, '{"other": 1}') is None
    assert read(reader, "[1]") is None
    assert read(reader, '{"client": ' * 5000) is None
    assert value_at({"a.b": {"c.d": 1}}, "a.b.c.d") == 1
    assert flatten({"a": [{"b": 1}, {"b": 2}]}) == {"a.0.b": 1, "a.1.b": 2}


def test_separated_values_with_several_layouts() -> None:
    reader = Delimited(
        {"LOGIN": ("kind", "who", "from"), "FLOW": ("kind", "", "from")},
        {"user": "who", "src_ip": "from"},
        When({"kind": "LOGIN"}, category="authentication"),
    )
    assert read(reader, 'LOGIN,"a, b",192.0.2.1,more') == {
        "category": "authentication",
        "user": "a, b",
        "src_ip": "192.0.2.1",
    }
    assert read(reader, "FLOW,x,192.0.2.1") == {"src_ip": "192.0.2.1"}
    assert read(reader, "OTHER,x,192.0.2.1") is None


def test_cef_values_hold_blanks_escapes_and_labels() -> None:
    message = (
        r"CEF:0|Acme|Gate \| Way|1|100|Login failed|5|src=192.0.2.1 msg=a \= b cs1Label=Rule cs1=7"
    )
    fields = cef_fields(message)
    assert fields is not None
    assert fields["device_product"] == "Gate | Way"
    assert (fields["src"], fields["msg"], fields["Rule"]) == ("192.0.2.1", "a = b", "7")
    reader = CommonEventFormat({"src_ip": "src"}, vendors=("acme",))
    assert read(reader, message) == {"src_ip": "192.0.2.1"}
    assert read(CommonEventFormat({"src_ip": "src"}, vendors=("other",)), message) is None


@pytest.mark.parametrize(
    "message",
    [
        "LEEF:1.0|Acme|Gate|1|login|src=192.0.2.1\tusrName=mia b",
        "LEEF:2.0|Acme|Gate|1|login|^|src=192.0.2.1^usrName=mia b",
        "LEEF:2.0|Acme|Gate|1|login|0x7c|src=192.0.2.1|usrName=mia b",
    ],
)
def test_leef_in_both_versions(message: str) -> None:
    reader = LogEventExtendedFormat({"src_ip": "src", "user": "usrName"})
    assert read(reader, message) == {"src_ip": "192.0.2.1", "user": "mia b"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("GET /a?b HTTP/1.1", ("GET", "/a?b", "1.1")),
        ("GET /a b HTTP/1.0", ("GET", "/a b", "1.0")),
        ("GET /a", ("GET", "/a", None)),
        ("\\x16\\x03\\x01", (None, "\\x16\\x03\\x01", None)),
        ("", (None, None, None)),
    ],
)
def test_request_lines(text: str, parts: tuple[str | None, ...]) -> None:
    assert split_request(text) == parts


@given(st.text())
def test_any_text_can_be_offered(text: str) -> None:
    pairs_of(text)
    pairs_of(text, "|")
    cef_fields("CEF:" + text)
    leef_fields("LEEF:2.0" + text)
    for reader in (SENTENCES, pairs_reader(), JsonObject({"a": "b.c"}), Delimited(("a", "b"), {})):
        read(reader, text)
