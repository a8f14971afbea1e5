"""What each modifier of Sigma means, by example: a detection, and values it does and does not meet."""

from collections.abc import Callable

import pytest

from midwatch.detection import Detector
from midwatch.events.batch import EventBatch
from midwatch.events.source import Value
from midwatch.rules import RuleSet

Rules = Callable[..., RuleSet]
Batches = Callable[..., EventBatch]
RULE = """
title: Example
logsource: {category: any}
detection:
  looked_for:
    %s
  condition: looked_for
"""


def meets(rules: Rules, batch: Batches, detection: str, **event: Value) -> bool:
    """Whether an event with these fields satisfies the detection."""
    ruleset = rules(RULE % detection)
    matches = Detector(ruleset).match_batch(batch([event]))
    constant = Detector(ruleset).match_batch(batch([{"other": "x"}], constants=event))
    assert bool(matches) == bool(constant), "a constant column means the same as one that varies"
    return bool(matches)


@pytest.mark.parametrize(
    ("detection", "met", "missed"),
    [
        ("field: Admin", ["admin", "ADMIN"], ["administrator", "", None]),
        ("field: [a, b]", ["a", "B"], ["ab", None]),
        ("field: ''", [""], [None, "x"]),
        ("field: null", [None], ["", "null"]),
        ("field: [null, '']", [None, ""], ["x"]),
        ("field: 4625", [4625, "4625"], [46250, "04625", None]),
        ("field: '4625'", [4625, "4625"], [4624, None]),
        ("field: true", ["true", "True"], ["false", "1", None]),
        ("field: 'C:\\Windows\\\\*'", ["c:\\windows\\system32", "C:\\Windows\\"], ["C:/Windows/x"]),
        ("field: a*b?d", ["ab1d", "AxxB2D"], ["abd", "ab12d", None]),
        ("field: 'a\\*b'", ["a*b"], ["axb", "a\\b"]),
        ("field: 'a\\\\*'", ["a\\", "a\\b"], ["a*", "ab"]),
        ("field: '*'", ["", "x", 0], [None]),
        ("field: '?'", ["x", 7], ["", "xy"]),
        ("field|contains: err", ["error", "an ERROR", "err"], ["er r", None]),
        ("field|contains: '62'", [4625], [4652]),
        ("field|contains: [a, b]", ["xay", "B"], ["c"]),
        ("field|contains|all: [a, b]", ["xbya"], ["a", "b", None]),
        ("field|startswith: ab", ["abc", "AB"], ["xab", None]),
        ("field|endswith: '.exe'", ["a.exe", "A.EXE"], ["a.exe ", None]),
        ("field|cased: Admin", ["Admin"], ["admin"]),
        ("field|contains|cased: Adm", ["xAdmin"], ["xadmin"]),
        ("field|startswith|cased: Adm", ["Admin"], ["admin"]),
        ("field|endswith|cased: Min", ["AdMin"], ["Admin"]),
        ("field|cased: A*n", ["Adn"], ["adn"]),
        ("field|re: 'a.c$'", ["xxabc"], ["abcd", "ABC", None]),
        ("field|re|i: 'a.c$'", ["xxABC"], ["abcd"]),
        ("field|re|m: '^b'", ["a\nb"], ["ab"]),
        ("field|re: 'a.b'", ["axb"], ["a\nb"]),
        ("field|re|s: 'a.b'", ["a\nb"], ["ab"]),
        ("field|re: ['^a', 'z$']", ["abc", "xyz"], ["bcy"]),
        ("field|cidr: 10.0.0.0/8", ["10.1.2.3"], ["11.0.0.1", "10.1.2", "::1", None]),
        ("field|cidr: ['2001:db8::/32', '192.0.2.1/32']", ["2001:DB8::9", "192.0.2.1"], ["192.0.2.2"]),
        ("field|exists: true", ["", "x", 0], [None]),
        ("field|exists: false", [None], ["", "x"]),
        ("field|lt: 10", [9, "9", "-1"], [10, "x", None]),
        ("field|lte: 10", [10], [11]),
        ("field|gt: 10", [11, "10.5", "0xff"], [10, ""]),
        ("field|gte: 10", [10, "10"], [9]),
        ("field|neq: a", ["b", "", None], ["a", "A"]),
        ("field|contains|neq: [a, b]", ["c"], ["xa", "b"]),
        ("field|windash|contains: ' -f'", ["x -f", "x /f", "x \u2013f", "x \u2014f", "x \u2015f"], ["x f"]),
        ("field|base64|contains: foobar", ["xZm9vYmFyx"], ["foobar"]),
        ("field|base64offset|contains: foo", ["Zm9v", "xmZvb", "GZvb"], ["foo"]),
        ("field|wide|base64offset|contains: ab", ["YQBiA", "EAYg"], ["YWI"]),
        ("field|utf16be|base64|contains: ab", ["xAGEAYg=="], ["YQBi"]),
        ("field|utf16|base64|contains: ab", ["//5hAGIA"], ["YQBiAA"]),
        ("field|utf16le|base64|contains: ab", ["xYQBiAA=="], ["YWI=", "//5hAGIA"]),
        ("field|wide: ab", ["a\x00b\x00"], ["ab"]),
        ("field|base64: foobar", ["Zm9vYmFy"], ["xZm9vYmFy", None]),
        ("field|re|ignorecase: 'A.c$'", ["xabC"], ["abd"]),
        ("field|re|multiline: '^b'", ["a\nb"], ["ab"]),
        ("field|re|dotall: 'a.b'", ["a\nb"], ["ab"]),
        ("field|re|i|m|s: '^b.c$'", ["a\nB\nC"], ["a b\nc"]),
        ("field|re|all: ['^a', 'z$']", ["abcz"], ["abc", "xyz"]),
        ("field|re|neq: '^a'", ["b", None], ["ab"]),
        ("field|all: ['a*', '*z']", ["az", "a-z"], ["a", "z"]),
        ("field|startswith: [ab, cd]", ["abc", "CDE"], ["xab"]),
        ("field|startswith|neq: [ab, cd]", ["xab", None], ["abc", "CDE"]),
        ("field|endswith|all: [b, ab]", ["xab"], ["xb"]),
        ("field|contains|all|windash: [' -a', ' -b']", ["x /a –b", "x -b /a"], ["x -a", "x -a -c"]),
        ("field|contains|cased|all: [A, B]", ["xAB"], ["xAb", "AxB".lower()]),
        ("field|contains: ''", ["", "x"], [None]),
        ("field|cidr: 192.0.2.1", ["192.0.2.1"], ["192.0.2.2", "192.0.2.10"]),
        ("field|cidr|neq: 10.0.0.0/8", ["11.0.0.1", "x", None], ["10.1.2.3"]),
        ("field|exists|neq: true", [None], ["", "x"]),
        ("field|lt: 1.5", [1, "1.4"], [2, "1.5"]),
        ("field|gt|neq: 5", [5, "x", None], [6]),
        ("field|neq: [a, null]", ["b", ""], ["A", None]),
        ("field|neq: null", ["", "b", 0], [None]),
        ("field: false", ["false", "FALSE"], ["true", "0", None]),
        ("field: 1.5", ["1.5"], ["1.50", 1, None]),
        ("field: -1", [-1, "-1"], [1, None]),
        ("field: 2024-02-29", ["2024-02-29"], ["2024-02-28", None]),
        ("field: '%admins%'", ["%admins%"], ["admins"]),
        ("field: ['', x*]", ["", "xy"], [None, "y"]),
        ("field: 'Ä*'", ["ÄB", "äb"], ["Ab"]),
        ("field|minute: 59", ["2024-02-29T23:59:00"], ["2024-02-29T23:58:59"]),
        ("field|hour: 23", ["2024-03-01 00:30:00+01:00", 1_700_000_000 + 3_600], ["2024-02-29T22:00:00", "x"]),
        ("field|day: 29", ["2024-02-29"], ["2024-03-01"]),
        ("field|week: 1", ["2024-12-30"], ["2024-12-29"]),
        ("field|month: [2, 3]", ["2024-02-29", "2024-03-01T00:00:00Z"], ["2024-04-01"]),
        ("field|hour|gte: 22", ["2024-02-29T22:00:00", "2024-02-29T23:59:59"], ["2024-02-29T21:59:59", None]),
        ("field|hour|lt: 6", ["2024-02-29T05:59:00"], ["2024-02-29T06:00:00"]),
        ("field|hour|neq: 3", ["2024-02-29T04:00:00", None], ["2024-02-29T03:30:00"]),
        ("field|day: [1, 29]", ["2024-03-01", "2024-02-29"], ["2024-03-02"]),
        ("field|year: 2023", [1_700_000_000_000_000, 1_700_000_000_000, "1700000000"], ["2024-01-01"]),
    ],
)  # fmt: skip
def test_modifier(
    rules: Rules, batch: Batches, detection: str, met: list[Value], missed: list[Value]
) -> None:
    for value in met:
        assert meets(rules, batch, detection, field=value), value
    for value in missed:
        assert not meets(rules, batch, detection, field=value), value


