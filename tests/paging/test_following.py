"""Systems that follow along: called once for each change, signed, tried again, whoever answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from midwatch.incidents import Disposition, Signal
from midwatch.incidents.policies import Follower, Reach
from midwatch.incidents.policy_texts import read_policy
from midwatch.kernel import ConfigurationError
from midwatch.paging import WebhookChannel, WebhookSettings, verify

T0 = 1_794_528_600_000_000
MINUTE = 60_000_000
SECRET = "both know it"  # noqa: S105  # of a server that lives for a test


@pytest.fixture
def following(desk: Any, web_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    desk.channels["webhook"] = WebhookChannel(WebhookSettings(secret="env:HOOK_SECRET"))  # noqa: S106  # a reference, no secret
    reach = Reach("webhook", f"http://127.0.0.1:{web_server.port}/h")
    desk.policy("office", ("nowhere", "x"), followers=(Follower("Tickets", reach, ALL),))
    return desk


ALL = ("opened", "changed", "resolved")


def said(web_server: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _path, _headers, body in web_server.requests]


def test_every_change_is_told_once_and_signed(
    following: Any, web_server: Any, a_signal: Callable[..., Signal]
) -> None:
    desk = following
    [name] = desk.incidents.record([a_signal()], T0).incidents
    desk.pager.run_once(T0)
    desk.incidents.acknowledge(name, by="Ana", now=T0 + MINUTE)
    desk.pager.run_once(T0 + MINUTE)
    desk.incidents.remark(name, by="Ana", now=T0 + 2 * MINUTE, why="asked them")
    desk.incidents.resolve(
        name, Disposition.BENIGN, by="Ana", now=T0 + 3 * MINUTE, why="a test of theirs"
    )
    desk.pager.run_once(T0 + 3 * MINUTE)
    desk.pager.run_once(T0 + 9 * MINUTE)

    told = said(web_server)
    assert [each["cause"] for each in told] == ["opened", "changed", "changed", "resolved"]
    assert told[1]["change"]["to"] == "acknowledged"
    assert told[-1]["disposition"] == "benign"
    assert told[-1]["change"]["why"] == "a test of theirs"
    assert all(each["answer"] == "" for each in told)
    assert len({each["delivery"] for each in told}) == 4
    for _path, headers, body in web_server.requests:
        stamp = headers["Midwatch-Timestamp"]
        assert verify(SECRET, stamp, headers["Midwatch-Signature"], body, int(stamp))


def test_alerts_that_merely_join_call_nobody(
    following: Any, web_server: Any, a_signal: Callable[..., Signal]
) -> None:
    following.incidents.record([a_signal()], T0)
    following.incidents.record([a_signal("a2", rule="more")], T0 + MINUTE)
    following.incidents.record([a_signal(count=99)], T0 + 2 * MINUTE)
    following.pager.run_once(T0 + 3 * MINUTE)

    assert [each["cause"] for each in said(web_server)] == ["opened"]


def test_a_call_that_fails_is_tried_again_after_the_incident_is_over(
    following: Any, web_server: Any, a_signal: Callable[..., Signal]
) -> None:
    desk = following
    web_server.status = 503
    [name] = desk.incidents.record([a_signal()], T0).incidents
    desk.pager.run_once(T0)
    desk.incidents.resolve(name, Disposition.BENIGN, by="Ana", now=T0 + MINUTE)
    web_server.status = 200
    desk.pager.run_once(T0 + 10 * MINUTE)

    causes = [each["cause"] for each in said(web_server)]
    assert sorted(causes[1:]) == ["opened", "resolved"]


def test_only_what_was_asked_for_is_told(
    following: Any, web_server: Any, a_signal: Callable[..., Signal]
) -> None:
    desk = following
    reach = Reach("webhook", f"http://127.0.0.1:{web_server.port}/h")
    desk.policy("office", ("nowhere", "x"), followers=(Follower("T", reach, ("resolved",)),))
    [name] = desk.incidents.record([a_signal()], T0).incidents
    desk.incidents.acknowledge(name, by="Ana", now=T0 + 1)
    desk.incidents.resolve(name, Disposition.BENIGN, by="Ana", now=T0 + 2)
    desk.pager.run_once(T0 + MINUTE)

    assert [each["cause"] for each in said(web_server)] == ["resolved"]


POLICY = """
tenant = "office"
zone = "Europe/Berlin"
fallback = "ana"
people = [{ id = "ana", reach = [{ channel = "mail", address = "ana@example.com" }] }]
routes = [{ level = "low", repeat = 30, steps = [{ to = ["ana"] }] }]

[[follow]]
channel = "webhook"
address = "file:/etc/midwatch/tickets.url"
"""


def test_a_policy_names_who_follows() -> None:
    [each] = read_policy(POLICY).followers
    assert (each.title, each.of) == ("webhook", ALL)
    with pytest.raises(ConfigurationError, match="'closed'"):
        read_policy(POLICY + 'of = ["closed"]\n')
