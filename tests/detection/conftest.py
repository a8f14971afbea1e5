"""Small makers of rules and events for the tests of this room."""

from collections.abc import Callable, Mapping, Sequence

import pytest

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
        raws = [" ".join(str(value) for value in row.values()) for row in rows]
        return EventBatch(
            source="test",
            logsource=logsource or Logsource(product="test"),
            form=Form(tuple(names), {}),
            lines=range(first_line, first_line + len(rows)),
            times=times or [START + row * SECOND for row in range(len(rows))],
            columns={name: [row.get(name) for row in rows] for name in names},
            constants=constants or {},
            raws=raws,
            messages=raws,
        )

    return make
