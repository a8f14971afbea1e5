"""Which incidents a list shows: a condition of our own making, and its values apart.

>>> Selection(states=(IncidentState.NEW,)).condition()
('WHERE 1 AND state IN (SELECT value FROM json_each(?))', ('["new"]',))
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from midwatch.incidents import IncidentState, Priority


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents of these tenants, states and priorities; empty means any of them.

    ``tenants`` and ``only`` (ids) mean none where they are empty, and any where they are None.
    ``waiting``: whether nobody has answered; None: either. ``alarmed_after``: called for people
    after that time; ``changed_from``: changed from then on; ``opened_from``, ``opened_before``:
    opened in that span. Times are UTC microseconds.
    """

    tenants: Collection[str] | None = None
    states: tuple[IncidentState, ...] = ()
    priorities: tuple[Priority, ...] = ()
    only: Collection[str] | None = None
    waiting: bool | None = None
    alarmed_after: int | None = None
    changed_from: int | None = None
    opened_from: int | None = None
    opened_before: int | None = None

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """The clause, and what stands for its question marks."""
        where: list[str] = ["1"]
        given: list[object] = []

        def among(column: str, values: Collection[object]) -> None:
            where.append(f"{column} IN (SELECT value FROM json_each(?))")  # noqa: S608  # our own columns, the values apart
            given.append(msgspec.json.encode(list(values)).decode())

        if self.tenants is not None:
            among("tenant", sorted(self.tenants))
        if self.states:
            among("state", [each.value for each in self.states])
        if self.priorities:
            among("priority", [int(each.value[1:]) for each in self.priorities])
        if self.only is not None:
            among("id", sorted(self.only))
        for clause, value in (
            ("waiting = ?", None if self.waiting is None else int(self.waiting)),
            ("alarmed > ?", self.alarmed_after),
            ("changed >= ?", self.changed_from),
            ("opened >= ?", self.opened_from),
            ("opened < ?", self.opened_before),
        ):
            if value is not None:
                where.append(clause)
                given.append(value)
        return f"WHERE {' AND '.join(where)}", tuple(given)
