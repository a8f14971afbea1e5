"""Links that expire, replies that say ack, and scanners that must not answer for a person."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents import Disposition, Incident, IncidentState, Signal
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.paging import Answering, Claim, Message, Signer, parse_reply
from midwatch.paging.answering import Verb

T0 = 1_794_528_600_000_000
DAY = 86_400_000_000
MakeSignal = Callable[..., Signal]


class Kept:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message, address: str) -> str:
        self.messages.append(message)
        return "kept"


@pytest.fixture
def told(desk: Any, a_signal: MakeSignal) -> tuple[Any, Answering, Message]:
    """The desk, its services of answers, and the message that ana got."""
    kept = desk.channels["kept"] = Kept()
    desk.policy("office", ("kept", "ana"))
    desk.incidents.record([a_signal()], T0)
    desk.pager.run_once(T0)
    return desk, Answering(desk.store, desk.incidents, desk.signer), kept.messages[0]


def token_of(message: Message) -> str:
    return str(message.data["answer"]).rpartition("/")[2]


def only(desk: Any) -> Incident:
    [incident] = desk.store.incidents("office")
    assert isinstance(incident, Incident)
    return incident


def test_looking_at_a_link_acknowledges_nothing(told: tuple[Any, Answering, Message]) -> None:
    desk, answering, message = told
    for _scanner in range(3):
        assert answering.look(token_of(message), T0).reference in message.text

    assert only(desk).waiting


def test_confirming_a_link_acknowledges_once(told: tuple[Any, Answering, Message]) -> None:
    desk, answering, message = told
    once = answering.acknowledge(token_of(message), T0 + 5)
    again = answering.acknowledge(token_of(message), T0 + 9, by="ben")

    assert (once.answered_by, once.answered) == ("ana", T0 + 5)
    assert again == once == only(desk)


def test_a_link_expires(told: tuple[Any, Answering, Message]) -> None:
    desk, answering, message = told
    with pytest.raises(BadInputError, match="expired"):
        answering.acknowledge(token_of(message), T0 + 7 * DAY)

    assert only(desk).waiting


def test_a_link_of_an_earlier_alarm_says_so(
    told: tuple[Any, Answering, Message], a_signal: MakeSignal
) -> None:
    desk, answering, message = told
    desk.incidents.record([a_signal("a2", success=True)], T0 + 1)
    with pytest.raises(BadInputError, match="has been raised"):
        answering.acknowledge(token_of(message), T0 + 2)

    assert only(desk).waiting


KEY, OLD = b"k" * 32, b"o" * 32
CLAIM = Claim("i1", 1, "ana", T0 + DAY)


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    with pytest.raises(BadInputError):
        Signer((KEY,)).claim(text, T0)


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = Signer((KEY,)).token(CLAIM)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda sign: sign != token[place]))
    with pytest.raises(BadInputError):
        Signer((KEY,)).claim(token[:place] + other + token[place + 1 :], T0)


def test_keys_can_be_changed_while_links_are_out() -> None:
    token = Signer((OLD,)).token(CLAIM)

    assert Signer((KEY, OLD)).claim(token, T0) == CLAIM
    with pytest.raises(BadInputError):
        Signer((KEY,)).claim(token, T0)


def test_a_short_key_is_refused() -> None:
    for keys in ((), (b"short",)):
        with pytest.raises(ConfigurationError, match="too short"):
            Signer(keys)


# ---------------------------------------------------------------- replies


@pytest.mark.parametrize(
    ("text", "verb", "disposition"),
    [
        ("ack", Verb.ACKNOWLEDGE, None),
        ("\r\n  Ack, I am on it.\r\n\r\n> Somebody tried\r\n> resolved", Verb.ACKNOWLEDGE, None),
        ("Übernehme!", Verb.ACKNOWLEDGE, None),
        ("working on it", Verb.WORK, None),
        ("Resolved: false positive, our tester", Verb.RESOLVE, Disposition.FALSE_POSITIVE),
        ("erledigt - harmlos", Verb.RESOLVE, Disposition.BENIGN),
        # Without a disposition nothing is resolved.
        ("resolved", Verb.REMARK, None),
        ("I am out of the office and will acknowledge on Monday.", Verb.REMARK, None),
        ("acknowledgements to all", Verb.REMARK, None),
        ("> ack", Verb.REMARK, None),
        ("On 14 Nov 2026, Midwatch wrote:\n> ack", Verb.REMARK, None),
        ("", Verb.REMARK, None),
    ],
)
def test_the_first_word_of_a_reply_decides(
    text: str, verb: Verb, disposition: Disposition | None
) -> None:
    reply = parse_reply(text)

    assert (reply.verb, reply.disposition) == (verb, disposition)
    assert ">" not in reply.text


@given(st.text())
def test_any_reply_is_understood_as_something(text: str) -> None:
    assert parse_reply(text).verb in Verb


def test_a_reply_acknowledges_for_whom_the_mail_was(told: tuple[Any, Answering, Message]) -> None:
    desk, answering, message = told
    answering.reply(f"AW: {message.subject}", "ack\n> text", T0 + 5)

    assert only(desk).answered_by == "ana"


def test_an_absence_note_is_a_remark_whatever_it_says(
    told: tuple[Any, Answering, Message],
) -> None:
    desk, answering, message = told
    answering.reply(message.subject, "ack I am away", T0 + 5, automatic=True)

    assert only(desk).waiting
    assert only(desk).history[-1].why == "ack I am away"


def test_a_reply_can_resolve(told: tuple[Any, Answering, Message]) -> None:
    desk, answering, message = told
    answering.reply(message.subject, "resolved benign, a new telephone", T0 + 5)

    assert only(desk).state is IncidentState.RESOLVED
    assert only(desk).disposition is Disposition.BENIGN


def test_a_reply_without_a_mark_of_ours_does_nothing(
    told: tuple[Any, Answering, Message],
) -> None:
    desk, answering, _message = told
    reference = only(desk).reference
    for subject in ("hello", f"[{reference}]", f"[{reference}-aaaaaaaa]"):
        with pytest.raises(BadInputError, match="mark"):
            answering.reply(subject, "ack", T0 + 5)

    assert only(desk).waiting
    assert only(desk).history == ()
