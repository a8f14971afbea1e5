"""A policy as people write it, and what they are told when they slip."""

from datetime import date, time
from pathlib import Path

import pytest

from midwatch.incidents import read_policy
from midwatch.incidents.calendars import Span
from midwatch.incidents.policies import Hours
from midwatch.kernel import ConfigurationError, Level

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "paging-policy.md"


def example() -> str:
    """The example of the reference, so that it cannot go stale."""
    return REFERENCE.read_text("utf-8").split("```toml\n")[1].split("```")[0]


def test_the_example_of_the_reference_is_a_policy() -> None:
    policy = read_policy(example())

    assert policy.tenant == "harbour-office"
    assert policy.office == (Span(frozenset(range(5)), time(8), time(17)),)
    assert date(2026, 12, 25) in policy.holidays
    night = policy.route(Level.CRITICAL)
    assert night is not None
    assert (night.level, night.hours, night.repeat) == (Level.HIGH, Hours.ALWAYS, 30)
    rotation = policy.rotation("night")
    assert rotation is not None
    assert rotation.overrides[0].end - rotation.overrides[0].start == 24 * 3_600_000_000
    assert policy.maintenance[0].end - policy.maintenance[0].start == 2 * 3_600_000_000


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("paging = ", "pagin = ", "unknown field `pagin`"),
        ('level = "high"', 'level = "grave"', "grave"),
        ('zone = "Europe/Berlin"', 'zone = "Berlin/Mitte"', "no time zone"),
        ('days = "mon-fri"', 'days = "mo-fr"', "names no days"),
        ('from = "08:00"', 'from = "8 am"', "no time of day"),
        ('from = "2026-11-14 02:00"', 'from = "Saturday"', "no time: write it"),
        ("wait = 10", "wait = 0", "less than a minute"),
        ("wait = 10", 'wait = "10"', "Expected `int`"),
        ('every = "week"', 'every = "fortnight"', "write one of"),
        ("[[people]]", "[[people]", "no TOML"),
    ],
)
def test_a_slip_is_told_with_its_place(old: str, new: str, cause: str) -> None:
    text = example()
    assert old in text
    with pytest.raises(ConfigurationError, match=cause) as caught:
        read_policy(text.replace(old, new, 1), "office.toml")
    assert caught.value.path == "office.toml"
    assert caught.value.remedy