@pytest.mark.parametrize(
    ("detection", "met", "missed"),
    [
        ("field|fieldref: other", ("Root", "root"), ("root", "boot")),
        ("field|fieldref|contains: other", ("xrootx", "root"), ("root", "xrootx")),
        ("field|fieldref|startswith: other", ("rootx", "root"), ("xroot", "root")),
        ("field|fieldref|endswith: other", ("xroot", "root"), ("rootx", "root")),
        ("field|fieldref: other", (22, "22"), (None, None)),
        ("field|fieldref|neq: other", ("a", "b"), ("a", "A")),
        ("field|fieldref|contains|neq: other", ("a", "b"), ("xax", "a")),
    ],
)
def test_a_field_reference_compares_two_fields_of_the_event(
    rules: Rules,
    batch: Batches,
    detection: str,
    met: tuple[Value, Value],
    missed: tuple[Value, Value],
) -> None:
    assert meets(rules, batch, detection, field=met[0], other=met[1])
    assert not meets(rules, batch, detection, field=missed[0], other=missed[1])


def condition(text: str) -> str:
    return f"""
title: Example
logsource: {{category: any}}
detection:
  sel_a: {{a: 1}}
  sel_b: {{b: 1}}
  filter: {{c: 1}}
  condition: {text}
"""


