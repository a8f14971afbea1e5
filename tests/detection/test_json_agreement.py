"""Rules mean the same for events in JSON, whichever way those are read.

The quick way leaves most of a line undecoded where no rule can hold; the ordinary way decodes
every line by itself; ``reference`` says what the rules mean. Lines take all forms in which
Windows events travel, and are drawn to be awkward: letters of peculiar case, escapes, keys that
differ by case or come twice, values of changing types, nulls, lists, objects, broken JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midwatch.detection import Detector
from midwatch.detection.fields import KEYWORD_VALUES, BatchColumns, FieldNames, Slots
from midwatch.detection.reference import holds
from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources
from midwatch.events.json_runs import ReadResult
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.schema import Logsource
from midwatch.events.source import Value
from midwatch.events.timestamps import ClockContext
from midwatch.rules import Rule, RuleSet
from midwatch.rules.plan import (
    ANY_RUN,
    AllOf,
    AnyOf,
    Condition,
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
    Truth,
    Wildcards,
)

NAMES = ("Image", "CommandLine", "Data", "image", "IpAddress", "TargetUserName", "Status")
FIELDS = (*NAMES, "src_ip", "user", "Channel", "Provider_Name", "Computer", "never")
RECOGNISER = Recogniser(all_sources())
CONTEXT = ClockContext(reference=1_700_000_000_000_000)
words = st.text('abAB1\u0130\u0131\u00df\u017f\u212a\u00e9\\"/\n\t ,.u0', max_size=6)
scalars: st.SearchStrategy[Any] = st.one_of(
    words, words,
    st.sampled_from(["-", "", "10.0.0.7", "::ffff:10.0.0.7", "ab\\u0041", "mimikatz", "a, b"]),
    st.integers(-3, 70_000), st.booleans(), st.floats(allow_nan=False), st.none(),
)  # fmt: skip
values = st.one_of(
    scalars, scalars, scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(st.sampled_from(["#text", "a", "Image"]), scalars, max_size=2),
)  # fmt: skip
data = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
channels = st.sampled_from(["Security", "Security", "System", "", None])
numbers = st.sampled_from([1, 4624, 4625, "4688", 7036])
providers = st.sampled_from(["ab", "Service Control Manager", None])


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """An event in one of its forms."""
    channel, number, provider = draw(channels), draw(numbers), draw(providers)
    given_data = draw(st.one_of(data, data, data, scalars))
    match draw(st.sampled_from(["rendered", "rendered", "beat", "flat", "wazuh"])):
        case "rendered":
            marked = draw(st.booleans())
            system = {
                "Channel": channel,
                "EventID": {"#attributes": {"Qualifiers": 1}, "#text": number}
                if marked
                else number,
                "Provider": {"#attributes": {"Name": provider}},
                "Computer": draw(scalars),
                "TimeCreated": {"#attributes": {"SystemTime": "2023-11-14T22:13:20Z"}},
                "Security": draw(st.sampled_from([None, {"#attributes": {"UserID": "S-1-5-18"}}])),
            }
            part = draw(st.sampled_from(["EventData", "EventData", "UserData"]))
            return {"Event": {"System": system, part: given_data}}
        case "beat":
            return {
                "@timestamp": "2023-11-14T22:13:20.000Z",
                "host": {"name": "here"},
                "winlog": {
                    "channel": channel, "event_id": number, "provider_name": provider,
                    "event_data": given_data, "keywords": draw(values),
                },
            }  # fmt: skip
        case "flat":
            inner = given_data if isinstance(given_data, dict) else {"EventData": given_data}
            return {
                "Channel": channel, "EventID": number, "SourceName": provider, "Hostname": "here",
                "EventTime": "2023-11-14 22:13:20", **inner,
            }  # fmt: skip
        case _:
            system = {"channel": channel, "eventID": number, "providerName": provider}
            return {"win": {"system": system, "eventdata": given_data}}


@st.composite
def lines(draw: st.DrawFn) -> str:
    """One line: an event, perhaps written with escapes, with a key twice, or broken."""
    text = json.dumps(draw(records()), ensure_ascii=draw(st.booleans()))
    match draw(st.integers(0, 19)):
        case 0:
            return text[:-1]
        case 1:
            return text[:-1] + ', "Channel": "System"}'
        case 2:
            return text.replace("a", "\\u0061")
        case 3:
            return draw(st.sampled_from(["", "{", "{}", "plain", text + text, "[" + text + "]"]))
        case 4:
            return text.replace('"here"', "NaN").replace('"ab"', '"\\ud800"')
        case _:
            return text


literals = st.one_of(words, st.sampled_from(["mimikatz", "b", "aa", "10.0.0.7", "true", "manager"]))
matchers: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Text, st.sampled_from(TextKind), literals, st.booleans()),
    st.builds(
        Wildcards, st.tuples(st.just(ANY_RUN), literals.filter(bool), st.just(ANY_RUN)),
        st.booleans(),
    ),
    st.builds(Regex, st.sampled_from(["a.b", "mimi", "(?i)k", "^a", "\\d+"]), st.just("")),
    st.builds(Number, st.integers(-3, 30)),
    st.builds(Truth, st.booleans()),
    st.just(Null()),
    st.builds(Exists, st.booleans()),
    st.builds(SameAs, st.sampled_from(FIELDS), st.booleans(), st.booleans()),
)  # fmt: skip
tests = st.builds(
    FieldTest, st.sampled_from(FIELDS), st.lists(matchers, min_size=1, max_size=3).map(tuple)
)
keywords = st.builds(
    Keywords,
    st.lists(
        matchers.filter(lambda each: isinstance(each, (Text, Wildcards, Regex, Truth))),
        min_size=1, max_size=2,
    ).map(tuple),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(tests, tests, keywords),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)
wanted_sources = st.sampled_from(
    [Logsource(product="windows"), Logsource(product="windows", service="security")]
)


def _quickly(detector: Detector, result: ReadResult) -> set[tuple[str, int]]:
    matches = list(detector.match_batches(result.single))
    for run in result.runs:
        matches.extend(detector.match_run(run))
    return {(match.rule.id, match.batch.lines[row]) for match in matches for row in match.rows}


def _alone(line: str, number: int) -> list[EventBatch]:
    """The batches of a line that is read by itself, the ordinary way."""
    reader = LineReader((), CONTEXT, recogniser=RECOGNISER)
    return reader._read_columns([line], number).batches  # the way to compare with


def _cell(columns: BatchColumns, slots: Slots, name: str) -> Value:
    return columns[slots.number(name, common_only=False)][0]


def _meant(batch: EventBatch, rule: Rule) -> bool:
    """What the rule means for the only event of a batch."""
    service = rule.logsource.service
    channel = batch.columns["Channel"][0] if "Channel" in batch.columns else None
    if service is not None and channel != "Security":
        return False
    slots = Slots()
    names = FieldNames(
        tuple(batch.columns), batch.constants,
        vendor=batch.form.vendor is not None, source=batch.source,
    )  # fmt: skip
    columns = BatchColumns(slots, names, batch, None)
    texts: Any = columns[slots.number(KEYWORD_VALUES, common_only=False)][0]
    return holds(rule.condition, partial(_cell, columns, slots), texts)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(wanted_sources, conditions), min_size=1, max_size=5),
    st.lists(lines(), min_size=1, max_size=8),
)
def test_events_in_runs_match_what_the_rules_mean(
    wanted: list[tuple[Logsource, Condition]], given_lines: Sequence[str]
) -> None:
    rules = tuple(
        Rule(id=str(number), title="rule", logsource=source, condition=condition)
        for number, (source, condition) in enumerate(wanted)
    )
    detector = Detector(RuleSet(rules, (), (), ""))
    result = LineReader((), CONTEXT, recogniser=RECOGNISER).read(given_lines, 1)
    found = _quickly(detector, result)
    meant = {
        (rule.id, number)
        for number, line in enumerate(given_lines, 1)
        for batch in _alone(line, number)
        if batch.source == "windows"
        for rule in rules
        if _meant(batch, rule)
    }
    in_windows = {line for batch in result.batches if batch.source == "windows"
                  for line in batch.lines}  # fmt: skip
    assert {(rule, line) for rule, line in found if line in in_windows} == meant


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lines(), min_size=1, max_size=10))
def test_runs_hold_the_events_that_the_lines_hold_one_by_one(given_lines: Sequence[str]) -> None:
    together = LineReader((), CONTEXT, recogniser=RECOGNISER).read(given_lines, 1)
    rows = {row["line"]: row for batch in together.batches for row in batch.rows()}
    failed = {failure.line for failure in together.failures}
    alone = {
        row["line"]: row
        for number, line in enumerate(given_lines, 1)
        for batch in _alone(line, number)
        for row in batch.rows()
    }
    assert rows == alone
    assert failed == set(range(1, len(given_lines) + 1)) - set(alone)
