"""YAML texts → documents with their line, the old ``action`` keys worked in.

A key written twice is an error: YAML would silently drop the first, and with it half of
a rule. So is a text of aliases that would unfold into a giant, and one so deeply nested that
taking it apart would exhaust the stack.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from midwatch.rules.ruleset import RuleProblem
from midwatch.rules.texts import RuleText

_MOST_NODES: Final = 200_000
_DEEPEST: Final = 100
_SURELY_SAFE: Final = 2_000
"""Levels that the YAML library composes without exhausting the stack, which it does not guard."""
_TRUTH: Final = "tag:yaml.org,2002:bool"
_TIME: Final = "tag:yaml.org,2002:timestamp"
_ACTIONS: Final = ("global", "reset", "repeat")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: where it starts, the lines it stands on, and what it says.

    ``licence`` and ``pack`` are those of the text it stands in.
    """

    path: str
    line: int
    content: dict[str, Any]
    lines: tuple[str, ...]
    licence: str = ""
    pack: str = ""

    def line_of(self, key: str) -> int:
        """The line of that key; the document's first line if it is not found."""
        quoted = rf"['\"]?{re.escape(key)}['\"]?\s*:"
        for start in (rf"\s*(?:- )?{quoted}", rf".*[{{,\s]{quoted}"):
            pattern = re.compile(start)
            for spot, text in enumerate(self.lines):
                if pattern.match(text):
                    return self.line + spot
        return self.line


class _Loader(yaml.CSafeLoader):
    """Safe loading that refuses a key written twice, and one that YAML takes for a truth value."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # the signature is PyYAML's
        """A mapping; raises where a key is not what it seems."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.tag == _TRUTH:
                    raise yaml.MarkedYAMLError(
                        problem=f"YAML takes the name {key_node.value!r} for true or false",
                        problem_mark=key_node.start_mark,
                    )
                if key_node.value in seen and key_node.value != "<<":
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key_node.value!r} stands twice",
                        problem_mark=key_node.start_mark,
                    )
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIME]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
# A date is a text: events hold it as one, and a rule means what it says.


def read_documents(text: RuleText) -> Iterator[Document | RuleProblem]:
    """The documents of one rule text, and what is wrong with it."""
    try:
        source = text.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.content.count(b"\n", 0, error.start) + 1
        yield RuleProblem(text.path, line, "it is not UTF-8 text", "save it as UTF-8")
        return
    template: dict[str, Any] = {}
    previous: dict[str, Any] = {}
    for found in _load(text.path, source):
        if isinstance(found, RuleProblem):
            yield found
            continue
        content = found.content
        action = content.pop("action", None)
        if action is not None and action not in _ACTIONS:
            yield RuleProblem(
                text.path, found.line_of("action"), f"the action {action!r} is unknown",
                f"use one of {', '.join(_ACTIONS)}",
            )  # fmt: skip
        elif action == "global":
            template = previous = content
        elif action == "reset":
            template = {}
        else:
            if action == "repeat":
                content = _merged(previous, content)
            elif "correlation" not in content and "filter" not in content:
                content = _merged(template, content)
            if action is None:
                previous = content
            yield replace(found, content=content, licence=text.licence, pack=text.pack)


def _load(path: str, source: str) -> Iterator[Document | RuleProblem]:
    lines = source.splitlines()
    loader = _Loader(source)
    try:
        if _may_nest(source, lines) > _SURELY_SAFE and (deep := _deep_line(source)):
            yield _too_deep(path, deep)
            return
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                break
            size, depth = _extent(node)
            if depth > _DEEPEST:
                yield _too_deep(path, node.start_mark.line + 1)
                continue
            if size > _MOST_NODES:
                yield RuleProblem(
                    path, node.start_mark.line + 1, "its aliases unfold into too much text",
                    "write the values out",
                )  # fmt: skip
                continue
            content = loader.construct_document(node)
            first, last = node.start_mark.line, node.end_mark.line
            if isinstance(content, dict):
                yield Document(path, first + 1, content, tuple(lines[first : last + 1]))
            elif content is not None:
                yield RuleProblem(
                    path, first + 1, "it is no mapping of keys to values",
                    "a rule starts with a line such as 'title: ...'",
                )  # fmt: skip
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        yield RuleProblem(
            path, line, f"it is not valid YAML: {error.problem or error.context}",
            "check indentation, quotes and colons on that line and the one before",
        )  # fmt: skip
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        yield RuleProblem(path, 1, f"it is not valid YAML: {error}", "check the whole file")
    finally:
        loader.dispose()


def _too_deep(path: str, line: int) -> RuleProblem:
    return RuleProblem(
        path,
        line,
        f"it is nested more than {_DEEPEST} levels deep",
        "no rule needs that; flatten it",
    )


def _may_nest(source: str, lines: list[str]) -> int:
    """No text nests deeper than this: a level needs a bracket, or a column further right."""
    widest = max(map(len, lines), default=0)
    return source.count("[") + source.count("{") + 2 * widest


def _deep_line(source: str) -> int:
    """The first line that is nested too deeply, 0 if none is; told without composing the text."""
    depth = 0
    for event in yaml.parse(source, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return event.start_mark.line + 1 if event.start_mark is not None else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def _extent(root: yaml.Node) -> tuple[int, int]:
    """Nodes and levels of the document once its aliases are unfolded.

    Counted no further than the limits.
    """
    count, depth, level = 0, 0, [root]
    while level and count <= _MOST_NODES and depth <= _DEEPEST:
        count += len(level)
        depth += 1
        below: list[yaml.Node] = []
        for node in level:
            if isinstance(node, yaml.SequenceNode):
                below.extend(node.value)
            elif isinstance(node, yaml.MappingNode):
                for pair in node.value:
                    below.extend(pair)
        level = below
    return count, depth


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``over`` laid over a copy of ``under``, mapping by mapping."""
    if not under:
        return over
    result = copy.deepcopy(under)
    for key, value in over.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = _merged(old, value) if both and old is not None else value
    return result
