"""What every test may ask for."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from midwatch.incidents import Signal
from midwatch.kernel import Level

ROOT = Path(__file__).resolve().parents[1]

# How long something takes is measured in benchmarks/, on a machine that does nothing else.
settings.register_profile(
    "midwatch", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("midwatch")


@pytest.fixture(scope="session")
def cases_dir() -> Path:
    """The folder of shared third-party cases: $MIDWATCH_CASES, or beside the repository.

    Without them a test is skipped on a person's machine and fails where CI=true: there
    a silent skip would pass for a check.
    """
    named = os.environ.get("MIDWATCH_CASES")
    folder = Path(named) if named else ROOT.parent / "shared" / "cases"
    if not (folder / "manifest.json").is_file():
        reason = f"the shared cases are not at {folder}; set MIDWATCH_CASES to their folder"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder.resolve()


@pytest.fixture(scope="session")
def a_signal() -> Callable[..., Signal]:
    """Makes a signal of a guessed VPN password with what a test wants changed."""

    def make(name: str = "a1", **changes: Any) -> Signal:
        plain = Signal(
            id=name,
            tenant="office",
            rule="vpn-guessing",
            title="VPN passwords guessed",
            kind="VPN guessing",
            level=Level.HIGH,
            category="credential_attack",
            first=0,
            last=0,
            count=64,
            addresses=("198.51.100.7",),
            users=("j.ortiz",),
            services=("vpn",),
            todo=("reset the password",),
        )
        return msgspec.structs.replace(plain, **changes)

    return make
