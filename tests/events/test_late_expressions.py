"""Expressions that wait for their first use behave like any others."""

import re
from unittest.mock import patch

import pytest

from midwatch.events.late_expressions import compiled_late


def test_nothing_is_compiled_before_the_first_use_and_once_afterwards() -> None:
    with patch("midwatch.events.late_expressions.re.compile", wraps=re.compile) as compiling:
        late = compiled_late(r"(?P<name>a+)(b)?", re.IGNORECASE)
        assert compiling.call_count == 0
        found = late.search("xAAb")
        assert late.match("xAAb") is None
        assert compiling.call_count == 1
    assert found is not None
    assert (found["name"], found[2], late.groups, dict(late.groupindex)) == (
        "AA", "b", 2, {"name": 1},
    )  # fmt: skip
    assert late.sub("-", "xaab") == "x-"


def test_a_fault_in_the_text_is_told_at_its_use() -> None:
    late = compiled_late("(")
    with pytest.raises(re.error):
        late.search("")
