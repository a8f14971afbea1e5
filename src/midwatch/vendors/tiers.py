"""How much could go wrong with a service, before anything is done about it: its tier.

Inherent risk looks at what the service touches, not at how good the vendor is. Points are
added up and shown; a few facts alone lift the tier, because no sum may average them away.

>>> told = tier_of(Service(vendor="v1", client="c1", name="Help desk",
...     data=DataReach.CUSTOMER, access=AccessReach.ADMINISTRATOR))
>>> told.tier, told.points, told.review_months
(<Tier.CRITICAL: 'critical'>, 7, 6)
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from midwatch.vendors.sentences import Number, Sentence


class Criticality(StrEnum):
    """How long the firm can do without the service."""

    NONE = "none"
    DAYS = "days"
    HOURS = "hours"


class DataReach(StrEnum):
    """The gravest data the vendor can see."""

    NONE = "none"
    BUSINESS = "business"
    PERSONAL = "personal"
    CUSTOMER = "customer"
    SPECIAL = "special"


class AccessReach(StrEnum):
    """The strongest access it has to the firm's systems."""

    NONE = "none"
    LIMITED = "limited"
    REMOTE = "remote"
    ADMINISTRATOR = "administrator"


class Tier(StrEnum):
    """Inherent risk; ``rank`` orders them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Tier).index(self)


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor does for one client.

    ``replaceable_days``: days until another could do it; None: not known, which counts as
    hard to replace. ``regulated``: an examiner of the client asks about it.
    """

    vendor: str
    client: str
    name: str
    criticality: Criticality = Criticality.NONE
    data: DataReach = DataReach.NONE
    access: AccessReach = AccessReach.NONE
    people: int = 0
    replaceable_days: int | None = 0
    subcontracted: bool = False
    regulated: bool = False
    moves_money: bool = False


class Reason(msgspec.Struct, frozen=True):
    """Points and the fact that gave them."""

    points: int
    fact: str


class InherentRisk(msgspec.Struct, frozen=True):
    """A tier with its arithmetic. ``lifted_by``: facts that alone demand the tier."""

    tier: Tier
    points: int
    reasons: tuple[Reason, ...]
    lifted_by: tuple[str, ...]

    @property
    def review_months(self) -> int:
        """How many months may pass until the next review."""
        return _MONTHS[self.tier]


_MONTHS: Final = {Tier.LOW: 24, Tier.MEDIUM: 12, Tier.HIGH: 12, Tier.CRITICAL: 6}
_DATA: Final = {
    DataReach.NONE: (0, ""),
    DataReach.BUSINESS: (1, Sentence("sees business papers")),
    DataReach.PERSONAL: (2, Sentence("sees data about people")),
    DataReach.CUSTOMER: (3, Sentence("sees the customers' records")),
    DataReach.SPECIAL: (4, Sentence("sees health, card or other specially protected data")),
}
_ACCESS: Final = {
    AccessReach.NONE: (0, ""),
    AccessReach.LIMITED: (1, Sentence("has an account in one system")),
    AccessReach.REMOTE: (2, Sentence("can enter the network from outside")),
    AccessReach.ADMINISTRATOR: (4, Sentence("works with an administrator's rights")),
}
_CRITICALITY: Final = {
    Criticality.NONE: (0, ""),
    Criticality.DAYS: (1, Sentence("work suffers within days without it")),
    Criticality.HOURS: (3, Sentence("work stops within hours without it")),
}
_FROM: Final = ((7, Tier.CRITICAL), (5, Tier.HIGH), (2, Tier.MEDIUM), (0, Tier.LOW))
_HARD_TO_REPLACE: Final = 90
_MANY: Final = 10_000


def tier_of(service: Service) -> InherentRisk:
    """The inherent risk of a service, with every point explained."""
    scored = [
        _DATA[service.data],
        _ACCESS[service.access],
        _CRITICALITY[service.criticality],
        (int(service.people >= _MANY), Sentence("concerns %(n)s people", n=Number(service.people))),
        (int(service.subcontracted), Sentence("hands work on to others")),
        (int(service.regulated), Sentence("an examiner asks about it")),
    ]
    if service.replaceable_days is None:
        scored.append((1, Sentence("nobody knows how long replacing it would take")))
    elif service.replaceable_days > _HARD_TO_REPLACE:
        days = service.replaceable_days
        scored.append((1, Sentence("replacing it would take %(days)s days", days=days)))
    reasons = tuple(Reason(points, fact) for points, fact in scored if points)
    points = sum(each.points for each in reasons)
    tier = next(tier for least, tier in _FROM if points >= least)
    lifted = tuple(_lifts(service, tier))
    for lifted_to, _why in lifted:
        tier = max(tier, lifted_to, key=lambda each: each.rank)
    return InherentRisk(tier, points, reasons, tuple(why for _tier, why in lifted))


def _lifts(service: Service, tier: Tier) -> list[tuple[Tier, str]]:
    demands = [
        (service.moves_money, Tier.HIGH, Sentence("it can move money")),
        (
            service.access is AccessReach.ADMINISTRATOR,
            Tier.HIGH,
            Sentence("an administrator can reach everything"),
        ),
        (
            service.data is DataReach.SPECIAL,
            Tier.HIGH,
            Sentence("the law protects this data specially"),
        ),
        (
            service.criticality is Criticality.HOURS and service.replaceable_days is None,
            Tier.CRITICAL,
            Sentence("work stops within hours, and nobody knows how to replace it"),
        ),
    ]
    return [(to, why) for holds, to, why in demands if holds and to.rank > tier.rank]
