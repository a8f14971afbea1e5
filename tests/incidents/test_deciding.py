"""Who is told when: a table of nights, and the law that nobody is ever forgotten."""

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.incidents import (
    Delivery,
    DeliveryCause,
    DeliveryState,
    Incident,
    Policy,
    answer,
    check_policy,
    due,
    next_due,
)
from midwatch.incidents.calendars import Rotation, Span
from midwatch.incidents.incident import raise_level
from midwatch.incidents.policies import Hours, Maintenance, Route, Step
from midwatch.kernel import ConfigurationError, Level

MINUTE = 60_000_000
HOUR = 60 * MINUTE
At = Callable[[str], int]
Make = Callable[..., Any]


def sent(deliveries: Sequence[Delivery], now: int) -> list[Delivery]:
    state = DeliveryState.SENT
    return [msgspec.structs.replace(each, state=state, sent=now) for each in deliveries]


def told(deliveries: Sequence[Delivery]) -> list[tuple[str, str, str]]:
    return [(each.person, each.channel, each.cause.value) for each in deliveries]


def walk(incident: Incident, policy: Policy, now: int, until: int) -> list[tuple[int, list[str]]]:
    """(minutes after ``now``, who is told) while every delivery arrives."""
    past: list[Delivery] = []
    found = []
    when: int | None = now
    while when is not None and when <= until:
        new = due(incident, policy, past, when)
        if new:
            found.append(((when - now) // MINUTE, [each.person for each in new]))
        past += sent(new, when)
        following = next_due(incident, policy, past, when)
        assert following is None or following > when
        when = following
    return found


def test_a_grave_incident_wakes_the_one_on_call_at_any_hour(
    at: At, an_incident: Make, a_policy: Make
) -> None:
    now = at("2026-11-14T03:00")
    new = due(an_incident(now), a_policy(), [], now)

    assert told(new) == [("ana", "mail", "told")]
    assert due(an_incident(now), a_policy(), sent(new, now), now) == []


def test_without_an_answer_it_goes_up_and_then_begins_again(
    at: At, an_incident: Make, a_policy: Make
) -> None:
    now = at("2026-11-14T03:00")

    assert walk(an_incident(now), a_policy(), now, now + 90 * MINUTE) == [
        (0, ["ana"]),
        (10, ["ben", "eva"]),
        (40, ["ana"]),
        (50, ["ben", "eva"]),
        (80, ["ana"]),
        (90, ["ben", "eva"]),
    ]


def test_the_wait_is_of_real_minutes_while_clocks_change(
    at: At, an_incident: Make, a_policy: Make
) -> None:
    for night in ("2026-10-25T02:55+02:00", "2026-03-29T01:55+01:00"):
        now = at(night)
        found = walk(an_incident(now), a_policy(), now, now + 10 * MINUTE)
        assert [minutes for minutes, _who in found] == [0, 10]


def test_the_repeat_tells_who_is_on_call_by_then(at: At, an_incident: Make, a_policy: Make) -> None:
    now = at("2026-11-16T07:30")
    found = walk(an_incident(now), a_policy(), now, now + 40 * MINUTE)

    assert found[0] == (0, ["ana"])
    assert found[2] == (40, ["ben"])


def test_an_answer_ends_it_and_a_raise_begins_it_anew(an_incident: Make, a_policy: Make) -> None:
    incident = an_incident(0)
    past = sent(due(incident, a_policy(), [], 0), 0)
    answered = answer(incident, by="ana", now=MINUTE)
    assert due(answered, a_policy(), past, HOUR) == []
    assert next_due(answered, a_policy(), past, HOUR) is None

    raised = raise_level(answered, Level.CRITICAL, now=HOUR, why="somebody got in")
    again = due(raised, a_policy(), past, HOUR)
    assert [each.alarm for each in again] == [2]
    assert {each.id for each in again}.isdisjoint(each.id for each in past)


@pytest.mark.parametrize(
    ("opened", "told_at"),
    [
        ("2026-11-13T12:00", "2026-11-13T12:00"),
        ("2026-11-13T19:00", "2026-11-16T08:00"),
        ("2026-12-24T23:00", "2026-12-28T08:00"),
        ("2026-03-29T02:30+01:00", "2026-03-30T08:00+02:00"),
    ],
)
def test_a_mild_incident_waits_for_office_hours(
    at: At, an_incident: Make, a_policy: Make, opened: str, told_at: str
) -> None:
    incident = an_incident(at(opened), level=Level.MEDIUM)

    assert next_due(incident, a_policy(), [], at(opened)) == at(told_at)
    if told_at != opened:
        assert due(incident, a_policy(), [], at(told_at) - 1) == []
    assert told(due(incident, a_policy(), [], at(told_at))) == [("ana", "mail", "told")]


def test_quiet_times_hold_back_what_is_mild(at: At, an_incident: Make, a_policy: Make) -> None:
    policy = a_policy(routes=(Route(Level.LOW, (Step(("ana",)),), repeat=30),))
    now = at("2026-11-14T01:00")

    assert next_due(an_incident(now, level=Level.LOW), policy, [], now) == at("2026-11-14T06:00")
    assert next_due(an_incident(now, level=Level.HIGH), policy, [], now) == now


def test_what_no_route_takes_is_recorded_only(an_incident: Make, a_policy: Make) -> None:
    incident = an_incident(0, level=Level.INFORMATIONAL)

    assert due(incident, a_policy(), [], HOUR) == []
    assert next_due(incident, a_policy(), [], HOUR) is None


def test_maintenance_holds_back_and_its_end_tells(
    at: At, an_incident: Make, a_policy: Make
) -> None:
    start, end = at("2026-11-14T02:00"), at("2026-11-14T04:00")
    window = Maintenance("w1", start, end, "new firewall")
    policy = a_policy(maintenance=(window,))
    incident = an_incident(start + MINUTE)

    assert due(incident, policy, [], end - 1) == []
    assert next_due(incident, policy, [], start + HOUR) == end
    new = due(incident, policy, [], end)
    assert [(each.cause, each.window) for each in new] == [(DeliveryCause.HELD, "w1")]
    later = due(incident, policy, sent(new, end), end + 10 * MINUTE)
    assert [each.person for each in later] == ["ben", "eva"]


def test_maintenance_lets_through_what_it_says(an_incident: Make, a_policy: Make) -> None:
    window = Maintenance("w1", 0, HOUR, "new firewall", through=Level.CRITICAL)
    policy = a_policy(maintenance=(window,))

    assert due(an_incident(MINUTE), policy, [], 2 * MINUTE) == []
    new = due(an_incident(MINUTE, level=Level.CRITICAL), policy, [], 2 * MINUTE)
    assert [each.cause for each in new] == [DeliveryCause.TOLD]


def test_a_delivery_in_trouble_goes_over_the_next_channel(
    an_incident: Make, a_policy: Make
) -> None:
    incident = an_incident(0)
    mail = msgspec.structs.replace(due(incident, a_policy(), [], 0)[0], trouble=0)

    assert due(incident, a_policy(), [mail], 5 * MINUTE - 1) == []
    assert next_due(incident, a_policy(), [mail], MINUTE) == 5 * MINUTE
    new = due(incident, a_policy(), [mail], 5 * MINUTE)
    assert told(new) == [("ben", "chat", "failover")]
    assert new[0].instead_of == mail.id
    assert due(incident, a_policy(), [mail, *new], 6 * MINUTE) == []


def test_a_bounced_mail_goes_over_the_next_channel_at_once(
    an_incident: Make, a_policy: Make
) -> None:
    incident = an_incident(0)
    bounced = msgspec.structs.replace(
        due(incident, a_policy(), [], 0)[0], state=DeliveryState.FAILED, trouble=MINUTE
    )

    assert told(due(incident, a_policy(), [bounced], MINUTE)) == [("ben", "chat", "failover")]


def test_who_cannot_be_reached_at_all_does_not_hold_up_the_next(
    an_incident: Make, a_policy: Make
) -> None:
    incident = an_incident(0)
    mail = msgspec.structs.replace(
        due(incident, a_policy(), [], 0)[0], state=DeliveryState.FAILED, trouble=0
    )
    chat = due(incident, a_policy(), [mail], 0)[0]
    chat = msgspec.structs.replace(chat, state=DeliveryState.FAILED, trouble=MINUTE)
    new = due(incident, a_policy(), [mail, chat], MINUTE)

    assert [(each.person, each.cause.value) for each in new] == [
        ("ben", "escalated"),
        ("eva", "escalated"),
    ]


def test_where_the_last_step_reaches_nobody_the_fallback_is_told(
    an_incident: Make, a_policy: Make
) -> None:
    incident = an_incident(0)
    policy = a_policy(fallback="ana", routes=(Route(Level.LOW, (Step(("eva",)),), repeat=60),))
    chat = msgspec.structs.replace(due(incident, policy, [], 0)[0], trouble=0)

    assert next_due(incident, policy, [chat], MINUTE) == 5 * MINUTE
    new = due(incident, policy, [chat], 5 * MINUTE)
    assert told(new) == [("ana", "mail", "failover")]
    assert due(incident, policy, [chat, *new], 6 * MINUTE) == []


def test_after_a_standstill_nobody_is_skipped(an_incident: Make, a_policy: Make) -> None:
    incident = an_incident(0)
    month = 30 * 24 * HOUR
    first = due(incident, a_policy(), [], month)

    assert [each.step for each in first] == [0]
    assert due(incident, a_policy(), sent(first, month), month + 9 * MINUTE) == []


def test_a_clock_that_was_set_back_holds_up_nobody(an_incident: Make, a_policy: Make) -> None:
    incident = an_incident(24 * HOUR)

    new = due(incident, a_policy(), [], 0)
    assert [each.person for each in new] == ["ben"]  # on call on 1 January 1970
    past = sent([msgspec.structs.replace(new[0], due=24 * HOUR)], 24 * HOUR)
    following = next_due(incident, a_policy(), past, HOUR)
    assert following is not None
    assert following <= HOUR + 10 * MINUTE


# ---------------------------------------------------------------- the law

PEOPLE = ("ana", "ben", "eva")
steps = st.builds(
    Step,
    to=st.lists(st.sampled_from([*PEOPLE, "rotation:night"]), min_size=1, max_size=3).map(tuple),
    wait=st.integers(1, 120),
    via=st.lists(st.sampled_from(["mail", "chat"]), max_size=2, unique=True).map(tuple),
    every=st.booleans(),
)
spans = st.builds(
    Span,
    days=st.frozensets(st.integers(0, 6)),
    start=st.integers(0, 23).map(time),
    end=st.integers(0, 23).map(time),
)
routes = st.builds(
    Route,
    level=st.sampled_from([Level.MEDIUM, Level.HIGH]),
    steps=st.lists(steps, min_size=1, max_size=3).map(tuple),
    hours=st.just(Hours.ALWAYS),
    repeat=st.integers(1, 240),
)
NOWS = st.integers(1_700_000_000_000_000, 1_900_000_000_000_000)


@settings(max_examples=100)
@given(data=st.data())
def test_a_paging_incident_is_never_left_without_a_delivery_or_an_escalation(
    a_policy: Make, an_incident: Make, data: st.DataObject
) -> None:
    now = data.draw(NOWS)
    windows = data.draw(
        st.lists(
            st.builds(
                lambda start, length: (now + start * MINUTE, now + (start + length) * MINUTE),
                st.integers(-300, 300),
                st.integers(1, 300),
            ),
            max_size=2,
        )
    )
    rotation = Rotation(
        name="night",
        people=data.draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3).map(tuple)),
        begins=date(2026, 1, 5),
        at=data.draw(st.integers(0, 23).map(time)),
        days=data.draw(st.sampled_from([1, 7])),
    )
    policy = a_policy(
        zone=data.draw(st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "UTC"])),
        routes=(data.draw(routes),),
        rotations=(rotation,),
        # The last resort: reached over mail or chat, whichever works.
        fallback="ana",
        office=data.draw(st.lists(spans, max_size=2).map(tuple)),
        maintenance=tuple(
            Maintenance(f"w{number}", start, end, "work")
            for number, (start, end) in enumerate(windows)
        ),
    )
    check_policy(policy, ["mail", "chat"])
    level = data.draw(st.sampled_from([Level.HIGH, Level.CRITICAL]))
    incident = an_incident(now, level=level)
    longest = max(step.wait for step in policy.routes[0].steps) + policy.routes[0].repeat
    broken = data.draw(st.sampled_from([(), ("mail",), ("chat",), ("mail", "chat")]))

    past: list[Delivery] = []
    when, tries = now, 0
    for _round in range(12):
        new = due(incident, policy, past, when)
        known = {each.id for each in past}
        assert known.isdisjoint(each.id for each in new), "planned twice"
        for each in new:
            state = DeliveryState.PENDING if each.channel in broken else DeliveryState.SENT
            trouble = (each.trouble or when) if each.channel in broken else None
            past.append(msgspec.structs.replace(each, state=state, trouble=trouble))
        tries += len(new)
        following = next_due(incident, policy, past, when)
        assert following is not None, "nobody would ever be told again"
        held = [window.end for window in policy.maintenance if window.start <= when < window.end]
        latest = max([when, *held]) + longest * MINUTE
        upcoming = [window.end for window in policy.maintenance if window.start <= latest]
        assert when <= following <= max([latest, *upcoming])
        assert new or following > when or due(incident, policy, past, following)
        when = max(following, when + 1)
    assert tries >= 1
    if set(broken) != {"mail", "chat"}:
        assert any(each.state is DeliveryState.SENT for each in past), "no working way was used"


