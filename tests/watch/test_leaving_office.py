"""Taking the sample office away, from a real watch and from one that stands still."""

from __future__ import annotations

import fcntl
import json
import socket
import threading
import urllib.request
from pathlib import Path

import pytest
from tests.watch.running_watch import RunningWatch, midwatch, until

from midwatch.intake.parcels import Parcel, Transport
from midwatch.intake.quarantine import Quarantine
from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import BadInputError
from midwatch.lake import LakeKeeper, LakeReader
from midwatch.tenants import Office, Tenant, TenantStore
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.configuration import Configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.leaving import erase_client, erase_leftovers
from midwatch.watch.leaving_office import take_away
from midwatch.watch.living_office import CLIENT, add_living_office
from midwatch.watch.state_folder import StateFolder

LINE = b"<38>Nov 22 10:00:01 files sshd[7]: Failed password for root from 203.0.113.9 port 7 ssh2"


def rows(state: Path, tenant: str) -> int:
    reader = LakeReader(state / "lake", [tenant])
    try:
        return int(reader.query("SELECT count(*) FROM events").rows[0][0])
    except BadInputError:
        return 0
    finally:
        reader.close()


def test_it_goes_out_of_a_running_watch(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with RunningWatch(state, "--demo") as watch:
        until((state / "demo.pid").exists, "the sample office never sent")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(LINE, ("127.0.0.1", watch.udp))
        until(lambda: rows(state, CLIENT) > 0, "nothing of it came into the lake")

        done = watch("demo", "stop")

        assert done.returncode == 0, done.stderr
        assert "The sample office is gone.\n  5 sources, " in done.stdout
        assert "still wait" not in done.stdout
        assert not (state / "demo.pid").exists()
        assert rows(state, CLIENT) == 0
        assert TenantStore(state / "state.sqlite").tenants() == []
        health = HealthStore(state / "state.sqlite")
        assert [each.feed for each in health.feeds(CLIENT)] == []
        began = max(beat.beat for beat in health.heartbeats())
        until(lambda: all(beat.beat > began for beat in health.heartbeats()), "a process is dead")
        with urllib.request.urlopen(
            f"http://127.0.0.1:{watch.metrics}/healthz"
        ) as answer:  # our own server
            assert answer.status == 200
        assert Quarantine(state / "spool/quarantine.sqlite").senders() == []
        again = watch("demo", "stop")
        assert (again.returncode, again.stdout) == (0, "There is no sample office here.\n")
    with RunningWatch(state, "--detach"):
        assert TenantStore(state / "state.sqlite").tenants() == [], "it came back by itself"


def test_what_still_waits_is_erased_later(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    add_living_office(tenants, 1)
    spool = SqliteSpool(folder.spool)
    feed = tenants.feeds(CLIENT)[0]
    offset = spool.append(
        [Parcel(CLIENT, feed.office, feed.id, "", Transport.UDP, "127.0.0.1", 1, (b"x",))]
    )

    taken = take_away(folder, Configuration())

    assert taken is not None
    assert (taken.sources, taken.complete) == (5, False)
    keeper = LakeKeeper(folder.lake)
    erase_leftovers(folder, tenants, keeper)
    assert folder.leftovers(CLIENT).exists(), "the pipeline has not read it yet"
    Checkpoints(folder.database, "main").save(offset, {})
    erase_leftovers(folder, tenants, keeper)
    assert not folder.leftovers(CLIENT).exists()


def test_a_real_client_that_took_the_name_keeps_its_rows(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    tenants.save_tenant(Tenant(CLIENT, "A real firm"))
    tenants.save_office(Office("main", CLIENT, "Main"))
    folder.leaving.mkdir()
    folder.leftovers(CLIENT).write_text("0\n")

    class Keeper(LakeKeeper):
        def erase(self, tenant: str) -> None:  # type: ignore[override]  # it must not come to this
            raise AssertionError(tenant)

    erase_leftovers(folder, tenants, Keeper(folder.lake))

    assert not folder.leftovers(CLIENT).exists()
    assert take_away(folder, Configuration()) is None


def test_the_morning_check_is_still_there() -> None:
    done = midwatch("demo", "--help")

    assert "--html" in done.stdout
    assert "stop" in done.stdout


def test_a_client_is_erased_from_a_running_watch_while_others_go_on(tmp_path: Path) -> None:
    state, proof = tmp_path / "state", tmp_path / "proof.json"
    with RunningWatch(state) as watch:
        for number, name in ((41, "acme"), (42, "quay")):
            assert midwatch("client", "add", name, "--state", state).returncode == 0
            told = ("--client", name, "--address", f"127.0.0.{number}", "--state", state)
            assert midwatch("source", "add", f"{name}-ssh", *told).returncode == 0
        (state / "rules" / "acme").mkdir(parents=True)

        def send() -> None:
            for number in (41, 42):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.bind((f"127.0.0.{number}", 0))
                    for _ in range(20):
                        sender.sendto(LINE, ("127.0.0.1", watch.udp))

        def came() -> bool:
            send()
            return min(rows(state, "acme"), rows(state, "quay")) >= 20

        until(came, "nothing came")
        before = rows(state, "quay")
        send()

        done = watch("client", "erase", "acme", "--yes", "--proof", proof)

        assert done.returncode == 0, done.stderr + done.stdout
        assert "acme is erased: 1 sources, 1 incidents, " in done.stdout
        assert "A listing of the lake shows nothing of it any more." in done.stdout
        until(lambda: rows(state, "quay") >= before + 20, "the other client's lines are missing")
        assert rows(state, "acme") == 0
        assert not (state / "rules" / "acme").exists()
        assert [each.id for each in TenantStore(state / "state.sqlite").tenants()] == ["quay"]
        told = json.loads(proof.read_text())
        assert (told["tenant"], told["remaining"]) == ("acme", [])
        assert all(len(file["digest"]) == 64 for file in told["files"])
        assert not list((state / "leaving").iterdir())
        kept = [path.name for path in (state / "lake/events").rglob("*") if "acme" in str(path)]
        assert kept == []


def test_a_client_on_hold_or_unknown_or_being_erased_is_refused(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    tenants.save_tenant(Tenant("held", "Held", legal_hold=True))
    tenants.save_tenant(Tenant("busy", "Busy"))

    with pytest.raises(BadInputError, match="legal hold"):
        erase_client(folder, Configuration(), "held")
    with pytest.raises(BadInputError, match="no client"):
        erase_client(folder, Configuration(), "nobody")
    folder.leaving.mkdir()
    with folder.leftovers("busy").with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BadInputError, match="another process"):
            erase_client(folder, Configuration(), "busy")
    assert [each.id for each in tenants.tenants()] == ["busy", "held"]


def test_erasing_waits_for_whoever_tends_the_lake(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    TenantStore(folder.database).save_tenant(Tenant("acme", "Acme"))
    folder.lake.mkdir()
    done = threading.Event()

    def erase() -> None:
        erase_client(folder, Configuration(), "acme")
        done.set()

    with (folder.lake / "tend.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        worker = threading.Thread(target=erase)
        worker.start()
        assert not done.wait(1)
    worker.join(30)
    assert done.is_set()
