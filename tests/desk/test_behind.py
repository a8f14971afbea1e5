"""Who stands behind the vendors: the picture and the table beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree as ET

import msgspec
import pytest
from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.choosing.reach import picture, reach_of
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.vendor import FourthParty, VendorState
from midwatch.vendors.vendor import Vendor as VendorFile

PLACE = f"/c/{BAKERY}/behind/"
_HOSTILE = "<script>alert(1)</script>\x1b\u202e&\"'" + "x" * 300


@pytest.fixture
def house(world: Furnished, db: None) -> Furnished:
    return world


def put(name: str, *behind: str, tenant: str = BAKERY, **changes: object) -> Vendor:
    made = Vendor(tenant=tenant)
    parties = tuple(
        FourthParty(name=each, country="US", does="cloud", sees_our_data=True, critical=True)
        for each in behind
    )
    file = VendorFile(id=made.reference, name=name, country="DE", fourth_parties=parties,
                      state=VendorState.ACTIVE)  # fmt: skip
    made.put(msgspec.structs.replace(file, **changes))
    made.save()
    return made


def drawn(vendors: list[Vendor]) -> ET.Element:
    return ET.fromstring(picture("Bakery", reach_of(vendors)))  # noqa: S314  # it is our own


def test_with_nothing_on_file_the_page_says_what_to_do(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    asked = visitor(Role.OWNER)
    assert "No vendor is on file yet." in asked.get(PLACE).content.decode()
    put("Helpers")
    page = asked.get(PLACE).content.decode()
    assert "Nobody wrote down who stands behind your vendors." in page
    assert "Ask each vendor who else sees your data" in page


def test_a_firm_behind_two_stands_out(house: Furnished, visitor: Callable[..., Client]) -> None:
    put("Helpers", "Cloud, Inc.")
    put("Owls", "CLOUD", "Alone")
    put("Elsewhere", "Cloud", tenant=FORGE)
    page = visitor(Role.OWNER).get(PLACE).content.decode()
    assert "1 firm stands behind several vendors on file." in page
    assert "shared, and hard to do without" in page
    assert "behind 2 vendors" in page
    assert "Elsewhere" not in page


def test_another_clients_picture_is_not_there(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    assert visitor(Role.OWNER).get(f"/c/{FORGE}/behind/").status_code == 404


@pytest.mark.parametrize("count", [1, 10, 60])
def test_the_picture_holds_all_of_them(house: Furnished, count: int) -> None:
    vendors = [put(f"Vendor {n}", "Cloud", f"Firm {n}", f"Other {n}") for n in range(count)]
    root = drawn(vendors)
    boxes = [each for each in root.iter("rect") if "box" in each.get("class", "").split()]
    paths = [each for each in root.iter("path") if each.get("d", "").count("C")]
    assert len(boxes) == 1 + count + 1 + 2 * count
    assert len(paths) == count + 3 * count
    assert all(each.get("style") is None for each in root.iter())
    height = float(root.get("viewBox", "").split()[3])
    for column in {each.get("x") for each in boxes}:
        spans = sorted(
            (float(e.get("y", 0)), float(e.get("height", 0))) for e in boxes if e.get("x") == column
        )
        assert all(top + tall < after for (top, tall), (after, _t) in pairwise(spans))
        assert spans[-1][0] + spans[-1][1] <= height


def test_hostile_names_are_text(house: Furnished, visitor: Callable[..., Client]) -> None:
    put(_HOSTILE, _HOSTILE, "Cloud")
    put("Owls", _HOSTILE.upper())
    page = visitor(Role.OWNER).get(PLACE).content.decode()
    assert "<script>alert" not in page.casefold()
    assert "\u202e" not in page
    svg = re.search(r"<svg class=\"flow\".*?</svg>", page, re.DOTALL)
    assert svg is not None
    assert "x" * 60 not in svg[0]


def test_vendors_that_do_not_work_yet_are_dotted_and_gone_ones_absent(house: Furnished) -> None:
    vendors = [
        put("Works"),
        put("Comes", state=VendorState.CANDIDATE),
        put("Gone", state=VendorState.ENDED),
    ]
    root = drawn(vendors)
    texts = [each.text for each in root.iter("text")]
    assert "Gone" not in texts
    assert [e.get("class") for e in root.iter("path")].count("waits") == 1