@given(data=st.data())
def test_the_same_question_has_the_same_answer(
    a_policy: Make, an_incident: Make, data: st.DataObject
) -> None:
    now = data.draw(NOWS)
    incident = an_incident(now)

    assert due(incident, a_policy(), [], now) == due(incident, a_policy(), [], now)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"routes": ()}, "no route takes"),
        ({"routes": (Route(Level.HIGH, (), repeat=5),)}, "has no step"),
        ({"routes": (Route(Level.HIGH, (Step(("ana",)),)),)}, "does not repeat"),
        (
            {"routes": (Route(Level.HIGH, (Step(("ana",)),), Hours.OFFICE, 5),)},
            "keeps office hours, though",
        ),
        ({"routes": (Route(Level.LOW, (Step(("zoe",)),), repeat=5),)}, "'zoe', who is not known"),
        ({"fallback": "zoe"}, "fallback 'zoe'"),
        ({"zone": "Europe/Nowhere"}, "no time zone"),
        (
            {"rotations": (Rotation(name="night", people=(), begins=date(2026, 1, 1)),)},
            "nobody is in",
        ),
    ],
)
def test_a_policy_that_would_leave_incidents_unheard_is_refused(
    a_policy: Make, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        check_policy(a_policy(**change))


def test_a_policy_that_names_an_unknown_channel_is_refused(a_policy: Make) -> None:
    with pytest.raises(ConfigurationError, match="'chat', which is not set up"):
        check_policy(a_policy(), ["mail"])
