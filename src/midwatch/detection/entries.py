"""A condition that literals betray: what ``lanes`` find and ``suspects`` rule out."""

from __future__ import annotations

from midwatch.detection.specialising import Check, Columns, SlotOf, compile_check, fields_of
from midwatch.detection.witnesses import is_proven_by_literals
from midwatch.rules.plan import Condition

Found = dict[int, list[int]]
"""Rows, by the number of the entry that holds for them."""


class Entry:
    """A condition that is found by literals.

    ``single``: it reads one column only. ``proven``: a sure literal is proof of it. ``bit``:
    see ``suspects``.

    Its check is compiled when it is first needed, which for most rules is never.
    """

    __slots__ = ("_condition", "_slot_of", "bit", "check", "number", "proven", "single")

    def __init__(self, number: int, condition: Condition, slot_of: SlotOf) -> None:
        fields = fields_of(condition)
        self.number = number
        self.proven = is_proven_by_literals(condition)
        self.single = fields is not None and len(fields) == 1
        self.bit = 0
        self.check: Check = self._compile
        self._condition = condition
        self._slot_of = slot_of

    def _compile(self, columns: Columns, row: int) -> bool:
        self.check = compile_check(self._condition, self._slot_of)
        return self.check(columns, row)
