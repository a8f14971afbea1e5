"""From an alert to a person: outages, bounces, crashes, storms. Nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from midwatch.incidents import DeliveryState, Incidents, IncidentState, Signal
from midwatch.incidents.policies import Maintenance, Route, Step
from midwatch.kernel import ConfigurationError, DefectError, Level
from midwatch.paging import (
    DeliveryError,
    MailChannel,
    MailSettings,
    Message,
    Security,
    SqliteIncidents,
    Trouble,
    WebhookChannel,
    WebhookSettings,
)

MINUTE = 60_000_000
HOUR = 60 * MINUTE
T0 = 1_794_528_600_000_000
MakeSignal = Callable[..., Signal]


class Line:
    """A channel that can be cut; keeps what went through."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.trouble: Trouble | None = None

    def send(self, message: Message, address: str) -> str:
        if self.trouble is not None:
            raise DeliveryError(self.trouble, f"the line is cut, {address}")
        self.sent.append((address, message))
        return "taken"


def run(desk: Any, start: int, length: int, step: int = MINUTE) -> None:
    """Let the pager run for a while, on an injected clock."""
    for now in range(start, start + length, step):
        desk.pager.run_once(now)


def test_an_alert_reaches_a_person_once(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    run(desk, T0, 10 * MINUTE)

    [(address, message)] = line.sent
    assert address == "ana"
    assert message.text.startswith("198.51.100.7 tried 64 VPN passwords")
    assert "What to do:\n- reset the password" in message.text
    assert "https://watch.test/answer/" in message.text


def test_a_replay_of_the_same_alerts_changes_nothing(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    signals = [a_signal(), a_signal("a2", success=True, addresses=("192.0.2.5",))]
    desk.incidents.record(signals, T0)
    desk.pager.run_once(T0)
    before = desk.store.incidents()

    outcome = desk.incidents.record([*signals, *signals], T0 + HOUR)
    assert (outcome.unchanged, outcome.incidents) == (4, ())
    assert desk.store.incidents() == before
    assert len(line.sent) == 1
    assert before[0].level is Level.CRITICAL


def test_an_incident_and_its_delivery_are_one_transaction(desk: Any, a_signal: MakeSignal) -> None:
    desk.policy("office", ("line", "ana"))

    class Broken(SqliteIncidents):
        def plan(self, deliveries: Any) -> None:
            raise OSError("power cut")

    broken = Broken(desk.path)
    with pytest.raises(OSError, match="power cut"):
        Incidents(broken, desk.policies.get).record([a_signal()], T0)
    broken.close()

    assert desk.store.incidents() == []
    assert desk.store.filed("office", "a1") is None


@pytest.fixture
def mail(mail_server: Any) -> MailChannel:
    mail_server.start()
    return MailChannel(
        MailSettings(
            host="127.0.0.1",
            port=mail_server.port,
            sender="watch@x.test",
            security=Security.PLAIN,
            timeout=2.0,
        )
    )


def test_after_an_hour_without_mail_and_web_everything_arrives_once(
    desk: Any,
    mail_server: Any,
    mail: MailChannel,
    web_server: Any,
    a_signal: MakeSignal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "a webhook's secret")
    hook = WebhookChannel(WebhookSettings(secret="env:HOOK_SECRET"))  # noqa: S106  # a reference, not a secret
    desk.channels |= {"mail": mail, "hook": hook}
    url = f"http://127.0.0.1:{web_server.port}/h"
    route = Route(Level.LOW, (Step(("ana",), wait=600, every=True),), repeat=600)
    tenants = [f"t{number}" for number in range(3)]
    for tenant in tenants:
        desk.policy(tenant, ("mail", f"{tenant}@x.test"), ("hook", url), routes=(route,))

    mail_server.stop()
    web_server.status = 503
    desk.incidents.record([a_signal(tenant=tenant) for tenant in tenants], T0)
    run(desk, T0, HOUR)
    assert mail_server.mails == []
    refused = len(web_server.requests)
    assert refused > 0

    mail_server.start()
    web_server.status = 200
    run(desk, T0 + HOUR, HOUR)

    assert Counter(to for to, _mail in mail_server.mails) == {
        f"{tenant}@x.test": 1 for tenant in tenants
    }
    taken = [headers["Idempotency-Key"] for _path, headers, _body in web_server.requests[refused:]]
    assert len(taken) == len(set(taken)) == 3
    for tenant in tenants:
        [incident] = desk.store.incidents(tenant)
        states = {each.state for each in desk.store.deliveries(incident.id)}
        assert states == {DeliveryState.SENT}


def test_a_dead_channel_fails_over_and_calls_the_operator(desk: Any, a_signal: MakeSignal) -> None:
    dead, line, own = Line(), Line(), Line()
    dead.trouble = Trouble.DOWN
    desk.channels |= {"dead": dead, "line": line, "own": own}
    desk.policy("office", ("dead", "ana@x.test"), ("line", "ana"))
    desk.policy("operator", ("own", "operator"))
    desk.incidents.record([a_signal()], T0)

    run(desk, T0, 5 * MINUTE)
    assert line.sent == own.sent == []
    run(desk, T0 + 5 * MINUTE, MINUTE)
    assert [address for address, _message in line.sent] == ["ana"]
    assert "another way to you failed" in line.sent[0][1].text
    [(_operator, alarm)] = own.sent
    assert "'dead' do not arrive" in alarm.text
    assert "Midwatch itself" in alarm.subject
    assert alarm.tenant == "operator"

    dead.trouble = None
    run(desk, T0 + 6 * MINUTE, 12 * MINUTE)
    [trouble] = desk.store.incidents("operator")
    assert trouble.state is IncidentState.RESOLVED
    assert trouble.history[-1].why == "it works again"
    assert [address for address, _message in dead.sent] == ["ana@x.test"]


def test_a_bounce_takes_the_next_channel_at_once(desk: Any, a_signal: MakeSignal) -> None:
    first, second = Line(), Line()
    desk.channels |= {"first": first, "second": second}
    desk.policy("office", ("first", "ana@x.test"), ("second", "ana"))
    desk.incidents.record([a_signal()], T0)
    desk.pager.run_once(T0)
    [incident] = desk.store.incidents("office")
    [delivery] = desk.store.deliveries(incident.id)

    desk.pager.bounced(delivery.id, "550 no such user", T0 + MINUTE)
    desk.pager.run_once(T0 + MINUTE)
    assert len(second.sent) == 1
    assert [tried.outcome for tried in desk.store.tries(delivery.id)] == ["sent", "failed"]


def test_every_attempt_is_on_record_and_the_pauses_grow(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    line.trouble = Trouble.LATER
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    run(desk, T0, 14 * MINUTE, step=1_000_000)
    [incident] = desk.store.incidents("office")
    [delivery] = desk.store.deliveries(incident.id)
    tries = desk.store.tries(delivery.id)
    pauses = [(b.at - a.at) // 1_000_000 for a, b in pairwise(tries)]

    assert pauses == [15, 30, 60, 120, 240]
    assert {tried.outcome for tried in tries} == {"retry"}
    assert delivery.tries == len(tries)


def test_an_answer_stops_what_was_still_on_its_way(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    line.trouble = Trouble.DOWN
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    desk.pager.run_once(T0)
    [incident] = desk.store.incidents("office")
    desk.incidents.acknowledge(incident.reference, by="ana", now=T0 + MINUTE)
    line.trouble = None
    run(desk, T0 + MINUTE, HOUR)

    assert line.sent == []
    assert desk.store.deliveries(incident.id)[0].state is DeliveryState.DROPPED


def test_nobody_answers_and_the_chain_goes_up(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    run(desk, T0, 601 * MINUTE, step=5 * MINUTE)

    assert [message.subject.split("] ")[1][:19] for _to, message in line.sent] == [
        "P2: 198.51.100.7 tr",
        "P2 still unanswered",
    ]
    first, second = (message for _to, message in line.sent)
    assert first.thread == second.thread
    assert (first.first, second.first) == (True, False)


def test_a_message_speaks_of_one_client_only(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    window = Maintenance("w", T0 - HOUR, T0 + HOUR, "new firewall")
    for tenant in ("one", "two"):
        desk.policy(tenant, ("line", "ana"), maintenance=(window,))
    desk.incidents.record(
        [
            a_signal(
                f"{tenant}-{number}", tenant=tenant, users=(), addresses=(f"192.0.2.{number}",)
            )
            for tenant in ("one", "two")
            for number in range(3)
        ],
        T0,
    )
    run(desk, T0, HOUR)
    assert line.sent == []

    desk.pager.run_once(T0 + HOUR)
    assert sorted(message.tenant for _to, message in line.sent) == ["one", "two"]
    for _to, message in line.sent:
        other = {"one": "two", "two": "one"}[message.tenant]
        assert "3 incidents were held back" in message.text
        assert "new firewall" in message.text
        assert {each["tenant"] for each in message.data["held"]} == {message.tenant}
        assert other not in message.subject


def test_a_storm_wakes_a_person_once_and_says_so(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    signals = [
        a_signal(f"s{number}", users=(), addresses=(f"10.0.{number // 250}.{number % 250}",))
        for number in range(300)
    ]
    outcome = desk.incidents.record(signals, T0)
    assert outcome.opened == 21
    run(desk, T0, 10 * MINUTE)

    storms = [message for _to, message in line.sent if "storm" in message.subject]
    assert len(line.sent) == 21
    assert len(storms) == 1
    assert "A storm of 280 alerts" in storms[0].text
    assert "VPN guessing (280)" in storms[0].text


def test_an_exception_suppresses_counts_and_ends(desk: Any, a_signal: MakeSignal) -> None:
    from_tester = {"network": "198.51.100.7", "reason": "our own tester"}
    exception = desk_exception(**from_tester)
    desk.incidents.add_exception(exception)
    outcome = desk.incidents.record([a_signal(), a_signal("a2")], T0)
    desk.incidents.record([a_signal(count=99)], T0 + 1)

    assert (outcome.suppressed, outcome.opened) == (2, 0)
    [hits] = desk.store.hits("office")
    assert (hits.hits, hits.last) == (2, T0)
    assert len(desk.store.signals("office", 0)) == 2
    assert desk.incidents.preview_exception(exception, 0).suppressed == 2

    desk.incidents.revoke_exception("office", exception.id, by="ben", now=T0 + 2)
    assert desk.incidents.record([a_signal("a3")], T0 + 3).opened == 1


def desk_exception(**changes: Any) -> Any:
    from midwatch.incidents import AlertException  # noqa: PLC0415  # used by this builder alone

    given = {"id": "e1", "tenant": "office", "author": "ana", "created": T0, "expires": T0 + HOUR}
    return AlertException(**{**given, **changes})


def test_a_client_without_a_policy_is_the_operators_trouble(
    desk: Any, a_signal: MakeSignal
) -> None:
    own = desk.channels["own"] = Line()
    desk.policy("operator", ("own", "operator"))
    desk.incidents.record([a_signal()], T0)
    desk.pager.run_once(T0)

    assert "there is no policy for it" in own.sent[0][1].text


def test_without_a_policy_for_the_operator_there_is_no_pager(desk: Any) -> None:
    del desk.policies["operator"]
    with pytest.raises(ConfigurationError, match="nobody would hear"):
        _ = desk.pager


def test_a_fault_in_one_channel_stops_no_other(desk: Any, a_signal: MakeSignal) -> None:
    class Faulty:
        def send(self, message: Message, address: str) -> str:
            raise RuntimeError(f"secret {address}")

    line = Line()
    desk.channels |= {"faulty": Faulty(), "line": line}
    desk.policy("one", ("faulty", "ana"))
    desk.policy("two", ("line", "ana"))
    desk.incidents.record([a_signal(tenant="one"), a_signal(tenant="two")], T0)
    desk.pager.run_once(T0)

    assert len(line.sent) == 1
    [incident] = desk.store.incidents("one")
    assert desk.store.deliveries(incident.id)[0].error == "the channel failed (RuntimeError)"


def test_secrets_by_reference_stay_out_of_record_and_log(
    desk: Any, a_signal: MakeSignal, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setenv("ANA_URL", "pover://TOPSECRET@x")
    line = desk.channels["line"] = Line()
    line.trouble = Trouble.LATER
    desk.policy("office", ("line", "env:ANA_URL"))
    desk.incidents.record([a_signal()], T0)
    with caplog.at_level("DEBUG"):
        desk.pager.run_once(T0)

    [incident] = desk.store.incidents("office")
    assert desk.store.deliveries(incident.id)[0].error == "the line is cut, …"
    assert "TOPSECRET" not in caplog.text
    for path in desk.path.parent.iterdir():
        assert b"TOPSECRET" not in path.read_bytes()


def test_two_pagers_send_once(desk: Any, a_signal: MakeSignal) -> None:
    line = desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    pending = desk.store.pending(T0, ahead=HOUR)
    desk.pager.run_once(T0)
    other = desk.pager

    assert other._claim(pending[0], T0) == []
    assert len(line.sent) == 1


def test_a_delivery_does_not_come_back_from_where_it_ended(desk: Any, a_signal: MakeSignal) -> None:
    desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    desk.incidents.record([a_signal()], T0)
    pending = desk.store.pending(T0, ahead=HOUR)[0]
    desk.pager.run_once(T0)

    with pytest.raises(DefectError, match="cannot become"):
        desk.store.save_delivery(pending)


def test_the_next_round_is_announced(desk: Any, a_signal: MakeSignal) -> None:
    desk.channels["line"] = Line()
    desk.policy("office", ("line", "ana"))
    assert desk.pager.run_once(T0).next is None
    desk.incidents.record([a_signal()], T0)

    assert desk.pager.run_once(T0).next == T0 + 600 * MINUTE


CRASH = """
    import os, signal, sys
    from pathlib import Path
    from tests_desk import Desk
    from midwatch.paging import MailChannel, MailSettings, Security

    class Crashing(MailChannel):
        def send(self, message, address):
            super().send(message, address)
            os.kill(os.getpid(), signal.SIGKILL)

    settings = MailSettings(host="127.0.0.1", port=int(sys.argv[2]), sender="watch@x.test",
                            security=Security.PLAIN)
    desk = Desk(Path(sys.argv[1]), {"mail": Crashing(settings)})
    desk.policy("operator", ("nowhere", "x"))
    desk.policy("office", ("mail", "ana@x.test"))
    desk.pager.run_once(int(sys.argv[3]))
"""


def test_killed_between_sending_and_recording_the_same_mail_comes_again(
    desk: Any, mail_server: Any, mail: MailChannel, a_signal: MakeSignal, tmp_path: Path
) -> None:
    desk.policy("office", ("mail", "ana@x.test"))
    desk.incidents.record([a_signal()], T0)
    (tmp_path / "tests_desk.py").write_bytes((Path(__file__).parent / "conftest.py").read_bytes())
    script = tmp_path / "crash.py"
    script.write_text(textwrap.dedent(CRASH), "utf-8")
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    ended = subprocess.run(
        [sys.executable, script, desk.path, str(mail_server.port), str(T0)],
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert ended.returncode == -signal.SIGKILL
    assert len(mail_server.mails) == 1

    desk.channels["mail"] = mail
    run(desk, T0, 10 * MINUTE)
    ids = [message["Message-ID"] for _to, message in mail_server.mails]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    [incident] = desk.store.incidents("office")
    assert [each.state for each in desk.store.deliveries(incident.id)] == [DeliveryState.SENT]
