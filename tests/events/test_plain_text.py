"""The generic reader and its parts: addresses, accounts, requests, stamps, fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.events.field_names import role_of
from midwatch.events.plain_fields import PlainFields
from midwatch.events.plain_sentence import account, endpoints, level, request, stamp_in
from midwatch.events.plain_text import read_plain
from midwatch.events.readers import (
    FreePairs,
    JsonObject,
    Pattern,
    Patterns,
    WithSentence,
    json_text,
)
from midwatch.events.source import Reading, Value


def columns(reading: Reading | None) -> dict[str, Value]:
    assert reading is not None
    form, values = reading
    found = {**form.constants, **dict(zip(form.names, values, strict=True))}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("Failed login from 192.0.2.7 port 22", "192.0.2.7", None),
        ("rhost=::ffff:192.0.2.7 user=mia", "192.0.2.7", None),
        ("login failed from [2001:db8::5]:443", "2001:db8::5", None),
        ("src: /192.0.2.7:54106 dest: /198.51.100.7:50010", "192.0.2.7", "198.51.100.7"),
        ("192.0.2.7:5555 -> 198.51.100.7:22", "192.0.2.7", "198.51.100.7"),
        ("from gate.example (192.0.2.7) to 198.51.100.7", "192.0.2.7", "198.51.100.7"),
        ("from 198.51.100.1 (X-Forwarded-For: 192.0.2.7, 198.51.100.2)", "192.0.2.7", None),
        # A name that holds an address does not forge one: the sentence ends with the true one.
        ("Failed login for x from 203.0.113.9 from 192.0.2.7", "192.0.2.7", None),
        ("connected to 198.51.100.7", None, "198.51.100.7"),
        ("Version 10.2.3.4 started", None, None),
        ("agent Mozilla/5.0 (X11) Chrome/120.0.0.1", None, None),
        ("at 08:15:01 with aa:bb:cc:dd:ee:ff", None, None),
        ("route 192.0.2.0/24 mask 255.255.255.0", None, None),
        ("host 7.2.0.192.dialup.example.net", None, None),
        ("oid 1.3.6.1.4.1.2021", None, None),
    ],
)
def test_addresses_have_the_side_their_words_tell(
    text: str, source: str | None, target: str | None
) -> None:
    found = endpoints(text)
    assert tuple(place.address if place else None for place in found) == (source, target)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Login failed for user 'mia'", "mia"),
        ("Login failed for user 'O'Hara' from 192.0.2.7", "O'Hara"),
        ("Invalid login as mia from 192.0.2.7", "mia"),
        ("User [mia] from [192.0.2.7] failed to log in", "mia"),
        ("user=mia@example.com ip=192.0.2.7", "mia@example.com"),
        ("Incorrect password for user mia. IP=192.0.2.7", "mia"),
        ("User root@192.0.2.7 logged in", "root"),
        ("Login for user failed", None),
        ("login failed for mail.example.net [192.0.2.7]", None),
    ],
)
def test_the_account_of_a_login(text: str, name: str | None) -> None:
    assert account(text, sentence=True) == name


def test_a_bare_name_is_only_believed_in_a_login() -> None:
    assert account("waiting for mia", sentence=False) is None


def test_a_request_in_a_text() -> None:
    found = request('192.0.2.7 "GET /a?ip=203.0.113.9 HTTP/1.1" 404 12')
    assert found is not None
    assert found[:4] == ("GET", "/a?ip=203.0.113.9", "1.1", "404")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[error] x", "error"),
        ("lvl=eror msg=x", "eror"),
        ("2025 INFO main: x", "info"),
        ("no error was found", None),
    ],
)
def test_the_level_of_a_text(text: str, word: str | None) -> None:
    assert level(text) == word


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("at 2025-03-12 08:15:01 it", "2025-03-12 08:15:01"),
        ("250312 081501 7 INFO dfs.X: y", "2025-03-12 08:15:01"),
        ("03-12 08:15:01.100  1 2 D X: y", "Mar 12 08:15:01.100"),
        ("[03.12 08:15:01] a.exe - b", "Mar 12 08:15:01"),
        ("- 1741767301 2025.03.12 R02 x", "1741767301"),
        ("March 12, 2025 08:15: x", "March 12, 2025 08:15:00"),
        ("nothing", None),
    ],
)
def test_stamps_in_rare_forms(text: str, stamp: str | None) -> None:
    assert stamp_in(text)[0] == stamp


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (["source", "ip"], "src"),
        (["destination", "ip"], "dst"),
        (["sourceipaddress"], "src"),
        (["vpnclientip"], "src"),
        (["detectiontimestamp"], "time"),
        (["useridentity", "username"], "user"),
        (["agent", "version"], None),
        (["natsourceip"], None),
    ],
)
def test_names_of_fields(path: list[str], column: str | None) -> None:
    role = role_of(path)
    assert (role.column if role else None) == column


FIELDS = PlainFields(None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"eventType": "user.session.start", "outcome": {"result": "FAILURE"}},
            {"category": "authentication", "outcome": "failure"},
        ),
        (
            {"event": {"category": ["authentication"], "outcome": "success"}},
            {"category": "authentication", "outcome": "success"},
        ),
        ({"Operation": "UserLoginFailed"}, {"outcome": "failure"}),
        ({"action": "login", "Allowed": False}, {"outcome": "failure"}),
        (
            {"method": "POST", "path": "/api/login", "status": 401, "ip": "192.0.2.7"},
            {"category": "authentication", "outcome": "failure", "src_ip": "192.0.2.7"},
        ),
        ({"method": "POST", "path": "/api/login", "status": 403}, {"category": "web"}),
        (
            {"action": "deny", "src": "192.0.2.7:5", "dst": "198.51.100.7", "proto": 6},
            {"category": "network", "action": "block", "src_port": "5", "protocol": "tcp"},
        ),
        ({"threatName": "Eicar", "file": "a"}, {"category": "malware", "action": "detect"}),
        ({"date": "2025-03-12", "time": "08:15:01"}, {"time": "2025-03-12 08:15:01"}),
        ({"x_forwarded_for": "192.0.2.7, 198.51.100.1"}, {"src_ip": "192.0.2.7"}),
        ({"time": "0.25", "ts": 1741767301}, {"time": "1741767301"}),
        ({"message": '{"user":"mia","ip":"192.0.2.7"}'}, {"user": "mia", "src_ip": "192.0.2.7"}),
        ({"userId": 17, "userName": "mia"}, {"user": "mia"}),
    ],
)
def test_fields_are_told_by_their_names(
    fields: dict[str, object], expected: dict[str, Value]
) -> None:
    found = columns(FIELDS.read(fields))
    assert {name: found.get(name) for name in expected} == expected


def test_many_names_do_not_fill_the_memory() -> None:
    for number in range(30_000):
        FIELDS.read({f"a{number}": {"ip": "192.0.2.7"}})
    assert columns(FIELDS.read({"a": {"ip": "192.0.2.7"}}))["src_ip"] == "192.0.2.7"


def test_an_object_behind_a_sentence() -> None:
    found = columns(
        read_plain('[warn]: Failed sign-in {"ip":"192.0.2.7","email":"a@b.example"}', anchored=True)
    )
    assert found["outcome"] == "failure"
    assert found["src_ip"] == "192.0.2.7"
    assert found["user"] == "a@b.example"


def test_nothing_known_is_no_event_unless_the_header_says_so() -> None:
    assert read_plain("hello there", anchored=False) is None
    assert read_plain("hello there", anchored=True) is not None


def test_logins_are_left_out_where_they_are_told_otherwise() -> None:
    assert "category" not in columns(
        read_plain("Login failed from 192.0.2.7", anchored=True, logins=False)
    )


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_plain(text, anchored=True)


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_any_object_is_read(value: dict[str, object]) -> None:
    FIELDS.read(value)


def test_pairs_anywhere() -> None:
    reader = FreePairs({"user": "user", "src_ip": "client"}, require=("user",))
    found = columns(reader.read('denied: user="two words", client=192.0.2.7;'))
    assert found == {"user": "two words", "src_ip": "192.0.2.7"}
    assert reader.read("denied: client=192.0.2.7") is None


def test_a_sentence_within_an_object_wins() -> None:
    reader = WithSentence(
        JsonObject({"src_ip": "ip", "user": "user"}, require=("message",)),
        json_text("message"),
        Patterns(Pattern(r"Login failed: (?P<user>.*)$", outcome="failure")),
    )
    assert columns(reader.read('{"ip":"192.0.2.7","user":"-","message":"Login failed: mia"}')) == {
        "src_ip": "192.0.2.7",
        "user": "mia",
        "outcome": "failure",
    }
    assert columns(reader.read('{"ip":"192.0.2.7","message":"hello"}')) == {"src_ip": "192.0.2.7"}
    assert reader.read("hello") is None
