"""The folder that holds everything Midwatch must remember, and its layout.

    version          the layout's number
    state.sqlite     tenants, sources, incidents, deliveries, health
    spool/           what came in and is not yet in the lake
    lake/            the Delta table of events
    packs/           installed rule packs
    rules/           rules of your own, for all clients or one
    lists/           the last good content of address lists
    policies/        who is told of whose incidents
    papers/          files of the vendor file, by client and SHA-256
    links.key        what links in messages are signed with
    facts.key        what service facts are signed with (Ed25519, private)
    desk.sqlite      what people edit in the desk
    remind.lock      held by the process that mails what is due with vendors
    desk.key         what the desk's sessions are signed and its masks are keyed with
    leaving/         which clients were erased while lines of them were on their way
    backups/         made by ``midwatch backup``
    up.lock          held by all processes of the watch that runs here
    *.pid, up.log, demo.*   of that watch

The folder is the owner's alone (mode 0700): logs name people.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midwatch.kernel import ConfigurationError

LAYOUT: Final = 1
"""Number of this layout; it grows when an older Midwatch could not read what is there."""
VARIABLE: Final = "MIDWATCH_STATE"
"""Environment variable that names the folder."""


def default_state() -> Path:
    """The state folder when nobody names one."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME", "")
    # A relative one is passed over, as its specification demands.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local/state") / "midwatch"


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The places in a state folder."""

    path: Path

    @property
    def database(self) -> Path:
        """Tenants, incidents, deliveries and health."""
        return self.path / "state.sqlite"

    @property
    def spool(self) -> Path:
        """What came in and is not yet in the lake."""
        return self.path / "spool"

    @property
    def quarantine(self) -> Path:
        """Lines of senders that nobody knows."""
        return self.path / "spool" / "quarantine.sqlite"

    @property
    def rules(self) -> Path:
        """Rules of the provider's and the clients' own."""
        return self.path / "rules"

    @property
    def policies(self) -> Path:
        """Who is told of whose incidents."""
        return self.path / "policies"

    @property
    def lists(self) -> Path:
        """The last good content of address lists."""
        return self.path / "lists"

    def papers(self, tenant: str) -> Path:
        """The files of a client's vendor file, named by their SHA-256."""
        return self.path / "papers" / tenant

    @property
    def lake(self) -> Path:
        """The Delta table of events."""
        return self.path / "lake"

    @property
    def demo_pid(self) -> Path:
        """Holds the number of the process that sends the sample office's lines."""
        return self.path / "demo.pid"

    @property
    def demo_stopped(self) -> Path:
        """Is there once somebody has taken the sample office away."""
        return self.path / "demo.stopped"

    @property
    def facts_key(self) -> Path:
        """What service facts are signed with."""
        return self.path / "facts.key"

    @property
    def leaving(self) -> Path:
        """A file for each client that was taken away while lines of it still came."""
        return self.path / "leaving"

    def leftovers(self, tenant: str) -> Path:
        """Holds the spool offset up to which lines of a client that went may still come."""
        return self.leaving / f"{tenant}.left"

    def open(self) -> StateFolder:
        """Make the folder where it is missing, and look at its version.

        Raises:
            ConfigurationError: It cannot be made or written, or a newer Midwatch wrote it.
        """
        marker = self.path / "version"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not marker.exists():
                beside = marker.with_suffix(f".{os.getpid()}")
                beside.write_text(f"{LAYOUT}\n", encoding="ascii")
                beside.replace(marker)
            found = int(marker.read_text(encoding="ascii").strip() or 0)
        except OSError as error:
            raise ConfigurationError(
                f"the state folder cannot be used: {error.strerror}",
                remedy=f"name another with --state or {VARIABLE}, or mend its owner and mode",
                path=str(self.path),
            ) from error
        except ValueError as error:
            raise ConfigurationError(
                "its version file holds no number",
                remedy="is this Midwatch's folder? Name another, or restore a backup",
                path=str(marker),
            ) from error
        if found > LAYOUT:
            raise ConfigurationError(
                f"a newer Midwatch made this folder (layout {found}, this one knows {LAYOUT})",
                remedy="run that version, or restore a backup made before the upgrade",
                path=str(self.path),
            )
        return self
