"""Taking the sample office away, from a real watch and from one that stands still."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

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
from midwatch.watch.leaving_office import erase_leftovers, take_away
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
    assert folder.demo_leftovers.exists(), "the pipeline has not read it yet"
    Checkpoints(folder.database, "main").save(offset, {})
    erase_leftovers(folder, tenants, keeper)
    assert not folder.demo_leftovers.exists()


def test_a_real_client_that_took_the_name_keeps_its_rows(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    tenants.save_tenant(Tenant(CLIENT, "A real firm"))
    tenants.save_office(Office("main", CLIENT, "Main"))
    folder.demo_leftovers.write_text("0\n")

    class Keeper(LakeKeeper):
        def erase(self, tenant: str) -> None:  # type: ignore[override]  # it must not come to this
            raise AssertionError(tenant)

    erase_leftovers(folder, tenants, Keeper(folder.lake))

    assert not folder.demo_leftovers.exists()
    assert take_away(folder, Configuration()) is None


def test_the_morning_check_is_still_there() -> None:
    done = midwatch("demo", "--help")

    assert "--html" in done.stdout
    assert "stop" in done.stdout
