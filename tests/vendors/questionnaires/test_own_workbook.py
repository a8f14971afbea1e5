"""Our questionnaire out as a workbook, and back; what hostile or careless hands do to it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import (
    Answer,
    Reply,
    Submission,
    full_questionnaire,
    new_submission,
    own_versions,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.formats import Format, own_workbook, read_own, recognise
from midwatch.vendors.spreadsheets import safe_text

SHORT = short_questionnaire()


def edited(data: bytes, change: Callable[[Worksheet], None], sheet: str = "Questions") -> bytes:
    """The workbook as somebody saves it who changed it in a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book[sheet])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def row_of(sheet: Worksheet, question: str) -> int:
    return next(row for row in range(1, 200) if sheet.cell(row, 1).value == question)


def put(question: str, value: object, column: int = 5) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, question), column).value = value  # type: ignore[assignment]  # any value a hand may type

    return change


def back(data: bytes) -> Submission:
    return read_own(data, "back.xlsx", own_versions())[1]


def test_all_answers_come_back(filling: Any) -> None:
    for version in own_versions():
        given_ = filling.all_best(version)
        data = own_workbook(version, given_)
        again, submission = read_own(data, "x.xlsx", own_versions())
        assert again.digest == version.digest
        assert submission.answers == given_.answers
        assert submission.vendor == "Acme"
        assert recognise(data, "x.xlsx") is Format.OWN


def test_an_empty_workbook_is_unanswered_and_its_hints_are_no_evidence() -> None:
    submission = back(own_workbook(SHORT, vendor="Acme"))
    assert {each.reply for each in submission.answers.values()} == {Reply.UNANSWERED}
    assert not any(each.evidence for each in submission.answers.values())


def test_what_people_type_is_understood() -> None:
    data = own_workbook(SHORT, vendor="Acme")
    for question, typed in [
        ("desk.mfa", "Yes"),
        ("desk.caller", "N/A"),
        ("people.leavers", 4),
        ("security.patching", 2.5),
        ("company.owners", True),
        ("audits.report", "soc 2 TYPE 2"),
    ]:
        data = edited(data, put(question, typed))
    submission = back(edited(data, put("desk.mfa", "policy.pdf, report.pdf", column=7)))
    assert submission.answer("desk.mfa").reply is Reply.YES
    assert submission.answer("desk.mfa").evidence == ("policy.pdf", "report.pdf")
    assert submission.answer("desk.caller").reply is Reply.NOT_APPLICABLE
    assert submission.answer("people.leavers").value == "4"
    assert submission.answer("security.patching").value == "2.5"
    assert submission.answer("company.owners").reply is Reply.YES


@given(st.text(min_size=1, max_size=300))
@settings(max_examples=25)
def test_any_remark_comes_back_as_text(text: str) -> None:
    answer = Answer(question="desk.mfa", reply=Reply.YES, note=text)
    data = own_workbook(SHORT, new_submission(SHORT, "v", [answer]))
    expected = safe_text(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    assert back(data).answer("desk.mfa").note == expected


def test_a_formula_among_the_answers_is_refused_with_its_row() -> None:
    data = own_workbook(SHORT, vendor="Acme")
    row = row_of(openpyxl.load_workbook(io.BytesIO(data))["Questions"], "desk.mfa")
    for column in (5, 6, 7):
        with pytest.raises(BadInputError, match="a formula is no answer") as refused:
            back(edited(data, put("desk.mfa", '=HYPERLINK("http://x","yes")', column)))
        assert refused.value.line == row


def test_all_that_is_wrong_is_told_at_once() -> None:
    data = edited(own_workbook(SHORT, vendor="A"), put("desk.mfa", "we think so"))
    data = edited(data, put("people.leavers", "quickly"))
    with pytest.raises(BadInputError) as refused:
        back(data)
    assert refused.value.cause.startswith("2 answers cannot be read: row ")
    assert "people.leavers: 'quickly' is no number" in refused.value.cause
    assert "desk.mfa: yes or no is asked for" in refused.value.cause


def test_foreign_ids_are_refused_with_their_rows() -> None:
    data = own_workbook(SHORT, vendor="A")
    with pytest.raises(BadInputError, match=r"ids are not of .*'A&A-01.1' \(row \d+\)"):
        back(edited(data, put("desk.mfa", "A&A-01.1", column=1)))


def test_rows_may_be_moved_and_left_out() -> None:
    def sort(sheet: Worksheet) -> None:
        row = row_of(sheet, "desk.mfa")
        values = [sheet.cell(row, column).value for column in range(1, 8)]
        values[4] = "yes"
        sheet.delete_rows(row)
        sheet.append(values)

    submission = back(edited(own_workbook(SHORT, vendor="A"), sort))
    assert submission.answer("desk.mfa").reply is Reply.YES

    def drop(sheet: Worksheet) -> None:
        sheet.delete_rows(row_of(sheet, "desk.mfa"))

    left = back(edited(own_workbook(SHORT, vendor="A"), drop))
    assert left.answer("desk.mfa").reply is Reply.UNANSWERED


def test_an_answer_that_stands_twice_is_refused() -> None:
    def double(sheet: Worksheet) -> None:
        sheet.append(["desk.mfa", None, None, None, "no"])

    with pytest.raises(BadInputError, match=r"desk\.mfa stands twice"):
        back(edited(own_workbook(SHORT, vendor="A"), double))


def test_another_version_cannot_pass_for_ours() -> None:
    data = own_workbook(SHORT, vendor="A")

    def forge(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "digest"), 2).value = "0" * 64

    with pytest.raises(BadInputError, match="nobody knows the version midwatch-short"):
        back(edited(data, forge, "About"))
    with pytest.raises(BadInputError, match="nobody knows the version"):
        read_own(data, "x.xlsx", [full_questionnaire()])
    with pytest.raises(BadInputError, match="another version"):
        own_workbook(full_questionnaire(), new_submission(SHORT, "v"))


def test_without_its_sheets_or_headings_it_is_refused() -> None:
    book = openpyxl.Workbook()
    sink = io.BytesIO()
    book.save(sink)
    with pytest.raises(BadInputError, match="no questionnaire of ours"):
        back(sink.getvalue())

    def behead(sheet: Worksheet) -> None:
        sheet.delete_rows(1, 6)

    with pytest.raises(BadInputError, match="no row with the headings"):
        back(edited(own_workbook(SHORT, vendor="A"), behead))


def test_each_question_offers_its_own_words() -> None:
    book = openpyxl.load_workbook(io.BytesIO(own_workbook(SHORT)))
    sheet = book["Questions"]
    lists = {
        str(cell): rule.formula1
        for rule in sheet.data_validations.dataValidation
        for cell in str(rule.sqref).split()
    }

    def offered(question: str) -> str | None:
        row = row_of(sheet, question)
        spans = [(list(map(int, re.findall(r"\d+", cells))), w) for cells, w in lists.items()]
        return next((words for span, words in spans if span[0] <= row <= span[-1]), None)

    assert offered("desk.mfa") == '"yes,no,not applicable"'
    assert offered("audits.report") == '"SOC 2 type 2,ISO 27001,SOC 2 type 1,SOC 1,SAS 70,none"'
    assert offered("people.leavers") is None
