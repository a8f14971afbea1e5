"""MVSP, the Minimum Viable Secure Product, from its OSCAL catalogue (NIST OSCAL 1.x JSON).

Each control becomes a yes/no question with the reason the catalogue gives, so that vendors
can be asked it like a questionnaire of our own. MVSP itself has no answers and no weights:
every control counts the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.formats.values import (
    ForeignQuestion,
    Format,
    Imported,
    refuse_foreign,
)
from midwatch.vendors.questionnaires.templates import (
    Question,
    Section,
    TemplateVersion,
    make_version,
)
from midwatch.vendors.spreadsheets.packages import check_size

CONTROLS: Final = 25
_ID: Final = re.compile(r"ctl_([1-4])\.([1-9]\d?)-mvsp")
_NO_GUIDANCE: Final = "MVSP names it as part of the least that a secure product has."

_Node = Mapping[str, object]


def read_mvsp(data: bytes, name: str) -> Imported:
    """The controls of an MVSP catalogue, as questions.

    Raises:
        BadInputError: It is no OSCAL catalogue, not MVSP, or holds controls MVSP has not.
    """
    catalogue = _catalogue(data, name)
    metadata = _node(catalogue.get("metadata"))
    title = str(metadata.get("title", ""))
    questions = []
    foreign = []
    for group, control in _controls(catalogue):
        identifier = str(control.get("id", ""))
        if _ID.fullmatch(identifier) is None:
            foreign.append((identifier or "(none)", 0))
            continue
        questions.append(
            ForeignQuestion(
                id=identifier, text=_parts(control, "statement"), section=str(group.get("title"))
            )
        )
    reasons = []
    if "mvsp" not in title.casefold() and "minimum viable secure product" not in title.casefold():
        reasons.append(f"its title is {title[:60]!r}")
    refuse_foreign(
        "MVSP", foreign, len(questions) + len(foreign), path=name,
        reasons=reasons if questions or foreign else [*reasons, "it holds no control"],
    )  # fmt: skip
    remarks = (
        () if len(questions) == CONTROLS
        else (f"it holds {len(questions)} controls; version 3.0 has {CONTROLS}",)
    )  # fmt: skip
    return Imported(
        format=Format.MVSP, title=title, version=str(metadata.get("version", "")),
        questions=tuple(questions), controls=len(questions), remarks=remarks,
    )  # fmt: skip


def mvsp_version(data: bytes, name: str) -> TemplateVersion:
    """MVSP as a questionnaire that can be sent.

    Raises:
        BadInputError: As ``read_mvsp``.
    """
    imported = read_mvsp(data, name)
    sections: dict[str, tuple[str, list[Question]]] = {}
    for group, control in _controls(_catalogue(data, name)):
        title = str(group.get("title"))
        _title, questions = sections.setdefault(str(group.get("id")), (title, []))
        questions.append(
            Question(
                id=str(control["id"]),
                text=f"{control.get('title')}: {_parts(control, 'statement')}",
                why=_guidance(control, "why") or _NO_GUIDANCE,
                good=_guidance(control, "what this control measures") or "Yes, with evidence.",
            )
        )
    return make_version(
        TemplateVersion(
            id="mvsp", version=imported.version, title=imported.title, minutes=30,
            sections=tuple(
                Section(id=key, title=title, question=tuple(questions))
                for key, (title, questions) in sections.items()
            ),
        )
    )  # fmt: skip


def _catalogue(data: bytes, name: str) -> _Node:
    check_size(len(data), name)
    try:
        document = json.loads(data)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"the file is no JSON: {error}", remedy="take the catalogue as published", path=name
        ) from error
    catalogue = document.get("catalog") if isinstance(document, dict) else None
    if not isinstance(catalogue, dict):
        raise BadInputError(
            "the file is no OSCAL catalogue",
            remedy="take MVSP's catalogue in OSCAL's JSON form",
            path=name,
        )
    return catalogue


def _controls(catalogue: _Node) -> Iterator[tuple[_Node, _Node]]:
    for group in _nodes(catalogue.get("groups")):
        for control in _nodes(group.get("controls")):
            yield group, control
    for control in _nodes(catalogue.get("controls")):
        yield {"id": "controls", "title": "Controls"}, control


def _parts(control: _Node, wanted: str) -> str:
    prose = [
        str(part.get("prose", ""))
        for part in _nodes(control.get("parts"))
        if part.get("name") == wanted
    ]
    return " ".join(" ".join(prose).split())


def _guidance(control: _Node, wanted: str) -> str:
    for part in _nodes(control.get("parts")):
        if str(part.get("title", "")).casefold().startswith(wanted):
            return " ".join(str(part.get("prose", "")).split())
    return ""


def _nodes(value: object) -> Iterator[_Node]:
    return (
        (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
    )


def _node(value: object) -> _Node:
    return value if isinstance(value, dict) else {}
