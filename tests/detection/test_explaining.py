"""Why a rule held or not; the answer is the engine's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from midwatch.detection import Detector
from midwatch.detection.explaining import Clause, explain
from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.rules import RuleSet, load_rules
from midwatch.rules import __file__ as rules_file

Rules = Callable[..., RuleSet]
Batches = Callable[..., EventBatch]
PACK = Path(rules_file).parent / "pack"
RULE = """
title: Example
logsource: {category: any}
detection:
  who: {user: root, outcome: failure}
  where: {src_ip|cidr: 192.0.2.0/24}
  word: [segfault]
  condition: who and not where or word
"""


def leaves(clause: Clause) -> list[Clause]:
    return [leaf for part in clause.parts for leaf in leaves(part)] or [clause]


def test_every_clause_tells_what_the_field_held(rules: Rules, batch: Batches) -> None:
    (rule,) = rules(RULE).rules
    told = explain(rule, batch([{"user": "Root", "outcome": "failure", "src_ip": "192.0.2.7"}]), 0)
    assert not told.held
    assert [(leaf.values, leaf.held) for leaf in leaves(told.condition)] == [
        ((("user", "Root"),), True),
        ((("outcome", "failure"),), True),
        ((("src_ip", "192.0.2.7"),), True),
        ((), False),
    ]


def test_an_absent_field_is_told_with_one_that_is_alike(rules: Rules, batch: Batches) -> None:
    (rule,) = rules(RULE.replace("user: root", "usr: root")).rules
    told = explain(rule, batch([{"user": "root", "outcome": "failure"}]), 0)
    first = leaves(told.condition)[0]
    assert (first.values, first.held, first.similar) == ((("usr", None),), False, "user")


def test_keywords_are_looked_for_in_the_event(rules: Rules, batch: Batches) -> None:
    (rule,) = rules(RULE).rules
    assert explain(rule, batch([{"text": "a segfault"}]), 0).held


def test_a_log_source_that_does_not_fit_is_told(rules: Rules, batch: Batches) -> None:
    (rule,) = rules(RULE.replace("category: any", "product: toaster")).rules
    told = explain(rule, batch([{"text": "a segfault"}]), 0)
    assert told.condition.held
    assert not told.logsource.held
    assert not told.held


@pytest.fixture(scope="module")
def pack() -> RuleSet:
    return load_rules([PACK])


@pytest.mark.parametrize("sample", sorted(PACK.glob("*/*/samples/match.log")), ids=str)
def test_it_agrees_with_the_engine_on_our_own_samples(sample: Path, pack: RuleSet) -> None:
    detector = Detector(pack)
    lines = sample.read_text(encoding="utf-8").splitlines()[:40]
    reader = LineReader(all_sources(), ClockContext(reference=1_790_000_000_000_000))
    for each in reader.read(lines, 1).batches:
        matched = {
            (match.rule.id, row) for match in detector.match_batch(each) for row in match.rows
        }
        near = {name for name, _ in matched}
        for rule in pack.rules:
            if rule.id in near:
                for row in range(len(each)):
                    assert explain(rule, each, row).held == ((rule.id, row) in matched), rule.title
