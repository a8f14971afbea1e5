"""Clients and sources from the command line."""

import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from midwatch.cli.main import midwatch
from midwatch.kernel import BadInputError
from midwatch.tenants import Mark, MarkKind, TenantStore, hash_of_token
from midwatch.watch.health import FeedCount, HealthStore


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.delenv("MIDWATCH_CONFIG", raising=False)
    return Run(tmp_path / "state")


class Run:
    def __init__(self, state: Path) -> None:
        self.state = state

    def __call__(self, *words: str, status: int = 0) -> str:
        result = self.raw(*words)
        assert result.exit_code == status, result.output
        return result.output

    def raw(self, *words: str) -> Result:
        environment = {"MIDWATCH_STATE": str(self.state), "COLUMNS": "120"}
        return CliRunner().invoke(midwatch, words, env=environment, catch_exceptions=True)

    def refused(self, *words: str) -> str:
        error = self.raw(*words).exception
        assert isinstance(error, BadInputError)
        return str(error)

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.state / "state.sqlite")


def test_a_firm_alone_adds_its_firewall_in_one_command(run: Run) -> None:
    output = run("source", "add", "gate", "--product", "pfsense", "--address", "192.0.2.1")

    assert "Status > System Logs > Settings" in output
    assert re.search(r"Remote log servers: \S+:5514", output)
    assert "midwatch source test gate" in output
    [feed] = run.store.feeds()
    assert (feed.tenant, feed.office, feed.product) == ("office", "main", "pfsense")
    assert feed.marks == (Mark(MarkKind.ADDRESS, "192.0.2.1/32"),)


def test_a_shipper_gets_a_token_that_is_shown_once(run: Run) -> None:
    output = run("source", "add", "pc", "--product", "windows")

    shown = re.search(r"shown only now:  (\S+)", output)
    assert shown is not None
    assert f'api_key: "midwatch:{shown[1]}"' in output
    [feed] = run.store.feeds()
    assert feed.marks == (Mark(MarkKind.TOKEN, hash_of_token(shown[1])),)
    assert shown[1] not in run("source", "status")


def test_with_several_clients_one_is_named(run: Run) -> None:
    run("client", "add", "harbour", "--title", "Harbour Accounts", "--zone", "Europe/Berlin")
    run("client", "add", "quay")

    refusal = run.refused("source", "add", "gate", "--address", "192.0.2.1")
    assert "--client: harbour, quay" in refusal

    run("source", "add", "gate", "--address", "192.0.2.1", "--client", "quay")
    assert [feed.tenant for feed in run.store.feeds()] == ["quay"]
    listed = run("client", "list")
    assert "Harbour Accounts" in listed
    assert "Europe/Berlin" in listed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["source", "add", "gate"], "nothing says by what this source is told"),
        (
            ["source", "add", "gate", "--address", "gate.example"],
            "neither an address nor a network",
        ),
        (["source", "add", "Gate!", "--address", "192.0.2.1"], "cannot be the id of a source"),
        (["source", "test", "gate"], "there is no source 'gate'"),
        (["client", "set", "nobody", "--days", "3"], "there is no client 'nobody'"),
    ],
)
def test_a_slip_is_told_with_its_remedy(run: Run, words: list[str], told: str) -> None:
    refusal = run.refused(*words)

    assert told in refusal
    assert refusal.endswith(")"), "the remedy stands in parentheses"


def test_a_clients_settings_change(run: Run) -> None:
    run("client", "add", "harbour")
    run("client", "set", "harbour", "--days", "90", "--legal-hold")
    run("client", "office", "harbour", "quay-side", "--zone", "Europe/Oslo")

    [tenant] = run.store.tenants()
    assert (tenant.retention_days, tenant.legal_hold) == (90, True)
    assert [office.id for office in run.store.offices("harbour")] == ["main", "quay-side"]
    assert "on hold" in run("client", "list")


def test_a_test_tells_what_was_understood(run: Run) -> None:
    run("source", "add", "gate", "--address", "192.0.2.1")
    future = 4_000_000_000_000_000
    sample = {"source": "openssh", "src_ip": "203.0.113.9", "raw": "Failed\x1b[2J password"}
    HealthStore(run.state / "state.sqlite").count(
        {"gate": FeedCount("office", future, future, sample=msgspec.json.encode(sample))}
    )

    output = run("source", "test", "gate", "--wait", "5")

    assert "A line came and was understood" in output
    assert "203.0.113.9" in output
    assert "\x1b[2J" not in output


def test_a_test_that_hears_nothing_says_where_to_look(run: Run) -> None:
    run("source", "add", "gate", "--address", "192.0.2.1")

    output = run("source", "test", "gate", "--wait", "1", status=1)

    assert "nothing ever has" in output
    assert "midwatch source unknown" in output


def test_a_paused_and_a_removed_source(run: Run) -> None:
    run("source", "add", "gate", "--address", "192.0.2.1")
    assert "never" in run("source", "status")

    run("source", "pause", "gate")
    assert [feed.paused for feed in run.store.feeds()] == [True]
    run("source", "pause", "gate", "--end")
    assert [feed.paused for feed in run.store.feeds()] == [False]
    run("source", "remove", "gate")
    assert run.store.feeds() == []
    assert "There is no source yet" in run("source", "status")


def test_the_device_is_told_the_port_of_the_configuration_that_is_named(
    run: Run, tmp_path: Path
) -> None:
    config = tmp_path / "midwatch.toml"
    config.write_text("[syslog]\nudp = 25514\n")

    output = run("source", "add", "gate", "--address", "192.0.2.1", "--config", str(config))

    assert "25514" in output
