"""Our own questionnaires, read from the TOML files beside this module.

``full`` asks everything; ``short`` is made of the questions marked so, which take a vendor a
quarter of an hour. Both share ids, so that an answer given to one is an answer to the other.
Each is there in English (no ``language``) and in the languages of ``languages``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from midwatch.kernel import ConfigurationError
from midwatch.vendors.questionnaires.languages import (
    OWN,
    languages,
    texts_of,
    translate,
    words_of,
)
from midwatch.vendors.questionnaires.templates import (
    Contradiction,
    Section,
    TemplateVersion,
    make_version,
)

VERSION: Final = "1.0"
FULL: Final = "midwatch-full"
SHORT: Final = "midwatch-short"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    section: Section
    contradiction: tuple[Contradiction, ...] = ()


@cache
def full_questionnaire(language: str = "") -> TemplateVersion:
    """Every question we ask, in sections."""
    files = _files(language)
    return make_version(
        TemplateVersion(
            id=FULL,
            version=VERSION,
            title=words_of(language).full,
            language=language,
            minutes=90,
            sections=tuple(each.section for each in files),
            contradictions=tuple(one for each in files for one in each.contradiction),
        )
    )


@cache
def short_questionnaire(language: str = "") -> TemplateVersion:
    """The questions that matter most; a quarter of an hour."""
    whole = full_questionnaire(language)
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
            title=words_of(language).short,
            language=language,
            minutes=15,
            sections=sections,
            contradictions=tuple(
                each for each in whole.contradictions if asked.issuperset(each.answers)
            ),
        )
    )


def own_versions() -> tuple[TemplateVersion, ...]:
    """The questionnaires that Midwatch brings, in English first, then in each other language."""
    return tuple(
        make(language)
        for language in ("", *languages())
        for make in (full_questionnaire, short_questionnaire)
    )


def own_in(language: str) -> tuple[TemplateVersion, ...]:
    """Those in one language, ``de`` or ``de-at``; in English where that has none."""
    known = language.partition("-")[0]
    chosen = known if known in languages() else ""
    return (full_questionnaire(chosen), short_questionnaire(chosen))


def translations(version: TemplateVersion) -> tuple[TemplateVersion, ...]:
    """The same questionnaire in our other languages."""
    return tuple(
        each
        for each in own_versions()
        if each.digest != version.digest and each.asks_as(version)
    )  # fmt: skip


def _files(language: str) -> tuple[_File, ...]:
    folder = resources.files(__package__).joinpath(OWN)
    texts = {
        each.name: each.read_text("utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }
    return tuple(_file(texts[name], name, language) for name in sorted(texts))


def _file(text: str, name: str, language: str) -> _File:
    found = read_section(text, name)
    if not language:
        return found
    told = texts_of(language, name)
    return _File(*translate(found.section, found.contradiction, told, f"{language}/{name}"))


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
