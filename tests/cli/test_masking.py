"""Masked fields as people meet them: chosen, written, searched with the key and without."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from midwatch.cli.client import command as client
from midwatch.cli.query import command as query
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.kernel import MidwatchError
from midwatch.lake import LakeWriter, Placed
from midwatch.tenants import TenantStore
from midwatch.watch.maskings import Maskings

NOON = 1_795_176_000_000_000
LINES = [
    "Nov 20 11:59:58 gate sshd[77]: Failed password for Carlotta from 203.0.113.9 port 4022 ssh2",
    "Nov 20 11:59:59 gate sshd[78]: Accepted publickey for mia from 192.0.2.20 port 4023 ssh2",
]


class World:
    def __init__(self, folder: Path) -> None:
        self.state, self.key = folder / "state", folder / "acme.key"
        assert self.run(client, "add", "acme").exit_code == 0

    def run(self, command: click.Command, *words: str | Path) -> Result:
        return CliRunner().invoke(
            command, [str(word) for word in words], env={"MIDWATCH_STATE": str(self.state)}
        )

    def write(self) -> None:
        """Lines are kept as the pipeline keeps them."""
        store = TenantStore(self.state / "state.sqlite")
        maskings = Maskings().of(store.maskings())
        store.close()
        result = LineReader(all_sources(), ClockContext(reference=NOON)).read(LINES, 1)
        LakeWriter(self.state / "lake", maskings).commit(
            [Placed("acme", "hq", "gate", NOON, batch) for batch in result.batches], "spool", 1
        )

    def users(self, *words: str | Path) -> list[str]:
        done = self.run(query, "--format", "json", "--tenant", "acme", *words)
        assert done.exit_code in (0, 1), done.output
        return [json.loads(line)["user"] for line in done.stdout.splitlines()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def cause(done: Result) -> str:
    assert isinstance(done.exception, MidwatchError), done.output
    return str(done.exception)


def test_a_value_is_found_by_its_pseudonym_with_the_key_only(world: World) -> None:
    fields = ("--field", "user=pseudonym", "--field", "src_ip=address", "--keep-lines")
    assert world.run(client, "mask", "acme", *fields, "--new-key", world.key).exit_code == 0
    world.write()

    for search in ("user:carlotta", "user:CARLOTTA", "src_ip:203.0.113.9", "ip:203.0.113.9"):
        (found,) = world.users("--key", world.key, search)
        assert found.startswith("p-")
        assert world.users(search) == []
        assert world.users(f"user:{found}") == [found]
    assert len(world.users("--key", world.key, "carlotta")) == 1
    assert len(world.users("--key", world.key, "NOT user:carlotta has:user")) == 1
    assert len(world.users("--key", world.key, "user:carlotta OR user:mia")) == 2
    for path in world.state.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        assert b"carlotta" not in content
        assert b"203.0.113.9" not in content


def test_pseudonyms_of_addresses_can_be_searched_like_texts(world: World) -> None:
    world.run(client, "mask", "acme", "--field", "src_ip=pseudonym", "--new-key", world.key)
    world.write()

    assert world.users("--key", world.key, "src_ip:203.0.113.9") == ["Carlotta"]
    assert world.users("--key", world.key, "src_ip:203.0.113.0/24") == []


def test_another_key_finds_nothing(world: World, tmp_path: Path) -> None:
    world.run(client, "mask", "acme", "--field", "user=pseudonym", "--new-key", world.key)
    world.write()
    (tmp_path / "other.key").write_text("x" * 32)

    assert world.users("--key", tmp_path / "other.key", "user:mia") == []


def test_what_is_masked_is_told_and_can_be_ended(world: World) -> None:
    assert world.run(client, "mask", "acme").stdout == "Nothing of acme is masked.\n"

    world.run(client, "mask", "acme", "--field", "user=hide")
    told = world.run(client, "mask", "acme").stdout
    assert told == "user: hide\nkey: none is needed\nlines: dropped\n"

    world.run(client, "mask", "acme", "--off")
    assert world.run(client, "mask", "acme").stdout == "Nothing of acme is masked.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--field", "user"], "does not say how"),
        (["--field", "user=secret"], "does not say how"),
        (["--field", "time=hide"], "cannot be masked"),
        (["--field", "user=pseudonym"], "needs a key"),
        (["--keep-lines"], "no field is named"),
        (["--field", "user=pseudonym", "--key", "env:NO_SUCH_KEY"], "empty or missing"),
        (["--field", "user=pseudonym", "--key", "/nowhere"], "cannot be read"),
        (["--field", "user=pseudonym", "--new-key", "STATE/acme.key"], "in the state folder"),
    ],
)
def test_what_would_not_protect_is_refused(world: World, words: list[str], told: str) -> None:
    given = [word.replace("STATE", str(world.state)) for word in words]

    assert told in cause(world.run(client, "mask", "acme", *given))
    assert world.run(client, "mask", "acme").stdout == "Nothing of acme is masked.\n"


def test_a_key_that_is_too_short_or_there_already_is_refused(world: World) -> None:
    world.key.write_text("short")

    ask = ("mask", "acme", "--field", "user=pseudonym")
    assert "needs at least 32" in cause(world.run(client, *ask, "--key", world.key))
    assert "cannot be written" in cause(world.run(client, *ask, "--new-key", world.key))
    assert world.key.read_text() == "short"


def test_a_key_serves_one_client_and_no_sql(world: World) -> None:
    world.key.write_text("x" * 32)
    world.write()

    assert "one client's" in cause(world.run(query, "--key", world.key, "user:mia"))
    sql = ("--sql", "SELECT 1", "--key", world.key)
    assert "not rewritten" in cause(world.run(query, *sql))
