"""Values for Sigma's placeholders, from a YAML file: each name with its list of values.

    known_cdcs:
      - dc01.harbour.example
      - dc02.harbour.example

A placeholder without values keeps its rule from running, for what the rule means is not
known; such a rule is loaded and listed as waiting (``Metadata.waits_for``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midwatch.kernel import BadInputError

Placeholders = Mapping[str, Sequence[str]]


def read_placeholders(content: bytes, path: str) -> dict[str, tuple[str, ...]]:
    """The values by name; a single value counts as a list of one.

    Raises:
        BadInputError: it is not such a file, with path, line and cause.
    """
    # PyYAML is slow to import, and a warm start without placeholders needs none of it.
    import yaml  # noqa: PLC0415  # only where a file of values is given

    try:
        loaded = yaml.safe_load(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError("it is not UTF-8 text", remedy="save it as UTF-8", path=path) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadInputError(
            f"it is not valid YAML: {error.problem or error.context}",
            remedy="write lines such as 'known_cdcs: [dc01, dc02]'",
            path=path,
            line=mark.line + 1 if mark is not None else None,
        ) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise BadInputError(
            "it is no mapping of names to values",
            remedy="write lines such as 'known_cdcs: [dc01, dc02]'",
            path=path,
        )
    return {str(name).strip("%"): _values(name, value, path) for name, value in loaded.items()}


def _values(name: object, value: object, path: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or any(
        isinstance(item, bool) or not isinstance(item, (str, int, float)) for item in items
    ):
        raise BadInputError(
            f"the placeholder {name!r} has no list of texts or numbers",
            remedy="write its values as a list; put texts such as 'yes' in quotes",
            path=path,
        )
    return tuple(str(item) for item in items)
