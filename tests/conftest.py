"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
