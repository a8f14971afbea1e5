"""Addresses of lists in events that no rule need be about: a login from one, a contact with one.

They are alerts of their own, counted, grouped and remembered like those of any rule. What
the client knows is left out. A contact with an address of a list counts only where the list is
there to raise: addresses that merely scan are on many lists, and answer too when they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from midwatch.detection import Match
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.schema import Category, Logsource
from midwatch.incidents import Knowledge
from midwatch.incidents.address_lists import Effect
from midwatch.kernel import Level
from midwatch.rules.plan import NEVER
from midwatch.rules.ruleset import Advice, Rule, RuleSet

_MOST_REMEMBERED: Final = 65_536
_LOGIN: Final = Rule(
    id="midwatch-listed-login",
    title="Login from a listed address",
    name="listed-login",
    level=Level.HIGH,
    author="Midwatch",
    logsource=Logsource(category=Category.AUTHENTICATION),
    condition=NEVER,
    techniques=("T1078",),
    advice=Advice(
        category="anomalous_login",
        kind="login from a listed address",
        meaning="Somebody logged in from an address that a block list warns of.",
        todo=(
            "Ask the person whether it was them, by telephone",
            "If not, end the session and change the password",
            "Block the address",
        ),
        success=True,
    ),
)
_CONTACT: Final = Rule(
    id="midwatch-listed-contact",
    title="Contact with a listed address",
    name="listed-contact",
    level=Level.MEDIUM,
    author="Midwatch",
    logsource=Logsource(category=Category.NETWORK),
    condition=NEVER,
    techniques=("T1071",),
    advice=Advice(
        category="malware",
        kind="contact with a listed address",
        meaning="A machine inside was let through to an address that a block list warns of.",
        todo=(
            "Find out which program on the machine did it",
            "Scan the machine for malware",
            "Block the address",
        ),
        attempt=False,
    ),
)
LISTED_RULES: Final = (_LOGIN, _CONTACT)


def with_listed(rules: RuleSet) -> RuleSet:
    """The rules and those of listed addresses, for counting; nothing matches those by itself."""
    return RuleSet((*rules.rules, *LISTED_RULES), rules.correlations, rules.problems, rules.digest)


class ListedSight:
    """Sees listed addresses in events; see the module's documentation."""

    def __init__(
        self, knowledge_of: Callable[[str], Knowledge | None], clock: Callable[[], int]
    ) -> None:
        """``clock``: gives UTC microseconds, by which lists and entries end."""
        self._knowledge_of = knowledge_of
        self._clock = clock
        self._effects: dict[tuple[str, str], Effect | None] = {}

    def forget(self) -> None:
        """What is known has changed, or has become older."""
        self._effects.clear()

    def matches(self, tenant: str, batch: EventBatch) -> list[Match]:
        """The events of a batch that are about a listed address."""
        knowledge = self._knowledge_of(tenant)
        if knowledge is None or not knowledge.has_lists:
            return []
        logins = _rows(batch, Category.AUTHENTICATION, ("login", "connect"), success=True)
        contacts = _rows(batch, Category.NETWORK, ("allow", "connect"), success=False)
        found = [
            (_LOGIN, self._listed(tenant, knowledge, batch, "src_ip", logins, tuple(Effect))),
            (
                _CONTACT,
                self._listed(tenant, knowledge, batch, "dst_ip", contacts, (Effect.RAISE,)),
            ),
        ]
        return [Match(rule, batch, rows) for rule, rows in found if rows]

    def _listed(
        self,
        tenant: str,
        knowledge: Knowledge,
        batch: EventBatch,
        name: str,
        rows: Sequence[int],
        effects: Sequence[Effect],
    ) -> list[int]:
        if not rows:
            return []
        column = batch.own_column(name)
        if column is None:
            return []
        if isinstance(column, Constant):
            listed = self._effect(tenant, knowledge, column.value) in effects
            return list(rows) if listed else []
        return [row for row in rows if self._effect(tenant, knowledge, column[row]) in effects]

    def _effect(self, tenant: str, knowledge: Knowledge, address: object) -> Effect | None:
        """The gravest effect of the lists that an address is on."""
        if not isinstance(address, str):
            return None
        key = (tenant, address)
        try:
            return self._effects[key]
        except KeyError:
            pass
        effects = {match.effect for match in knowledge.listed(address, self._clock())}
        found = next((effect for effect in Effect if effect in effects), None)
        if knowledge.known(address):
            found = None
        if len(self._effects) >= _MOST_REMEMBERED:
            self._effects.clear()
        self._effects[key] = found
        return found


def _rows(
    batch: EventBatch, category: Category, actions: Sequence[str], *, success: bool
) -> Sequence[int]:
    """The rows of that category and one of those actions; ``success``: that came to something."""
    rows: Sequence[int] = range(len(batch))
    wanted: list[tuple[str, Sequence[object]]] = [("category", (category,)), ("action", actions)]
    if success:
        wanted.append(("outcome", ("success",)))
    for name, values in wanted:
        column = batch.own_column(name)
        if column is None:
            return ()
        if isinstance(column, Constant):
            if column.value not in values:
                return ()
        else:
            rows = [row for row in rows if column[row] in values]
    return rows
