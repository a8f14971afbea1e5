"""The configuration file: what it says, and how a slip in it is told."""

from pathlib import Path

import pytest

from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import (
    Configuration,
    load_configuration,
    parse_configuration,
    settings,
)
from midwatch.watch.processes.intake import listen_settings


def test_without_a_file_everything_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDWATCH_CONFIG", raising=False)

    assert load_configuration() == Configuration()


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "midwatch.toml"
    path.write_text('[syslog]\nudp = 514\n\n[mail]\nhost = "mail.example"\n')

    found = load_configuration(path)

    assert (found.syslog.udp, found.syslog.tcp, found.mail.host) == (514, 5514, "mail.example")


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("[syslog]\nudp = 99999\n", 2, "syslog.udp: expected `int` <= 65535"),
        ('[syslog]\n# ports\nudp = "514"\n', 3, "syslog.udp: expected `int`, got `str`"),
        ("[syslog]\nport = 1\n", 2, "there is no setting syslog.port"),
        ("[sylog]\nudp = 1\n", 1, "there is no setting sylog"),
        ("syslog.udp = -1\n", 1, "syslog.udp: expected `int` >= 0"),
        ("[syslog\n", 1, "this is not TOML"),
        ("[senders]\nlines = 10\nburst = 0\n", 3, "senders.burst: expected `int` >= 1"),
        ('[spool]\nkind = "kafka"\n', 2, "spool.kind: expected `str` matching"),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, line: int, cause: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(text, "midwatch.toml")

    assert caught.value.place == f"midwatch.toml:{line}"
    assert cause in caught.value.cause
    assert caught.value.remedy


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_configuration(tmp_path / "none.toml")


def test_every_setting_says_what_it_means() -> None:
    assert [f"{table}.{key}" for table, key, _, meaning in settings() if not meaning] == []


def test_what_one_sender_may_send_reaches_the_listeners() -> None:
    said = parse_configuration(
        "[senders]\nlines = 7\nburst = 9\nconnections = 3\nconnections_each = 2\nidle = 60\n", ""
    )

    limits = listen_settings(said).limits

    assert (limits.lines_per_second, limits.burst, limits.idle) == (7, 9, 60)
    assert (limits.connections, limits.connections_per_address) == (3, 2)
