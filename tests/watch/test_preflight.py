"""What keeps a watch from starting, and how a person is told."""

from __future__ import annotations

import os
import socket
import sqlite3
from pathlib import Path

import pytest
from tests.watch.running_watch import RunningWatch, free_port, midwatch, until

from midwatch.kernel import ConfigurationError
from midwatch.tenants import TenantStore
from midwatch.watch.configuration import Configuration, parse_configuration, settings
from midwatch.watch.preflight import file_problems, port_problems, state_problems
from midwatch.watch.state_folder import StateFolder

QUIET = "[syslog]\nudp = 0\ntcp = 0\ntls = 0\n[http]\nport = 0\n[self]\nmetrics_port = 0\n[desk]\nport = 0\n"


def configured(text: str) -> Configuration:
    return parse_configuration(text, "midwatch.toml")


def test_free_ports_are_no_problem() -> None:
    text = f"[syslog]\nudp = {free_port(socket.SOCK_DGRAM)}\ntcp = {free_port()}\n[http]\nport = 0"
    found = configured(f"{text}\n[self]\nmetrics_port = 0\n[desk]\nport = 0\n")

    assert list(port_problems(found)) == []


@pytest.mark.parametrize(
    ("kind", "setting"), [(socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")]
)
def test_a_port_that_is_taken_is_told_with_its_setting(
    kind: socket.SocketKind, setting: str
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        text = QUIET.replace(f"{setting} = 0", f"{setting} = {port}")
        text = text.replace("[syslog]", '[syslog]\naddress = "127.0.0.1"')

        (problem,) = port_problems(configured(text))

    assert f"[syslog] {setting} = {port} cannot be listened on: Address already" in str(problem)
    assert f"'sport = :{port}'" in str(problem)


def test_a_folder_of_another_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = StateFolder(tmp_path / "state").open()
    other = os.geteuid() + 4321
    monkeypatch.setattr(os, "geteuid", lambda: other)

    (problem,) = state_problems(folder)

    assert "the state folder belongs to " in str(problem)
    assert f"this is user {other}" in str(problem)


def test_a_damaged_state_file_is_told(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    folder.database.write_bytes(b"no database at all" * 500)

    (problem,) = state_problems(folder)

    assert "damaged" in str(problem)
    assert "midwatch restore" in str(problem)


def test_a_newer_state_file_is_told(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    TenantStore(folder.database).close()
    with sqlite3.connect(folder.database) as database:
        database.execute("UPDATE midwatch_version SET version = 99 WHERE component = 'tenants'")
    database.close()

    (problem,) = state_problems(folder)

    assert "a newer Midwatch wrote its tenants (version 99)" in str(problem)


def test_missing_certificates_and_secrets_are_told(tmp_path: Path) -> None:
    found = configured(
        f'[http]\ncertificate = "{tmp_path}/none.pem"\nkey = "{tmp_path}/none.key"\n'
        '[mail]\nhost = "mail.example"\npassword = "env:NO_SUCH_VARIABLE"\n'
        f'[webhook]\nsecret = "file:{tmp_path}/none"\n'
    )

    told = "\n".join(str(problem) for problem in file_problems(found))

    assert "none.pem" in told
    assert "'env:NO_SUCH_VARIABLE' is empty or missing" in told
    assert f"{tmp_path}/none" in told
    assert "[mail] sender" in told


def test_up_tells_of_a_taken_port_and_starts_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = tmp_path / "midwatch.toml"
        port = taken.getsockname()[1]
        config.write_text(QUIET.replace("port = 0\n[self]", f"port = {port}\n[self]"))
        for words in (("up",), ("up", "--detach"), ("config", "check")):
            done = midwatch(*words, "--state", tmp_path / "state", "--config", config)

            assert done.returncode in (1, 2)
            assert f"[http] port = {port} cannot be listened on" in done.stdout + done.stderr
    assert not (tmp_path / "state" / "up.pid").exists()


def test_a_sound_configuration_is_called_so(tmp_path: Path) -> None:
    config = tmp_path / "midwatch.toml"
    config.write_text(QUIET)

    done = midwatch("config", "check", "--state", tmp_path / "state", "--config", config)

    assert (done.returncode, done.stderr) == (0, "")
    assert "a watch can start with it" in done.stdout


def test_what_is_shown_is_a_file_that_says_the_same(tmp_path: Path) -> None:
    config = tmp_path / "midwatch.toml"
    config.write_text('[syslog]\nudp = 514\n[spool]\nservers = ["nats://a:1", "nats://b:2"]\n')

    whole = midwatch("config", "show", "--config", config).stdout
    changed = midwatch("config", "show", "--changed", "--config", config).stdout

    assert configured(whole) == configured(changed) == configured(config.read_text())
    assert all(f"\n{key} = " in whole for _, key, _, _ in settings())
    assert changed.count(" = ") == 2


def test_a_running_watch_reloads(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with RunningWatch(state) as watch:
        log = state / "up.log"
        watch.config.write_text(watch.config.read_text() + "[webhook]\nwrong = 1\n")
        assert watch("reload").returncode == 2, "a wrong file is refused at once"
        watch.config.write_text(watch.config.read_text().replace("wrong = 1", 'secret = "env:X"'))

        done = watch("reload")

        assert (done.returncode, done.stderr) == (0, "")
        until(lambda: "read the configuration anew" in log.read_text(), "nobody read it")
        assert "failed" not in log.read_text()
        assert watch("config", "check").returncode == 1, "the secret is missing"
        assert watch("up", "--detach", "--unless-running").returncode == 0
        again = watch("up", "--detach")
        assert (again.returncode, "a watch runs already" in again.stderr) == (2, True)
    assert midwatch("reload", "--state", state).returncode == 2
    with pytest.raises(ConfigurationError):
        configured("[webhook]\nwrong = 1\n")
