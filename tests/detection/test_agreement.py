"""The fast engine and the plain meaning of rules agree on whatever comes.

Rules and events are drawn from a small alphabet, so that they meet often.
"""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from tests.detection.dice import EXAMPLES, Dice, condition, throws

from midwatch.detection import Detector
from midwatch.detection.reference import holds
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules import Rule, RuleSet
from midwatch.rules.plan import ANY_RUN, FieldTest, Wildcards

FIELDS = ("a", "b", "c", "d", "never")
MOST_ROWS = 70


def drawn_rules(dice: Dice) -> tuple[Rule, ...]:
    """Up to eight rules."""
    return tuple(
        Rule(id=str(number), title="rule", logsource=Logsource(category="any"), condition=wanted)
        for number, wanted in enumerate(dice.some(8, lambda: condition(dice, FIELDS)))
    )


def drawn_batch(dice: Dice) -> EventBatch:
    """Events whose fields vary, never change or are absent.

    A field has few values, which come in all combinations; from 64 on values are searched
    for literals in another way.
    """
    length = dice.one((9, 3, MOST_ROWS, 20, 1))
    columns: dict[str, Sequence[Value]] = {}
    constants: dict[str, Value] = {}
    for name in FIELDS[:-1]:
        match dice.number(8):
            case 0:
                constants[name] = dice.value()
            case 1:
                pass
            case 2:
                pool = dice.some(4, dice.value)
                columns[name] = [f"{pool[row % len(pool)]}{row}" for row in range(length)]
            case _:
                pool = dice.some(9, dice.value)
                stride = 1 + dice.number(5)
                columns[name] = [pool[row * stride % len(pool)] for row in range(length)]
    words = dice.some(3, dice.word)
    raws = [words[row % len(words)] for row in range(length)]
    return EventBatch(
        "test", Logsource(product="test"), Form((), {}), range(length), [None] * length,
        columns, constants, raws, raws,
    )  # fmt: skip


def _cell(batch: EventBatch, row: int, name: str) -> Value:
    column = batch.own_column(name) or Constant(None)
    return column.value if isinstance(column, Constant) else column[row]


def _meant(rules: Sequence[Rule], batch: EventBatch) -> dict[str, list[int]]:
    meant = {
        rule.id: [
            row
            for row in range(len(batch))
            if holds(rule.condition, partial(_cell, batch, row), [batch.raws[row]])
        ]
        for rule in rules
    }
    return {rule: rows for rule, rows in meant.items() if rows}


def _found(detector: Detector, batch: EventBatch) -> dict[str, list[int]]:
    return {match.rule.id: list(match.rows) for match in detector.match_batch(batch)}


@settings(max_examples=EXAMPLES)
@given(throws)
def test_every_rule_matches_exactly_the_rows_it_means(thrown: bytes) -> None:
    dice = Dice(thrown)
    rules = drawn_rules(dice)
    batches = dice.some(2, lambda: drawn_batch(dice))
    detector = Detector(RuleSet(rules, (), (), ""))
    turned = Detector(RuleSet(rules[::-1], (), (), ""))
    for batch in (*batches, *batches):
        meant = _meant(rules, batch)
        assert _found(detector, batch) == meant
        assert _found(turned, batch) == meant


@settings(max_examples=EXAMPLES // 4)
@given(throws)
def test_a_row_matches_the_same_rules_in_whatever_batch_it_comes(thrown: bytes) -> None:
    dice = Dice(thrown)
    rules = drawn_rules(dice)
    batch = drawn_batch(dice)
    detector = Detector(RuleSet(rules, (), (), ""))
    whole = {(rule, row) for rule, rows in _found(detector, batch).items() for row in rows}
    size = 1 + dice.number(7)
    parts: set[tuple[str, int]] = set()
    for begin in range(0, len(batch), size):
        rows = range(begin, min(begin + size, len(batch)))
        for rule, found in _found(detector, batch.take(rows)).items():
            parts.update((rule, rows[row]) for row in found)
    assert parts == whole


@pytest.mark.parametrize("length", [10_000])
def test_a_pattern_of_many_wildcards_takes_no_longer_than_the_text_is_long(length: int) -> None:
    pattern = Wildcards((*("a", ANY_RUN) * 12, "b"))
    rule = Rule(
        id="1", title="rule", logsource=Logsource(category="any"),
        condition=FieldTest("a", (pattern,)),
    )  # fmt: skip
    batch = EventBatch(
        "test", Logsource(), Form((), {}), [1], [None], {"a": ["a" * length]}, {}, [""], [""]
    )
    assert Detector(RuleSet((rule,), (), (), "")).match_batch(batch) == []
