"""Rules written with every modifier: the fast engine and the plain meaning agree on them.

Rules are drawn as YAML and go through the whole compiler; events hold pieces of what the
rules look for, encoded as the modifiers would.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import partial

import yaml
from hypothesis import given, settings
from tests.detection.dice import ADDRESSES, EXAMPLES, NETWORKS, STAMPS, Dice, throws

from midwatch.detection import Detector
from midwatch.detection.reference import holds
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules import Rule, RuleSet, RuleText, compile_rules

FIELDS = ("a", "b", "c")
WORDS = ("cmd", "Admin", "-enc x", "/enc x", "mimikatz", "stra\u00dfe", "a*b", "?", "4625", "ab")
ENCODED = (
    *(base64.b64encode((pad + word).encode(codec)).decode()
      for word in ("cmd", "mimikatz") for pad in ("", "x", "xy")
      for codec in ("utf-8", "utf-16-le", "utf-16-be", "utf-16")),
    *("cmd".encode(codec).decode("latin-1") for codec in ("utf-16-le", "utf-16-be")),
)  # fmt: skip
EXPRESSIONS = ("c.d", "^admin", "\\d+", "(?:a|m)i", "b$", "a\\*b")
TEXTS = (
    "", "", "contains", "startswith", "endswith", "cased", "contains|cased", "startswith|cased",
    "endswith|cased", "windash", "windash|contains", "windash|startswith", "neq", "contains|neq",
    "startswith|neq", "endswith|neq", "cased|neq", "contains|all", "all", "contains|all|cased",
    "contains|all|windash", "endswith|all", "startswith|all",
)  # fmt: skip
CODES = (
    "base64", "base64|contains", "base64offset|contains", "wide|base64offset|contains",
    "utf16le|base64|contains", "utf16be|base64|contains", "utf16|base64offset|contains",
)  # fmt: skip
NUMBERS = (
    "lt", "lte", "gt", "gte", "gt|neq", "minute", "hour", "day", "week", "month", "year",
    "hour|gte", "hour|lt", "hour|neq", "day|lte",
)  # fmt: skip
REFERENCES = (
    "fieldref", "fieldref|neq", "fieldref|contains", "fieldref|startswith", "fieldref|endswith",
)  # fmt: skip
CONDITIONS = (
    "all of them", "1 of them", "s0", "not s0", "s0 and not s1", "s0 or s1", "not 1 of s*",
    "not all of s*", "(s0 or s1) and not (s1 and s0)", "1 of s* and not s1",
)  # fmt: skip


def _word(dice: Dice) -> str:
    word = dice.one(WORDS)
    return dice.one((word, word, f"*{word}", f"{word}*", f"*{word}*{dice.one(WORDS)}"))


ASKED: Sequence[tuple[Sequence[str], Callable[[Dice], object]]] = (
    (CODES, lambda dice: dice.one(("cmd", "mimikatz"))),
    (("re", "re|i", "re|i|m|s", "re|neq"), lambda dice: dice.one(EXPRESSIONS)),
    (("cidr", "cidr|neq"), lambda dice: dice.one(NETWORKS)),
    (("exists",), lambda dice: dice.often()),
    (NUMBERS, lambda dice: dice.number(60)),
    (REFERENCES, lambda dice: dice.one(FIELDS)),
    (("",), lambda dice: dice.one((None, True, 4625, "", [None, "cmd"], [4625, "ab*"], -1))),
)
"""Modifiers, and what is asked with them."""


def asked(dice: Dice) -> tuple[str, object]:
    """A field with its modifiers, and what is asked of it."""
    field = dice.one(FIELDS)
    found: object
    if dice.number(12) < 5:
        modifiers, words = dice.one(TEXTS), dice.some(3, lambda: _word(dice))
        several = len(words) > 1 or "all" in modifiers
        found = [*words, "Admin"] if several else words[0]
    else:
        kinds, make = dice.one(ASKED)
        modifiers, found = dice.one(kinds), make(dice)
    return f"{field}|{modifiers}" if modifiers else field, found


def rule_text(dice: Dice) -> str:
    """A rule of two detections."""
    detections: dict[str, object] = {}
    for name in ("s0", "s1"):
        match dice.number(8):
            case 0:
                detections[name] = [dict(dice.some(2, lambda: asked(dice))) for _ in range(2)]
            case 1:
                detections[name] = dice.some(2, lambda: dice.one(WORDS))
            case _:
                detections[name] = dict(dice.some(3, lambda: asked(dice)))
    return yaml.safe_dump(
        {
            "title": "drawn",
            "logsource": {"category": "any"},
            "detection": {**detections, "condition": dice.one(CONDITIONS)},
        }
    )


def _value(dice: Dice) -> Value:
    match dice.number(8):
        case 0:
            return dice.one((None, "", 4625, 7, -1, "true"))
        case 1:
            return dice.one((*ADDRESSES, *STAMPS))
        case 2:
            return dice.one(ENCODED)
        case 3:
            return "x\u2013enc x" + dice.one(WORDS)
        case _:
            word = dice.one(WORDS)
            return dice.one((word, word.upper(), f"x{word}", f"{word}y", word + dice.one(WORDS)))


def drawn_batch(dice: Dice) -> EventBatch:
    """Forty events, the fields of which have few values in many combinations."""
    columns: dict[str, Sequence[Value]] = {}
    for stride, name in zip((1, 3, 7), FIELDS, strict=True):
        pool = dice.some(9, lambda: _value(dice))
        columns[name] = [pool[row * stride // 2 % len(pool)] for row in range(40)]
    raws = [f"{columns['a'][row]} {columns['b'][row]}" for row in range(40)]
    return EventBatch(
        "test", Logsource(product="test"), Form((), {}), range(40), [None] * 40, columns, {},
        raws, raws,
    )  # fmt: skip


def _cell(batch: EventBatch, row: int, name: str) -> Value:
    column = batch.own_column(name) or Constant(None)
    return column.value if isinstance(column, Constant) else column[row]


def _meant(rule: Rule, batch: EventBatch) -> list[int]:
    return [
        row
        for row in range(len(batch))
        if holds(rule.condition, partial(_cell, batch, row), [batch.raws[row]])
    ]


def compiled(texts: Sequence[str]) -> RuleSet:
    """The rules of some texts, all of which are sound."""
    ruleset = compile_rules(
        [RuleText(f"{number}.yml", text.encode()) for number, text in enumerate(texts)]
    )
    assert not ruleset.problems, [*map(str, ruleset.problems), *texts]
    return ruleset


@settings(max_examples=EXAMPLES // 2)
@given(throws)
def test_rules_with_every_modifier_match_exactly_the_rows_they_mean(thrown: bytes) -> None:
    dice = Dice(thrown)
    ruleset = compiled(dice.some(6, lambda: rule_text(dice)))
    batch = drawn_batch(dice)
    detector = Detector(ruleset)
    found = {match.rule.id: list(match.rows) for match in detector.match_batch(batch)}
    meant = {rule.id: _meant(rule, batch) for rule in ruleset.rules}
    assert found == {rule: rows for rule, rows in meant.items() if rows}
