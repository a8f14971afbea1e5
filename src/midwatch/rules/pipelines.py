"""pySigma's processing pipelines: a YAML file that changes rules before they are planned.

A pipeline renames fields, changes log sources, adds conditions, fills placeholders from its
``vars`` or replaces values, exactly as pySigma itself does, in order of ``priority``. What
pySigma applies to finished query texts (``postprocessing``, ``finalizers``) has nothing to
work on here, since no query is made. Transformations that fetch values from files, servers or
commands are refused: rules are data, and reading them must not reach out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml
from sigma.exceptions import SigmaError
from sigma.policy.profiles import TrustedPolicy
from sigma.processing.pipeline import ProcessingPipeline

from midwatch.kernel import BadInputError
from midwatch.rules.ruleset import RuleProblem
from midwatch.rules.texts import RuleText

_REACHING_OUT: Final = ("file_placeholders", "http_placeholders", "command_placeholders")
_FOR_QUERIES: Final = ("postprocessing", "finalizers")
_LONGEST_CAUSE: Final = 160
_REMEDY: Final = "compare it with pySigma's documentation of processing pipelines"


def read_pipelines(
    texts: Sequence[RuleText],
) -> tuple[ProcessingPipeline | None, list[RuleProblem]]:
    """One pipeline out of several, lowest priority first, and what of them is not applied.

    Raises:
        BadInputError: one of them is no pipeline, with path, line and cause.
    """
    notes: list[RuleProblem] = []
    pipelines = []
    for text in texts:
        content = _content(text)
        notes.extend(
            RuleProblem(
                text.path, _line_of(text, key),
                f"its {key} change query texts and are not applied, since no query is made here",
                f"remove {key}, or say the same as a transformation",
            )
            for key in _FOR_QUERIES if content.pop(key, None)
        )  # fmt: skip
        pipelines.append(_parsed(text, content))
    if not pipelines:
        return None, notes
    joined = ProcessingPipeline(policy=TrustedPolicy)
    for pipeline in sorted(pipelines, key=lambda each: each.priority):
        joined = joined + pipeline
    return joined, notes


def _content(text: RuleText) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text.content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError(
            "it is not UTF-8 text", remedy="save it as UTF-8", path=text.path
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadInputError(
            f"it is not valid YAML: {error.problem or error.context}",
            remedy="check indentation, quotes and colons there",
            path=text.path,
            line=mark.line + 1 if mark is not None else None,
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"it is not valid YAML: {error}", remedy="check the whole file", path=text.path
        ) from error
    if not isinstance(content, dict):
        raise BadInputError(
            "it is no processing pipeline",
            remedy="a pipeline starts with keys such as name, priority and transformations",
            path=text.path,
        )
    return content


def _parsed(text: RuleText, content: dict[str, Any]) -> ProcessingPipeline:
    if not isinstance(content.get("priority", 0), int):
        raise BadInputError(
            "its priority is no number", remedy="write a number", path=text.path,
            line=_line_of(text, "priority"),
        )  # fmt: skip
    for kind in _kinds(content.get("transformations")):
        if kind in _REACHING_OUT:
            raise BadInputError(
                f"its transformation {kind} fetches values from elsewhere, which rules may not",
                remedy="list the values in a file and give it with --placeholders",
                path=text.path,
                line=_line_of(text, kind, anywhere=True),
            )
    try:
        return ProcessingPipeline.from_dict(content, policy=TrustedPolicy)
    except (SigmaError, TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        raise BadInputError(
            f"it is no sound processing pipeline: {_brief(error)}",
            remedy=_REMEDY,
            path=text.path,
            line=_line_of(text, "transformations"),
        ) from error


def _kinds(items: object) -> Iterator[str]:
    """The types of all transformations, nested ones too."""
    if isinstance(items, Mapping):
        kind = items.get("type")
        if isinstance(kind, str):
            yield kind
        for inner in items.values():
            yield from _kinds(inner)
    elif isinstance(items, list):
        for inner in items:
            yield from _kinds(inner)


def _line_of(text: RuleText, word: str, *, anywhere: bool = False) -> int:
    """The line where a key stands, counted from 1; 1 where it is not found."""
    for number, line in enumerate(text.content.decode("utf-8", "replace").splitlines(), 1):
        if (word in line) if anywhere else line.startswith(f"{word}:"):
            return number
    return 1


def _brief(error: Exception) -> str:
    """What pySigma says; it repeats what it did not know, and that may be a whole log."""
    said = str(error) or type(error).__name__
    return said if len(said) <= _LONGEST_CAUSE else f"{said[:_LONGEST_CAUSE]} …"
