"""Small makers of rules and events for the tests of this room."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from midwatch.detection import Alert, AlertState, Correlator, Detector
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules import RuleSet, RuleText, compile_rules

SECOND = 1_000_000
START = 1_700_000_000 * SECOND


@pytest.fixture(scope="session")
def rules() -> Callable[..., RuleSet]:
    """Makes the rule set of some YAML texts, all of which must be sound."""

    def make(*texts: str) -> RuleSet:
        ruleset = compile_rules(
            [RuleText(f"{number}.yml", text.encode()) for number, text in enumerate(texts)]
        )
        assert not ruleset.problems, [str(problem) for problem in ruleset.problems]
        return ruleset

    return make


@pytest.fixture(scope="session")
def batch() -> Callable[..., EventBatch]:
    """Makes events with some columns; one second apart unless ``times`` (microseconds) says.

    The first is on 14 November 2023, 22:13:20 UTC.
    """

    def make(
        rows: Sequence[Mapping[str, Value]],
        *,
        times: Sequence[int | None] | None = None,
        constants: Mapping[str, Value] | None = None,
        logsource: Logsource | None = None,
        first_line: int = 1,
    ) -> EventBatch:
        names = list(dict.fromkeys(name for row in rows for name in row))
        fixed = constants or {}
        raws = [" ".join(map(str, (*row.values(), *fixed.values()))) for row in rows]
        return EventBatch(
            source="test",
            logsource=logsource or Logsource(product="test"),
            form=Form(tuple(names), {}),
            lines=range(first_line, first_line + len(rows)),
            times=times or [START + row * SECOND for row in range(len(rows))],
            columns={name: [row.get(name) for row in rows] for name in names},
            constants=fixed,
            raws=raws,
            messages=raws,
        )

    return make


@dataclass(frozen=True)
class Told:
    """An alert, in seconds since the first event of the test."""

    title: str
    group: dict[str, Value]
    first: float
    last: float
    count: int


@dataclass
class Scene:
    """Rules at work on events that a test tells one after the other."""

    ruleset: RuleSet
    correlator: Correlator
    make: Callable[..., EventBatch]
    detector: Detector = field(init=False)
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detector = Detector(self.ruleset)

    def chunk(self, *batches: Sequence[tuple[float | None, Mapping[str, Value]]]) -> list[Alert]:
        """Feed one chunk; each batch holds (second, event) pairs. What opened or closed."""
        matches = [
            match
            for events in batches
            for match in self.detector.match_batch(
                self.make(
                    [event for _, event in events],
                    times=[
                        None if second is None else START + round(second * SECOND)
                        for second, _ in events
                    ],
                )
            )
        ]
        alerts = self.correlator.feed(matches, "test.log")
        self.alerts.extend(alerts)
        return alerts

    def events(self, *events: tuple[float | None, Mapping[str, Value]]) -> list[Alert]:
        """Feed events, each as a chunk of its own."""
        return [alert for event in events for alert in self.chunk([event])]

    def end(self) -> list[Told]:
        """End the stream; all alerts in the end, in order of their beginning."""
        self.alerts.extend(self.correlator.flush())
        return sorted(
            (told(alert) for alert in self.alerts if alert.state is AlertState.CLOSED),
            key=lambda one: (one.first, one.title, str(one.group)),
        )


def told(alert: Alert) -> Told:
    """An alert in seconds."""
    first, last = alert.first or 0, alert.last or 0
    return Told(
        alert.rule.title, dict(alert.group), (first - START) / SECOND, (last - START) / SECOND,
        alert.count,
    )  # fmt: skip


@pytest.fixture
def scene(rules: Callable[..., RuleSet], batch: Callable[..., EventBatch]) -> Callable[..., Scene]:
    """Sets a scene: rule texts, then settings of the correlator in seconds."""

    def make(*texts: str, **settings: float) -> Scene:
        ruleset = rules(*texts)
        sizes = {name: int(value) for name, value in settings.items() if name == "most_groups"}
        spans = {
            name: round(value * SECOND) for name, value in settings.items() if name not in sizes
        }
        return Scene(ruleset, Correlator(ruleset, **spans, **sizes), batch)

    return make
