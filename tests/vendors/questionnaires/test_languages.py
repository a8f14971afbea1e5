"""Our questions in other languages: every text is there, and nothing that counts is another."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.vendors import questionnaires
from midwatch.vendors.comparing import Candidate, compare
from midwatch.vendors.comparing.example import EXAMPLE, example_needs
from midwatch.vendors.questionnaires import (
    Answer,
    Reply,
    TemplateVersion,
    carried_over,
    contradictions,
    full_questionnaire,
    new_submission,
    own_in,
    own_versions,
    score_of,
    short_questionnaire,
    translations,
)
from midwatch.vendors.questionnaires.formats import own_workbook, read_own
from midwatch.vendors.questionnaires.languages import (
    ENGLISH,
    QuestionTexts,
    SectionTexts,
    languages,
    texts_of,
    translate,
    words_of,
)
from midwatch.vendors.questionnaires.library import read_section

OWN = Path(questionnaires.__file__).parent / "own"
FILES = sorted(each.name for each in OWN.glob("*.toml"))
FULL, SHORT = full_questionnaire(), short_questionnaire()
ENGLISH_DIGESTS = (
    "c6550785ea5bb8dccf17e41f7dd8d81cf00c3910fcc4b6a2825e536f600506e5",
    "85c0dd621d7447c5be84f607459932c16679264e4b40b4061a4bf18482ece111",
)
"""Of version 1.0. Who changes a question on purpose gives it a new version and new digests."""
every_language = pytest.mark.parametrize("language", languages())


def test_english_is_what_it_was_before_there_were_translations() -> None:
    assert tuple(each.digest for each in own_in("")) == ENGLISH_DIGESTS
    assert own_in("fr-be") == own_in("en") == own_in("")
    assert [each.language for each in own_in("de-at")] == ["de", "de"]


@every_language
def test_there_is_a_file_of_texts_for_each_file_of_questions_and_no_other(language: str) -> None:
    found = sorted(each.name for each in (OWN / language).iterdir())
    assert found == sorted([*FILES, "words.toml"])


@every_language
def test_only_texts_are_others(language: str) -> None:
    for mine, english in zip(own_in(language), own_in(""), strict=True):
        assert mine.digest != english.digest
        assert [each.bare for each in mine.questions] == [each.bare for each in english.questions]
        assert [each.answers for each in mine.contradictions] == [
            each.answers for each in english.contradictions
        ]
        assert translations(english) == (mine,)
        for told, asked in zip(mine.questions, english.questions, strict=True):
            assert (told.text, told.why) != (asked.text, asked.why), told.id
            assert told.text != asked.text, told.id
            assert told.text.endswith("?") == asked.text.endswith("?"), told.id
        texts = [each.text for each in mine.questions]
        assert len(set(texts)) == len(texts)


@every_language
def test_its_words_are_whole(language: str) -> None:
    words = words_of(language)
    assert words != ENGLISH
    assert len({each.casefold() for each in words.heads}) == len(words.heads)
    assert len(words.notes) == len(ENGLISH.notes)
    replies = [words.yes, words.no, words.not_applicable]
    assert len({each.casefold() for each in replies}) == len(replies)
    assert not any("," in each or '"' in each for each in replies)
    assert "{question}" in words.only_if_yes
    assert "{question}" in words.only_if_no
    ids = {each["id"] for each in tomllib.loads(EXAMPLE)["need"]}
    assert set(words.needs) == ids


@every_language
def test_answers_are_worth_the_same(language: str, filling: Any) -> None:
    for mine, english in zip(own_in(language), own_in(""), strict=True):
        whole = filling.all_best(english)
        answers = list(whole.answers.values())
        for given in (answers, answers[::2], answers[1::3], []):
            there = new_submission(english, "v", given)
            here = carried_over(mine, english, there)
            assert here.answers == there.answers
            score, same = score_of(mine, here), score_of(english, there)
            assert score.arithmetic == same.arithmetic
            assert [line.because for line in score.lines] == [line.because for line in same.lines]
            assert carried_over(english, mine, here) == there


@every_language
def test_what_contradicts_itself_does_so_in_every_language(language: str) -> None:
    mine = own_in(language)[0]
    for clash, english in zip(mine.contradictions, FULL.contradictions, strict=True):
        given = []
        for name, said in clash.answers.items():
            reply = Reply(said) if said in ("yes", "no") else Reply.STATED
            value = said if reply is Reply.STATED else ""
            given.append(Answer(question=name, reply=reply, value=value))
        assert clash in contradictions(mine, new_submission(mine, "v", given))
        assert clash.says != english.says


@every_language
def test_a_workbook_goes_out_and_comes_back(language: str, filling: Any) -> None:
    mine = own_in(language)[0]
    given = filling.all_best(mine)
    data = own_workbook(mine, given)
    again, back = read_own(data, "x.xlsx", own_versions())
    assert again.digest == mine.digest
    assert back.answers == given.answers


def typed(data: bytes, answers: Mapping[str, str | int]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for row in book["Questions"].iter_rows():
        name = str(row[0].value)
        if name in answers:
            row[4].value = answers[name]
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def test_what_a_german_types_is_understood_and_english_too() -> None:
    german = short_questionnaire("de")
    data = own_workbook(german, vendor="Nachtwache")
    text = "".join(
        str(c.value) for r in openpyxl.load_workbook(io.BytesIO(data))["Questions"] for c in r
    )
    assert "nur, wenn data.card" not in text
    assert "Ihre Antwort" in text
    assert "SOC 2 Typ 2 / ISO 27001 / SOC 2 Typ 1 / SOC 1 / SAS 70 / keinen" in text
    answers: dict[str, str | int] = {
        "desk.mfa": "Ja", "desk.caller": "trifft nicht zu", "data.card": "nein",
        "audits.report": "Keinen", "people.leavers": 4, "data.inventory": "no",
    }  # fmt: skip
    back = read_own(typed(data, answers), "x.xlsx", [german])[1]
    assert back.answer("desk.mfa").reply is Reply.YES
    assert back.answer("desk.caller").reply is Reply.NOT_APPLICABLE
    assert back.answer("data.card").reply is Reply.NO
    assert back.answer("audits.report").value == "none", "what is kept is the same word"
    assert back.answer("people.leavers").value == "4"
    assert back.answer("data.inventory").reply is Reply.NO
    with pytest.raises(BadInputError, match="SOC 2 Typ 2"):
        read_own(typed(data, {"audits.report": "ISO 9001"}), "x.xlsx", [german])


def test_a_comparison_takes_answers_of_both_languages(filling: Any) -> None:
    german = short_questionnaire("de")
    best = filling.all_best(german, "Nachtwache")
    there = Candidate(name="A", submission=carried_over(SHORT, german, best))
    here = Candidate(name="B", submission=filling.all_best(SHORT))
    found = compare(SHORT, example_needs(SHORT), [there, here])
    assert found.results[0].fit == found.results[1].fit > 0
    assert [line.credit for line in found.results[0].score.lines] == [
        line.credit for line in found.results[1].score.lines
    ]
    assert found.differences == ()


def test_a_choice_begins_with_needs_in_the_language_of_its_questions() -> None:
    english, german = example_needs(FULL), example_needs(full_questionnaire("de"))
    assert [each.questions for each in german.need] == [each.questions for each in english.need]
    assert all(a.title != b.title for a, b in zip(german.need, english.need, strict=True))


def test_another_version_is_no_translation() -> None:
    german = short_questionnaire("de")
    later = msgspec.structs.replace(german, version="2.0")
    reworded = msgspec.structs.replace(
        SHORT,
        sections=tuple(
            msgspec.structs.replace(
                each,
                question=tuple(
                    msgspec.structs.replace(q, text=f"{q.text} Really?") for q in each.question
                ),
            )
            for each in SHORT.sections
        ),
    )
    assert german.asks_as(SHORT)
    assert SHORT.asks_as(german)
    assert not later.asks_as(SHORT)
    assert not reworded.asks_as(SHORT), "another text in one language is another question"
    assert not german.asks_as(full_questionnaire("de"))
    first = SHORT.questions[0].id
    assert german.asks_the_same(SHORT, first)
    assert not later.asks_the_same(SHORT, first)
    assert not reworded.asks_the_same(SHORT, first)
    assert not german.asks_the_same(SHORT, "data.separated"), "only the full one asks that"


def test_a_weight_in_a_translation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(msgspec.ValidationError, match="weight"):
        msgspec.convert({"text": "t", "why": "w", "good": "g", "weight": 9}, QuestionTexts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"intro": ""}, "the intro is missing"),
        ({"question": {}}, "audits.report has no texts"),
        ({"question": {"audits.reports": {}}}, "audits.reports is no question"),
        ({"question": {"audits.report": {"why": " "}}}, "audits.report: its why is missing"),
        ({"question": {"audits.report": {"unit": "Tage"}}}, "its unit is missing, or stands for"),
        ({"question": {"audits.report": {"choices": {"none": "x"}}}}, "a word of its own"),
        ({"contradiction": ()}, "2 contradictions want as many sentences"),
    ],
)
def test_a_slip_in_a_translation_is_told(change: dict[str, Any], says: str) -> None:
    name = "06-audits.toml"
    english = read_section((OWN / name).read_text("utf-8"), name)
    texts = texts_of("de", name)
    if change.get("question"):
        changed = dict(texts.question)
        for key, fields in change["question"].items():
            changed[key] = msgspec.structs.replace(texts.question["audits.report"], **fields)
        change = {"question": changed}
    wrong: SectionTexts = msgspec.structs.replace(texts, **change)
    with pytest.raises(ConfigurationError, match=says):
        translate(english.section, english.contradiction, wrong, name)


def test_a_language_without_a_file_is_told() -> None:
    with pytest.raises(ConfigurationError, match="have no texts"):
        texts_of("de", "99-nothing.toml")


def test_the_digest_of_a_foreign_version_is_what_it_was() -> None:
    """A field that was not there before must not change what was sent before."""
    kept = msgspec.to_builtins(SHORT)
    del kept["language"]
    again = msgspec.convert(kept, TemplateVersion)
    assert again.digest == SHORT.digest
