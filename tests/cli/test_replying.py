"""A mail that the mail server hands over answers for the person who was told."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from midwatch.cli.incidents import command
from midwatch.incidents import Incident, Incidents, Signal, read_policy
from midwatch.kernel import BadInputError, Level
from midwatch.paging import Signer, SqliteIncidents
from midwatch.watch.signing import link_key

NOW = time.time_ns() // 1000
POLICY = """
tenant = "harbour"
zone = "UTC"
fallback = "ana"
[[people]]
id = "ana"
reach = [{ channel = "mail", address = "ana@harbour.example" }]
[[routes]]
level = "low"
repeat = 5
steps = [{ to = ["ana"], wait = 60 }]
"""


class World:
    def __init__(self, state: Path) -> None:
        self.state = state
        policy = read_policy(POLICY, "")
        self.store = SqliteIncidents(state / "state.sqlite")
        self.services = Incidents(self.store, lambda _tenant: policy)
        signal = Signal(id="a", tenant="harbour", rule="r", title="SSH", level=Level.CRITICAL)
        (self.name,) = self.services.record([signal], NOW).incidents
        signer = Signer((link_key(state),))
        self.mark = signer.mark(self.incident, "ana")

    @property
    def incident(self) -> Incident:
        return self.services.get(self.name)

    def reply(self, text: str, subject: str | None = None, **headers: str) -> Result:
        mail = EmailMessage()
        mail["Subject"] = f"Re: {self.mark} P1" if subject is None else subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text, subtype="html" if text.startswith("<") else "plain")
        return CliRunner().invoke(
            command, ["reply", "--state", str(self.state)], input=mail.as_bytes()
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["ack\n\nOn Sunday Midwatch wrote:\n> Reply with ack", "<html><body><p>ack</p>x</body></html>"],
)
def test_a_reply_acknowledges_in_the_name_of_who_was_told(world: World, text: str) -> None:
    done = world.reply(text)

    assert done.exit_code == 0, done.output
    assert "answered by ana" in done.stdout
    assert world.incident.answered_by == "ana"


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}]
)
def test_an_absence_note_is_a_remark(world: World, headers: dict[str, str]) -> None:
    assert world.reply("ack", **headers).exit_code == 0

    assert world.incident.answered is None
    assert world.incident.history[-1].why == "ack"


def test_a_reply_resolves(world: World) -> None:
    assert world.reply("Resolved: false positive, it was our tester").exit_code == 0

    assert not world.incident.open


@pytest.mark.parametrize("subject", ["", "hello", "Re: [MW-0000000000-aaaaaaaa] P1"])
def test_a_mail_without_our_mark_changes_nothing(world: World, subject: str) -> None:
    assert isinstance(world.reply("ack", subject).exception, BadInputError)
    assert world.incident.answered is None


def test_a_mark_of_another_is_refused(world: World) -> None:
    stolen = world.mark.replace(world.mark[-3], "a" if world.mark[-3] != "a" else "b")

    assert isinstance(world.reply("ack", f"Re: {stolen}").exception, BadInputError)
    assert world.incident.answered is None


def test_a_mail_that_is_too_large_is_refused(world: World) -> None:
    assert "too large" in str(world.reply("ack\n" + "x" * (1 << 20)).exception)
