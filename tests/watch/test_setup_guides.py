"""What to type into a device."""

import re
from pathlib import Path

import pytest

from midwatch.events import sources as sources_package
from midwatch.events.catalogue import all_sources
from midwatch.watch.setup_guides import PLACEHOLDERS, filled_guide, guide_of

WRITTEN = sorted(path.parent.name for path in Path(sources_package.__path__[0]).glob("*/setup.txt"))
FIREWALLS = {
    "pfsense", "opnsense", "fortigate", "sonicwall", "watchguard", "sophos", "cisco_asa", "meraki",
    "mikrotik", "paloalto", "unifi",
}  # fmt: skip
SHOWN_ONCE = "t0k"


def test_every_firewall_of_the_first_order_has_its_guide() -> None:
    assert set(WRITTEN) >= FIREWALLS


def test_a_guide_belongs_to_a_source() -> None:
    assert set(WRITTEN) <= {source.name for source in all_sources()}


@pytest.mark.parametrize("product", [*WRITTEN, "", "postfix"])
def test_a_guide_is_filled_whole(product: str) -> None:
    asked = set(re.findall(r"\{([a-z]+)\}", guide_of(product)))
    text = filled_guide(product, host="192.0.2.9", port=5514, http="http://h:1", token=SHOWN_ONCE)

    assert asked <= PLACEHOLDERS
    assert asked & {"host", "http"}
    assert "192.0.2.9" in text or "http://h:1" in text
    assert not re.search(r"\{(?:host|port|http|token)\}", text)
    assert max(map(len, text.splitlines())) <= 100