@pytest.mark.parametrize(
    ("text", "met", "missed"),
    [
        ("sel_a and sel_b", ["ab"], ["a", "b", ""]),
        ("sel_a or sel_b", ["a", "b"], [""]),
        ("not sel_a", ["", "b"], ["a"]),
        ("1 of sel_*", ["a", "b"], ["c", ""]),
        ("any of sel_*", ["b"], ["c"]),
        ("all of sel_*", ["ab"], ["a"]),
        ("1 of them", ["c"], [""]),
        ("all of them", ["abc"], ["ab"]),
        ("1 of *_a", ["a"], ["b"]),
        ("all of sel_* and 1 of them", ["ab"], ["a"]),
        ("not all of sel_*", ["a", "b", ""], ["ab"]),
        ("not 1 of them", [""], ["a", "c"]),
        ("sel_a or sel_b and filter", ["a", "bc"], ["b", "c"]),
        ("not sel_a and sel_b", ["b"], ["ab", "a"]),
        ("((sel_a))", ["a"], ["b"]),
        ("1 of sel_* and not filter", ["a", "ab"], ["ac", "c"]),
        ("sel_a and not 1 of filter*", ["a"], ["ac"]),
        ("not (sel_a and (sel_b or filter))", ["a", "bc"], ["ab", "ac"]),
        ("[sel_a, sel_b]", ["a", "b"], ["c"]),
    ],
)
def test_condition(
    rules: Rules, batch: Batches, text: str, met: list[str], missed: list[str]
) -> None:
    detector = Detector(rules(condition(text)))
    for held in met:
        assert detector.match_batch(batch([dict.fromkeys(held, 1) or {"z": 1}])), held
    for held in missed:
        assert not detector.match_batch(batch([dict.fromkeys(held, 1) or {"z": 1}])), held


def test_them_passes_over_names_that_begin_with_an_underscore(rules: Rules, batch: Batches) -> None:
    text = condition("all of them").replace("  filter:", "  _filter:")
    assert Detector(rules(text)).match_batch(batch([{"a": 1, "b": 1}]))
    assert not Detector(rules(text)).match_batch(batch([{"a": 1}]))


def test_a_map_asks_for_all_of_its_fields(rules: Rules, batch: Batches) -> None:
    assert meets(rules, batch, "{a: 1, b|contains: x}", a=1, b="axb")
    assert not meets(rules, batch, "{a: 1, b|contains: x}", a=1, b="b")


def test_maps_and_words_may_stand_in_one_list(rules: Rules, batch: Batches) -> None:
    text = "\n      - {a: 1}\n      - segfault"
    assert meets(rules, batch, text, a=1)
    assert meets(rules, batch, text, text="a segfault")
    assert not meets(rules, batch, text, text="nothing")


def test_a_list_of_maps_asks_for_any_of_them(rules: Rules, batch: Batches) -> None:
    text = "\n      - {a: 1, b: 2}\n      - {c: 3}"
    assert meets(rules, batch, text, a=1, b=2)
    assert meets(rules, batch, text, c=3)
    assert not meets(rules, batch, text, a=1, b=3)


class TestKeywords:
    """Words bound to no field are looked for in the values of an event."""

    def test_any_of_them_anywhere_in_the_line(self, rules: Rules, batch: Batches) -> None:
        words = "\n      - segfault\n      - 'general protection'"
        assert meets(rules, batch, words, text="kernel: SEGFAULT at 0")
        assert meets(rules, batch, words, text="a General Protection fault")
        assert not meets(rules, batch, words, text="seg fault")

    def test_all_of_them(self, rules: Rules, batch: Batches) -> None:
        words = "'|all': [one, two]"
        assert meets(rules, batch, words, text="two and one")
        assert not meets(rules, batch, words, text="one and one")

    def test_with_wildcards_and_expressions(self, rules: Rules, batch: Batches) -> None:
        assert meets(rules, batch, "\n      - 'drop*table'", text="x; DROP  TABLE users")
        assert meets(rules, batch, "'|re': 'ta.le$'", text="drop table")
        assert not meets(rules, batch, "'|re': 'ta.le$'", text="drop tables")

    def test_a_number_is_a_word(self, rules: Rules, batch: Batches) -> None:
        assert meets(rules, batch, "\n      - 4625", text="EventID 4625")

    def test_cased_and_negated(self, rules: Rules, batch: Batches) -> None:
        assert meets(rules, batch, "'|cased': Root", text="by Root")
        assert not meets(rules, batch, "'|cased': Root", text="by root")
        assert meets(rules, batch, "'|neq': root", text="by nobody")
        assert not meets(rules, batch, "'|neq': root", text="by root")

    def test_never_in_the_names_of_fields(self, rules: Rules, batch: Batches) -> None:
        assert not meets(rules, batch, "\n      - private", private="x")
