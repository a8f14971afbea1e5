"""Rules mean the same for events in JSON, whichever way those are read.

The quick way leaves most of a line undecoded where no rule can hold; the ordinary way decodes
every line by itself; ``reference`` says what the rules mean. Lines take all forms in which
Windows events travel, and are drawn to be awkward: letters of peculiar case, escapes, keys that
differ by case or come twice, values of changing types, nulls, lists, objects, broken JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from hypothesis import given, settings
from tests.detection.dice import ADDRESSES, EXAMPLES, Dice, condition, throws

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

NAMES = ("Image", "CommandLine", "Data", "image", "IpAddress", "TargetUserName", "Status")
FIELDS = (*NAMES, "src_ip", "user", "Channel", "Provider_Name", "Computer", "never")
SOME = ("windows", "openssh", "fortigate", "aws_cloudtrail", "generic_json", "generic_key_values")
"""The products that the lines come from; asking all for each line would take the most time."""
RECOGNISER = Recogniser([source for source in all_sources() if source.name in SOME])
CONTEXT = ClockContext(reference=1_700_000_000_000_000)
WINDOWS = Logsource(product="windows")
LOGSOURCES = (WINDOWS, WINDOWS, Logsource(product="windows", service="security"))
CHANNELS = ("Security", "Security", "System", "", None)
NUMBERS = (1, 4624, 4625, "4688", 7036)
PROVIDERS = ("ab", "Service Control Manager", None)
OTHERS = (
    "", "{", "{}", "plain", "[1]", "Nov  1 02:03:04 gate sshd[7]: Connection closed by 192.0.2.1",
    '{"eventName": "a", "eventSource": "b", "awsRegion": "mimikatz"}',
    '{"a": "mimikatz", "Image": "ab"}', "date=2023-11-14 time=22:13:20 devname=a type=traffic",
)  # fmt: skip
"""Lines that are no Windows events, or nothing at all."""


def _scalar(dice: Dice) -> Any:  # any JSON value but lists and objects
    match dice.number(8):
        case 0:
            return dice.number(70_000) - 3
        case 1:
            return dice.one((True, False, None, 0.5, -1e300, 10**30))
        case 2:
            return dice.one(("-", "", *ADDRESSES, "ab\\u0041", "a, b", "a" * 600 + "mimikatz"))
        case _:
            return dice.value()


def _json_value(dice: Dice) -> Any:  # any JSON value
    match dice.number(10):
        case 0:
            return dice.some(3, lambda: _scalar(dice))
        case 1:
            return {dice.one(("#text", "a", "Image")): _scalar(dice) for _ in range(dice.number(3))}
        case _:
            return _scalar(dice)


def _data(dice: Dice) -> Any:  # event data, or what may stand in their place
    if dice.number(8) == 7:
        return _scalar(dice)
    return {dice.one(NAMES): _json_value(dice) for _ in range(dice.number(5))}


def record(dice: Dice) -> dict[str, Any]:
    """An event in one of its forms."""
    channel, number, provider = dice.one(CHANNELS), dice.one(NUMBERS), dice.one(PROVIDERS)
    given_data = _data(dice)
    match dice.number(6):
        case 0 | 1 | 2:
            marked = {"#attributes": {"Qualifiers": 1}, "#text": number}
            system = {
                "Channel": channel,
                "EventID": number if dice.often() else marked,
                "Provider": {"#attributes": {"Name": provider}},
                "Computer": _scalar(dice),
                "TimeCreated": {"#attributes": {"SystemTime": "2023-11-14T22:13:20Z"}},
                "Security": dice.one((None, {"#attributes": {"UserID": "S-1-5-18"}})),
            }
            part = "EventData" if dice.often() else "UserData"
            return {"Event": {"System": system, part: given_data}}
        case 3:
            return {
                "@timestamp": "2023-11-14T22:13:20.000Z",
                "host": {"name": "here"},
                "winlog": {
                    "channel": channel, "event_id": number, "provider_name": provider,
                    "event_data": given_data, "keywords": _json_value(dice),
                },
            }  # fmt: skip
        case 4:
            inner = given_data if isinstance(given_data, dict) else {"EventData": given_data}
            return {
                "Channel": channel, "EventID": number, "SourceName": provider, "Hostname": "here",
                "EventTime": "2023-11-14 22:13:20", **inner,
            }  # fmt: skip
        case _:
            named = {"channel": channel, "eventID": number, "providerName": provider}
            return {"win": {"system": named, "eventdata": given_data}}


def drawn_line(dice: Dice) -> str:
    """One line: an event, perhaps written with escapes, with a key twice, or broken."""
    text = json.dumps(record(dice), ensure_ascii=dice.often())
    match dice.number(24):
        case 0:
            return text[:-1]
        case 1:
            return text[:-1] + ', "Channel": "System"}'
        case 2:
            return text.replace("a", "\\u0061")
        case 3:
            return dice.one((*OTHERS, text + text, "[" + text + "]"))
        case 4:
            return text.replace('"here"', "NaN").replace('"ab"', '"\\ud800"')
        case _:
            return text


def drawn_lines(dice: Dice) -> list[str]:
    """A log: some lines come again and again, others late or once."""
    some = dice.some(10, lambda: drawn_line(dice))
    again = dice.one((1, 2, 4, 8, 24))
    late = dice.some(3, lambda: drawn_line(dice))
    return [*some * again, *late]


def drawn_rules(dice: Dice) -> tuple[Rule, ...]:
    """Up to eight rules."""
    drawn = dice.some(8, lambda: (dice.one(LOGSOURCES), condition(dice, FIELDS)))
    return tuple(
        Rule(id=str(number), title="rule", logsource=source, condition=wanted)
        for number, (source, wanted) in enumerate(drawn)
    )


def _quickly(detector: Detector, result: ReadResult) -> set[tuple[str, int]]:
    matches = list(detector.match_batches(result.single))
    for run in result.runs:
        matches.extend(detector.match_run(run))
    return {(match.rule.id, match.batch.lines[row]) for match in matches for row in match.rows}


@lru_cache(maxsize=256)
def _alone(line: str) -> list[EventBatch]:
    """The batches of a line that is read by itself, the ordinary way."""
    reader = LineReader((), CONTEXT, recogniser=RECOGNISER)
    return reader._read_columns([line], 1).batches  # the way to compare with


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


def _read(given_lines: Sequence[str], size: int, first_line: int = 1) -> list[ReadResult]:
    """What the lines hold, read so many at a time."""
    reader = LineReader((), CONTEXT, recogniser=RECOGNISER)
    return [
        reader.read(given_lines[begin : begin + size], first_line + begin)
        for begin in range(0, len(given_lines), size)
    ]


@settings(max_examples=EXAMPLES // 2)
@given(throws)
def test_events_in_runs_match_what_the_rules_mean(thrown: bytes) -> None:
    dice = Dice(thrown)
    given_lines, rules = drawn_lines(dice), drawn_rules(dice)
    detector = Detector(RuleSet(rules, (), (), ""))
    (result,) = _read(given_lines, len(given_lines))
    found = _quickly(detector, result)
    meant = {
        line: {rule.id for batch in _alone(line) if batch.source == "windows"
               for rule in rules if _meant(batch, rule)}
        for line in set(given_lines)
    }  # fmt: skip
    in_windows = {line for batch in result.batches if batch.source == "windows"
                  for line in batch.lines}  # fmt: skip
    assert {(rule, line) for rule, line in found if line in in_windows} == {
        (rule, number) for number, line in enumerate(given_lines, 1) for rule in meant[line]
    }


@settings(max_examples=EXAMPLES // 4)
@given(throws)
def test_what_matches_hangs_neither_on_chunks_nor_on_the_order_of_rules(thrown: bytes) -> None:
    dice = Dice(thrown)
    given_lines, rules = drawn_lines(dice), drawn_rules(dice)
    whole = _quickly(Detector(RuleSet(rules, (), (), "")), *_read(given_lines, len(given_lines)))
    turned = Detector(RuleSet(rules[::-1], (), (), ""))
    found = set()
    for result in _read(given_lines, 1 + dice.number(40)):
        found |= _quickly(turned, result)
    assert found == whole


@settings(max_examples=EXAMPLES // 4)
@given(throws)
def test_runs_hold_the_events_that_the_lines_hold_one_by_one(thrown: bytes) -> None:
    given_lines = drawn_lines(Dice(thrown))
    (together,) = _read(given_lines, len(given_lines))
    rows = {row["line"]: row for batch in together.batches for row in batch.rows()}
    failed = {failure.line for failure in together.failures}
    alone = {
        number: {**row, "line": number}
        for number, line in enumerate(given_lines, 1)
        for batch in _alone(line)
        for row in batch.rows()
    }
    assert rows == alone
    assert failed == set(range(1, len(given_lines) + 1)) - set(alone)
