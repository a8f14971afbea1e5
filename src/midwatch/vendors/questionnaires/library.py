"""Our own questionnaires, read from the TOML files beside this module.

``full`` asks everything; ``short`` is made of the questions marked so, which take a vendor a
quarter of an hour. Both share ids, so that an answer given to one is an answer to the other.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from midwatch.kernel import ConfigurationError
from midwatch.vendors.questionnaires.templates import (
    Contradiction,
    Section,
    TemplateVersion,
    make_version,
)

VERSION: Final = "1.0"
FULL: Final = "midwatch-full"
SHORT: Final = "midwatch-short"
_FOLDER: Final = "own"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    section: Section
    contradiction: tuple[Contradiction, ...] = ()


@cache
def full_questionnaire() -> TemplateVersion:
    """Every question we ask, in sections."""
    files = _files()
    return make_version(
        TemplateVersion(
            id=FULL,
            version=VERSION,
            title="Outsourced help desk and security services: full questionnaire",
            minutes=90,
            sections=tuple(each.section for each in files),
            contradictions=tuple(one for each in files for one in each.contradiction),
        )
    )


@cache
def short_questionnaire() -> TemplateVersion:
    """The questions that matter most; a quarter of an hour."""
    whole = full_questionnaire()
    sections = tuple(
        msgspec.structs.replace(section, question=kept)
        for section in whole.sections
        if (kept := tuple(question for question in section.question if question.short))
    )
    asked = {question.id for section in sections for question in section.question}
    return make_version(
        TemplateVersion(
            id=SHORT,
            version=VERSION,
            title="Outsourced help desk and security services: short questionnaire",
            minutes=15,
            sections=sections,
            contradictions=tuple(
                each for each in whole.contradictions if asked.issuperset(each.answers)
            ),
        )
    )


def own_versions() -> tuple[TemplateVersion, ...]:
    """The questionnaires that Midwatch brings."""
    return (full_questionnaire(), short_questionnaire())


def _files() -> tuple[_File, ...]:
    folder = resources.files(__package__).joinpath(_FOLDER)
    texts = {
        each.name: each.read_text("utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }
    return tuple(read_section(texts[name], name) for name in sorted(texts))


def read_section(text: str, name: str) -> _File:
    """One section file.

    Raises:
        ConfigurationError: It is no TOML, or holds a key that no question has.
    """
    try:
        return msgspec.convert(tomllib.loads(text), _File, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"the questions cannot be read: {error}",
            remedy="see the how-to on adding a questionnaire",
            path=name,
        ) from error
