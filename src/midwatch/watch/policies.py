"""Who is told of whose incidents: one TOML file a client in STATE/policies.

``operator.toml`` is the provider's own: it hears of what is wrong with the watch itself,
and of every client that has no policy. A file with a slip is told, and the policy that was
in force before stays so.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

import msgspec

from midwatch.incidents import Policy, read_policy
from midwatch.kernel import MidwatchError

OPERATOR: Final = "operator"
"""The provider's own tenant, for what concerns no client."""
_LOG: Final = logging.getLogger(__name__)


class Policies:
    """The policies of all clients."""

    def __init__(self, folder: Path) -> None:
        """``folder``: STATE/policies, which may be missing."""
        self._folder = folder
        self._stamps: dict[str, tuple[int, int]] = {}
        self._known: dict[str, Policy] = {}
        self.problems: dict[str, str] = {}
        self.refresh()

    def policy_of(self, tenant: str) -> Policy | None:
        """The client's policy, else the operator's in its name; None where there is neither."""
        known = self._known.get(tenant)
        if known is not None:
            return known
        common = self._known.get(OPERATOR)
        return None if common is None else msgspec.structs.replace(common, tenant=tenant)

    def refresh(self) -> bool:
        """Read what changed; whether anything did."""
        found = self._files()
        changed = False
        for name in self._stamps.keys() - found.keys():
            changed = True
            self._known.pop(name, None)
            self._stamps.pop(name)
            self.problems.pop(name, None)
        for name, stamp in found.items():
            if self._stamps.get(name) == stamp:
                continue
            path = self._folder / f"{name}.toml"
            try:
                changed = True
                self._stamps[name] = stamp
                policy = read_policy(path.read_text(encoding="utf-8"), str(path))
            except (MidwatchError, OSError, UnicodeDecodeError) as error:
                self.problems[name] = str(error)
                _LOG.warning("a policy is not in force", extra={"problem": str(error)})
                continue
            self._known[name] = msgspec.structs.replace(policy, tenant=name)
            self.problems.pop(name, None)
        return changed

    def _files(self) -> dict[str, tuple[int, int]]:
        """Name and stamp of each policy; asked often, so it looks only once at the folder.

        A file that cannot be looked at has a stamp of zeros. A folder that cannot be read changes
        nothing: whoever was told so far is told on.
        """
        found: dict[str, tuple[int, int]] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".toml"):
                        found[entry.name.removesuffix(".toml")] = _stamp(entry)
        except FileNotFoundError:
            return {}
        except OSError:
            return self._stamps
        return dict(sorted(found.items()))


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        status = entry.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
