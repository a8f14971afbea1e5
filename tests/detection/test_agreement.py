"""The fast engine and the plain meaning of rules agree on whatever comes.

Rules and events are drawn from a small alphabet, so that they meet often.
"""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.detection import Detector
from midwatch.detection.reference import holds
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules import Rule, RuleSet
from midwatch.rules.plan import (
    ANY_ONE,
    ANY_RUN,
    AllOf,
    AnyOf,
    Cidr,
    Compare,
    Comparison,
    Condition,
    Constantly,
    Exists,
    FieldTest,
    Keywords,
    Matcher,
    Not,
    Null,
    Number,
    Regex,
    SameAs,
    Text,
    TextKind,
    TimePart,
    Truth,
    Wildcards,
)

FIELDS = ("a", "b", "c", "never")
START = 1_700_000_000_000_000
LETTERS = "abAB1İıßσςΣſ. "  # noqa: RUF001  # letters whose case is peculiar
words = st.text(LETTERS, max_size=5)
literals = st.text(LETTERS, min_size=1, max_size=3)
values: st.SearchStrategy[Value] = st.one_of(
    words,
    st.none(),
    st.integers(-3, 30),
    st.sampled_from(["10.0.0.7", "10.9.0.1", "2001:db8::1", "true", "FALSE", "4625", "0x10"]),
    st.sampled_from(["2024-02-29T23:59:00", "2024-12-30 01:00:00+02:00", START]),
)
regexes = st.sampled_from(
    ["a", "^a", "b$", "a.b", "a+b?", "(ab|ba)", "[ab]1", "(?:a|b1)+", "a{2}", "(?i)b", "aß",
     "(?=a)b", "a|b1", "(a(b|1))?b", "\u017f", "\u0131", "\\d+", "x*", "(?-i:a)b"]
)  # fmt: skip
matchers = st.one_of(
    st.builds(Text, st.sampled_from(TextKind), words, st.booleans()),
    st.builds(
        Wildcards,
        st.lists(st.one_of(literals, st.sampled_from([ANY_RUN, ANY_ONE])), max_size=5).map(tuple),
        st.booleans(),
    ),
    st.builds(Regex, regexes, st.sampled_from(["", "i", "s", "im"])),
    st.builds(Number, st.integers(-3, 30)),
    st.builds(Truth, st.booleans()),
    st.just(Null()),
    st.builds(Exists, st.booleans()),
    st.builds(
        Compare,
        st.sampled_from(Comparison),
        st.integers(-3, 60),
        st.none() | st.sampled_from(TimePart),
    ),
    st.sampled_from([Cidr("10.0.0.0/16"), Cidr("2001:db8::/32"), Cidr("10.0.0.7/32")]),
    st.builds(SameAs, st.sampled_from(FIELDS), st.booleans(), st.booleans()),
)
tests = st.builds(
    FieldTest, st.sampled_from(FIELDS), st.lists(matchers, min_size=1, max_size=3).map(tuple)
)


def _for_keywords(matcher: Matcher) -> bool:
    return isinstance(matcher, (Text, Wildcards, Regex, Truth))


keywords = st.builds(
    Keywords, st.lists(matchers.filter(_for_keywords), min_size=1, max_size=2).map(tuple)
)
conditions = st.recursive(
    st.one_of(tests, tests, tests, keywords, st.builds(Constantly, st.booleans())),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@st.composite
def batches(draw: st.DrawFn) -> EventBatch:
    """Events whose fields a, b, c vary, never change or are absent."""
    length = draw(st.integers(1, 6))
    columns: dict[str, Sequence[Value]] = {}
    constants: dict[str, Value] = {}
    for name in FIELDS[:-1]:
        match draw(st.sampled_from(["varies", "varies", "constant", "absent"])):
            case "varies":
                columns[name] = draw(st.lists(values, min_size=length, max_size=length))
            case "constant":
                constants[name] = draw(values)
            case _:
                pass
    raws = draw(st.lists(words, min_size=length, max_size=length))
    return EventBatch(
        "test", Logsource(product="test"), Form((), {}), range(length), [None] * length,
        columns, constants, raws, raws,
    )  # fmt: skip


def _cell(batch: EventBatch, row: int, name: str) -> Value:
    column = batch.own_column(name) or Constant(None)
    return column.value if isinstance(column, Constant) else column[row]


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4), st.lists(batches(), min_size=1, max_size=2))
def test_every_rule_matches_exactly_the_rows_it_means(
    wanted: list[Condition], given_batches: list[EventBatch]
) -> None:
    rules = tuple(
        Rule(id=str(number), title="rule", logsource=Logsource(category="any"), condition=condition)
        for number, condition in enumerate(wanted)
    )
    detector = Detector(RuleSet(rules, (), (), ""))
    for batch in (*given_batches, *given_batches):
        found = {match.rule.id: list(match.rows) for match in detector.match_batch(batch)}
        meant = {}
        for rule in rules:
            rows = [
                row
                for row in range(len(batch))
                if holds(
                    rule.condition,
                    partial(_cell, batch, row),
                    [batch.raws[row]],
                )
            ]
            if rows:
                meant[rule.id] = rows
        assert found == meant


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
