"""The picture of who stands behind the vendors, and the rows that say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.choosing.drawing import LEFT, Box, drawn, path, stack, whole
from midwatch.desk.vendors.models import Vendor
from midwatch.reports.defusing import defuse
from midwatch.vendors.concentration import Beyond, beyond, silent
from midwatch.vendors.vendor import Vendor as VendorFile
from midwatch.vendors.vendor import VendorState

_VENDORS: Final = (230, 260)
_BEHIND: Final = (610, 260)
_AT_WORK: Final = (VendorState.ACTIVE, VendorState.EXITING)
_OVER: Final = (VendorState.REJECTED, VendorState.ENDED)


@dataclass(frozen=True, slots=True)
class Row:
    """A firm behind vendors. ``own``: the client's own vendor that it is as well."""

    firm: Beyond
    vendors: tuple[Vendor, ...]
    own: Vendor | None

    @property
    def mood(self) -> str:
        """``act``: shared and hard to do without; ``look``: shared."""
        if not self.firm.shared:
            return ""
        return "act" if self.firm.critical else "look"


@dataclass(frozen=True, slots=True)
class Reach:
    """All that is known. ``silent``: vendors of whom nobody wrote down who stands behind them."""

    vendors: tuple[Vendor, ...]
    rows: tuple[Row, ...]
    silent: tuple[Vendor, ...]

    @property
    def shared(self) -> int:
        """How many firms stand behind several."""
        return sum(each.firm.shared for each in self.rows)


def reach_of(vendors: Sequence[Vendor]) -> Reach:
    """Who stands behind these vendors; those that are gone are left out."""
    files = {each.reference: _own_id(each) for each in vendors}
    known = {each.reference: each for each in vendors}
    return Reach(
        tuple(each for each in vendors if VendorState(each.state) not in _OVER),
        tuple(
            Row(each, tuple(known[name] for name in each.vendors), known.get(each.own))
            for each in beyond(list(files.values()))
        ),
        tuple(known[each.id] for each in silent(files.values())),
    )


def _own_id(vendor: Vendor) -> VendorFile:
    """The file under the reference by which the desk knows it."""
    file = vendor.file
    return VendorFile(
        id=vendor.reference, name=file.name, country=file.country,
        state=VendorState(vendor.state), fourth_parties=file.fourth_parties,
    )  # fmt: skip


def picture(firm: str, reach: Reach) -> SafeString:
    """The client, its vendors, and who stands behind them; empty where there is no vendor."""
    if not reach.vendors:
        return SafeString("")
    place = {each.pk: number for number, each in enumerate(reach.vendors)}
    vendors = {each.pk: Box(each.name) for each in reach.vendors}
    rows = sorted(reach.rows, key=lambda row: _middle(row, place))
    behind = [(row, _box(row)) for row in rows]
    tall = max(stack(vendors.values()), stack(box for _row, box in behind))
    for column in (list(vendors.values()), [box for _row, box in behind]):
        _centre(column, tall)
    own = Box(firm)
    own.top = int(tall / 2 - own.height / 2)
    waiting = {e.pk for e in reach.vendors if VendorState(e.state) not in _AT_WORK}
    lines = [
        path(LEFT, own, _VENDORS, vendors[pk], "waits" if pk in waiting else "") for pk in vendors
    ]
    lines += [
        path(_VENDORS, vendors[vendor.pk], _BEHIND, box, row.mood)
        for row, box in behind
        for vendor in row.vendors
    ]
    boxes = [
        drawn(LEFT, own, "box own"),
        *(drawn(_VENDORS, box, "box") for box in vendors.values()),
        *(drawn(_BEHIND, box, f"box {row.mood}".rstrip()) for row, box in behind),
    ]
    label = _("Who stands behind the vendors of %(firm)s. The table below says the same.") % {
        "firm": defuse(firm, 80)
    }
    return whole(label, tall, lines, boxes)


def _middle(row: Row, place: Mapping[int, int]) -> tuple[float, str]:
    """Where its vendors stand on the whole, so that few lines cross."""
    places = [place[each.pk] for each in row.vendors]
    return (sum(places) / len(places), row.firm.name.casefold())


def _box(row: Row) -> Box:
    box = Box(row.firm.name)
    if row.own is not None:
        told = ngettext("yours, and behind %(n)d more", "yours, and behind %(n)d more",
                        len(row.vendors))  # fmt: skip
        box.lines.append((told % {"n": len(row.vendors)}, row.mood))
    elif row.firm.shared:
        told = _("behind %(n)d vendors") % {"n": len(row.vendors)}
        box.lines.append((told, row.mood))
    return box


def _centre(boxes: Sequence[Box], tall: int) -> None:
    """Spread a short column over the height, so that lines run level."""
    if not boxes:
        return
    used = boxes[-1].top + boxes[-1].height
    room = (tall - used) / (len(boxes) + 1)
    for number, box in enumerate(boxes, 1):
        box.top += int(room * number)
