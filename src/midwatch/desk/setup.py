"""What the desk is told at its start: the state folder and the configuration file.

Django reads its settings from a module, so that the two travel in the environment.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from midwatch.watch.configuration import Configuration, load_configuration
from midwatch.watch.state_folder import VARIABLE, StateFolder, default_state

_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class DeskSetup:
    """The state folder and the configuration of a desk."""

    folder: StateFolder
    configuration: Configuration

    @property
    def url(self) -> str:
        """Where people reach the desk, without a slash at the end."""
        desk = self.configuration.desk
        return desk.url.rstrip("/") or f"http://localhost:{desk.port}"

    @property
    def secure(self) -> bool:
        """Whether people come over HTTPS, so that cookies may insist on it."""
        return urlsplit(self.url).scheme == "https"

    @property
    def hosts(self) -> list[str]:
        """The names the desk answers to."""
        named = urlsplit(self.url).hostname
        return list(dict.fromkeys([*([named] if named else []), *_LOCAL_NAMES]))

    def secret(self) -> str:
        """The key that sessions and links are signed with; made once, read by the owner only.

        Without a state folder (types are checked, messages are collected) it is one for once.
        """
        if not self.folder.path.is_dir():
            return secrets.token_urlsafe(64)
        place = self.folder.path / "desk.key"
        if not place.exists():
            beside = place.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64) + "\n")
            with suppress(FileExistsError):  # another process was first: its key is the key
                os.link(beside, place)
            beside.unlink()
        return place.read_text("ascii").strip()


@cache
def desk_setup() -> DeskSetup:
    """The setup of this process.

    Raises:
        ConfigurationError: The configuration file is wrong.
    """
    named = os.environ.get(VARIABLE)
    folder = StateFolder(Path(named) if named else default_state())
    return DeskSetup(folder, load_configuration())
