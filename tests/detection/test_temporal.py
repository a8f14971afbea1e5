"""Several rules within a time: in any order, in one order, and as an expression."""

from collections.abc import Callable
from typing import Any

import pytest

from midwatch.detection import AlertState
from midwatch.events.source import Value

Scene = Callable[..., Any]
Event = tuple[float | None, dict[str, Value]]


def rule(name: str) -> str:
    return f"""
title: {name}
name: {name}
logsource: {{category: any}}
detection: {{it: {{did: {name}}}, condition: it}}
"""


BASES = (rule("scan"), rule("login"), rule("upload"))


def correlation(kind: str, rest: str = "") -> str:
    return f"""
title: Break-in
name: break_in
correlation:
  type: {kind}
  rules: [scan, login, upload]
  group-by: [src_ip]
  timespan: 10s
{rest}
"""


def did(second: float, what: str, src_ip: str = "a", **more: str) -> Event:
    return second, {"did": what, "src_ip": src_ip, **more}


class TestTemporal:
    """``temporal``: each of the rules, in any order."""

    def test_opens_when_the_last_kind_has_occurred(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal"))
        assert play.events(did(0, "upload"), did(1, "scan"), did(2, "scan")) == []
        (opened,) = play.events(did(10, "login"))
        assert (opened.rule.title, opened.count, opened.figure) == ("Break-in", 4, 3)

    def test_not_when_one_of_them_lies_outside_the_window(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal"))
        assert play.events(did(0, "upload"), did(1, "scan"), did(10.5, "login")) == []

    def test_not_across_groups(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal"))
        assert play.events(did(0, "upload"), did(1, "scan"), did(2, "login", "b")) == []

    def test_a_condition_may_ask_for_fewer_kinds(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal", "  condition: {gte: 2}"))
        assert play.events(did(0, "upload"), did(1, "upload")) == []
        assert len(play.events(did(2, "scan"))) == 1

    def test_one_event_may_be_several_kinds(self, scene: Scene) -> None:
        also = rule("scan").replace("name: scan", "name: also").replace("title: scan", "title: x")
        play = scene(
            rule("scan"),
            also,
            correlation("temporal").replace("[scan, login, upload]", "[scan, also]"),
        )
        assert len(play.events(did(0, "scan"))) == 1

    def test_an_alias_names_the_field_that_each_rule_calls_otherwise(self, scene: Scene) -> None:
        text = correlation("temporal", "  aliases: {src_ip: {upload: client}}").replace(
            "[scan, login, upload]", "[scan, upload]"
        )
        play = scene(*BASES, text)
        (opened,) = play.events(did(0, "scan"), (1, {"did": "upload", "client": "a"}))
        assert opened.group == {"src_ip": "a"}


class TestOrdered:
    """``temporal_ordered``: in the order in which the rules are written."""

    def test_opens_when_the_sequence_is_complete(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"))
        play.events(did(0, "scan"), did(1, "upload"), did(2, "login"))
        (opened,) = play.events(did(3, "upload"))
        assert (opened.count, opened.first) == (4, 1_700_000_000_000_000)

    def test_not_in_another_order(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"))
        assert play.events(did(0, "upload"), did(1, "login"), did(2, "scan")) == []

    def test_begins_with_the_latest_start_that_still_fits(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"))
        play.events(did(0, "scan"), did(5, "scan"), did(6, "login"))
        (opened,) = play.events(did(15, "upload"))
        assert play.correlator.open_alerts()[0].count == opened.count == 3

    def test_not_when_it_takes_longer_than_the_timespan(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"))
        assert play.events(did(0, "scan"), did(5, "login"), did(10.1, "upload")) == []

    def test_at_one_moment_the_order_of_lines_decides(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"))
        assert len(play.chunk([did(0, "scan"), did(0, "login"), did(0, "upload")])) == 1
        other = scene(*BASES, correlation("temporal_ordered"))
        assert other.chunk([did(0, "upload"), did(0, "login"), did(0, "scan")]) == []

    def test_a_rule_named_twice_must_occur_twice(self, scene: Scene) -> None:
        text = correlation("temporal_ordered").replace(
            "[scan, login, upload]", "[scan, scan, login]"
        )
        play = scene(*BASES, text)
        assert play.events(did(0, "scan"), did(1, "login")) == []
        assert len(play.events(did(2, "scan"), did(3, "login"))) == 1

    def test_late_events_take_their_place(self, scene: Scene) -> None:
        play = scene(*BASES, correlation("temporal_ordered"), lateness=10)
        assert play.events(did(0, "scan"), did(4, "upload")) == []
        assert len(play.events(did(2, "login"))) == 1


class TestExpressions:
    """``temporal`` with a condition in words."""

    @pytest.mark.parametrize(
        ("text", "kinds", "opens"),
        [
            ("scan and login", ["scan", "login"], True),
            ("scan and login", ["scan", "scan"], False),
            ("scan or login", ["login"], True),
            ("scan and (login or upload)", ["upload", "scan"], True),
            ("scan and (login or upload)", ["upload", "login"], False),
        ],
    )
    def test_without_not_it_opens_at_once(
        self, scene: Scene, text: str, kinds: list[str], opens: bool
    ) -> None:
        spec = correlation("temporal", f"  condition: {text}")
        play = scene(*BASES, spec.replace("  rules: [scan, login, upload]\n", ""))
        alerts = play.events(*(did(second, kind) for second, kind in enumerate(kinds)))
        assert [alert.state for alert in alerts] == [AlertState.OPEN] * opens

    def test_with_not_the_end_of_the_timespan_decides(self, scene: Scene) -> None:
        spec = correlation("temporal", "  condition: scan and not login")
        play = scene(*BASES, spec.replace("  rules: [scan, login, upload]\n", ""))
        assert play.events(did(0, "scan"), did(9, "login")) == []
        assert play.events(did(20, "scan")) == []
        (alert,) = play.events(did(31, "scan"))
        assert (alert.state, alert.count) == (AlertState.CLOSED, 1)


class TestChains:
    """Correlations over correlations."""

    GUESSING = """
title: Guessing
name: guessing
correlation:
  {type: event_count, rules: [login], group-by: [src_ip], timespan: 10s, condition: {gte: 2}}
"""
    AFTER = """
title: Guessing after a scan
correlation:
  {type: temporal_ordered, rules: [scan, guessing], group-by: [src_ip], timespan: 1m}
"""

    def test_an_alert_feeds_the_next_correlation(self, scene: Scene) -> None:
        play = scene(*BASES[:2], self.GUESSING, self.AFTER)
        assert play.events(did(0, "scan"), did(1, "login")) == []
        (outer,) = play.events(did(2, "login"))
        assert (outer.rule.title, outer.count) == ("Guessing after a scan", 2)

    def test_a_burst_that_goes_on_counts_to_its_end(self, scene: Scene) -> None:
        play = scene(
            *BASES, self.GUESSING, self.AFTER.replace("scan, guessing", "guessing, upload")
        )
        play.events(*(did(second, "login") for second in range(0, 600, 5)))
        (outer,) = play.events(did(640, "upload"))
        assert outer.rule.title == "Guessing after a scan"
        assert play.events(did(900, "upload")) == [] or play.end()

    def test_what_only_serves_others_raises_no_alert(self, scene: Scene) -> None:
        play = scene(*BASES[:2], self.GUESSING, self.AFTER)
        play.events(did(1, "login"), did(2, "login"))
        assert [alert.title for alert in play.end()] == []

    def test_generate_lets_it_speak_for_itself_too(self, scene: Scene) -> None:
        play = scene(*BASES[:2], self.GUESSING.replace("{type", "{generate: true, type"))
        play.events(did(1, "login"), did(2, "login"))
        assert sorted(alert.title for alert in play.end()) == ["Guessing", "login", "scan"][:2]
