"""CAIQ, HECVAT, VSAQ and MVSP as users bring them, and impostors."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import (
    Answer,
    Ownership,
    Reply,
    full_questionnaire,
    new_submission,
)
from midwatch.vendors.questionnaires.formats import (
    Format,
    Imported,
    add_vsaq_answers,
    mvsp_version,
    read_any,
    read_caiq,
    read_hecvat,
    read_mvsp,
    read_vsaq,
    recognise,
)
from midwatch.vendors.questionnaires.formats.caiq import CONTROLS
from midwatch.vendors.questionnaires.formats.loose_json import strict_json
from midwatch.vendors.questionnaires.mapping import answers_for, mapping_of, reuse

FULL = full_questionnaire()
CAIQ_HEADS = (
    "Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership",
    "CSP Implementation Description (Optional/Recommended)",
    "CSC Responsibilities (Optional/Recommended)", None, None, "CCM Control ID",
    "CCM Control Specification", "CCM Control Title", "CCM Domain Title",
)  # fmt: skip
HECVAT_HEADS = (
    "New ID", "Question", "Start", "Org", "Product", "Infra", "Access", "Case", "AI", "Privacy",
    "Score Mapping", "Score Location",
)  # fmt: skip
HECVAT_SHEETS = (
    "START HERE", "Organization", "Product", "Infrastructure", "IT Accessibility",
    "Case-Specific", "AI", "Privacy",
)  # fmt: skip


def saved(book: openpyxl.Workbook) -> bytes:
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def caiq(
    ids: list[str], answers: dict[str, tuple[object, ...]], title: str = "CAIQv4.0.3"
) -> bytes:
    """A workbook in CAIQ's layout: the control's columns are filled on its first question only."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append(["v4.0.3", "CONSENSUS ASSESSMENTS INITIATIVE QUESTIONNAIRE v4.0.3"])
    sheet.append(CAIQ_HEADS)
    seen = set()
    for each in ids:
        control = each.partition(".")[0]
        first = control not in seen
        seen.add(control)
        answer = answers.get(each, (None, None, None))
        sheet.append(
            [each, f"Is {each} done?", *answer, None, None, None, control if first else None]
        )
    return saved(book)


def caiq_ids() -> list[str]:
    """261 ids over all 197 controls: the first ones are asked two questions."""
    controls = [f"{d}-{n:02}" for d, most in CONTROLS.items() for n in range(1, most + 1)]
    return [
        f"{control}.{n}"
        for place, control in enumerate(controls)
        for n in range(1, 3 if place < 64 else 2)
    ]


def test_caiq_with_the_public_examples_counts() -> None:
    ids = caiq_ids()
    words = ["Yes"] * 107 + ["No"] * 122 + ["NA"] * 32
    data = caiq(ids, {i: (w, "CSP-owned", "how") for i, w in zip(ids, words, strict=True)})
    found = read_caiq(data, "caiq.xlsx")

    assert (len(found.questions), found.controls, found.remarks) == (261, 197, ())
    assert [found.count(reply) for reply in (Reply.YES, Reply.NO, Reply.NOT_APPLICABLE)] == [
        107, 122, 32,
    ]  # fmt: skip
    assert found.answers[0].ownership is Ownership.VENDOR
    assert recognise(data, "renamed.txt") is Format.CAIQ


def test_caiq_ownership_and_odd_answers() -> None:
    found = read_caiq(
        caiq(
            ["A&A-01.1", "A&A-01.2", "AIS-01.1", "AIS-02.1"],
            {
                "A&A-01.1": ("Yes", "Shared CSP and 3rd-party", "=1+1"),
                "A&A-01.2": ("Mostly", "3rd-party outsourced", None),
                "AIS-01.1": ("=A1", None, None),
            },
        ),
        "c.xlsx",
    )
    assert [each.reply for each in found.answers] == [
        Reply.YES, Reply.UNANSWERED, Reply.UNANSWERED, Reply.UNANSWERED,
    ]  # fmt: skip
    assert found.answers[0].ownership is Ownership.SHARED_THIRD_PARTY
    assert found.answers[0].note == "", "a formula is not read, nor what it once gave"
    assert found.remarks == (
        "row 4: the answer 'Mostly' is none of Yes, No, NA",
        "row 5: the answer is a formula, not read",
        "it holds 4 of the 261 questions",
    )


@pytest.mark.parametrize("foreign", ["GNRL-01", "AIS-08.1", "XXX-01.1", "A&A-01"])
def test_a_file_that_claims_caiq_and_holds_foreign_ids_is_refused(foreign: str) -> None:
    data = caiq(["A&A-01.1", foreign], {})
    with pytest.raises(BadInputError) as refused:
        read_any(data, "c.xlsx")
    assert refused.value.cause == (
        "the file claims to be CAIQ 4.0.3 and is not: "
        f"1 of 2 ids are not of CAIQ 4.0.3: '{foreign}' (row 4)"
    )
    assert refused.value.line == 4


def hecvat(
    listed: list[str], answered: dict[str, tuple[str, object]], *, listing: str = "Questions"
) -> bytes:
    """A workbook in HECVAT 4's layout: question texts on visible sheets are formulas."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in HECVAT_SHEETS:
        sheet = book.create_sheet(name)
        sheet.append([f"HECVAT 4.1.4 - {name}"])
        sheet.append(["ID", "Question", "Answer", "Additional Information", "Guidance"])
        for each, (on, answer) in answered.items():
            if on == name:
                sheet.append([each, "=VLOOKUP(A3,Questions!A:B,2)", answer, "see our page"])
    hidden = book.create_sheet(listing)
    hidden.sheet_state = "hidden"
    hidden.append(["All questions"])
    hidden.append(HECVAT_HEADS)
    for each in listed:
        hidden.append([each, f"Do you do a background check for {each}?", 0, 1])
    return saved(book)


HECVAT_IDS = [f"{p}-{n:02}" for p in ("GNRL", "COMP", "DATA", "APPL") for n in range(1, 84)]


def test_hecvat_reads_the_hidden_list_and_the_visible_answers() -> None:
    data = hecvat(
        HECVAT_IDS,
        {
            "GNRL-01": ("START HERE", "Acme Ltd"),
            "COMP-01": ("Organization", "Yes"),
            "COMP-02": ("Organization", "No"),
            "DATA-01": ("Privacy", "N/A"),
            "DATA-02": ("Privacy", None),
            "DATA-03": ("Privacy", "=B1"),
        },
    )
    found = read_hecvat(data, "h.xlsx")
    replies = {each.id: (each.reply, each.value) for each in found.answers}

    assert (len(found.questions), found.version) == (332, "4.1.4")
    assert found.questions[0].text == "Do you do a background check for GNRL-01?"
    assert replies == {
        "GNRL-01": (Reply.STATED, "Acme Ltd"),
        "COMP-01": (Reply.YES, ""),
        "COMP-02": (Reply.NO, ""),
        "DATA-01": (Reply.NOT_APPLICABLE, ""),
        "DATA-02": (Reply.UNANSWERED, ""),
        "DATA-03": (Reply.UNANSWERED, ""),
    }
    assert found.remarks == ("Privacy, row 5: the answer is a formula, not read",)
    assert found.count(Reply.UNANSWERED) == 328
    assert recognise(data, "h.xlsx") is Format.HECVAT


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (hecvat(HECVAT_IDS, {"A&A-01.1": ("Organization", "Yes")}), "'A&A-01.1' (row 3)"),
        (hecvat(HECVAT_IDS, {"COMP-99": ("Organization", "Yes")}), "'COMP-99' (row 3)"),
        (hecvat([*HECVAT_IDS, "desk.mfa"], {}), "'desk.mfa' (row 335)"),
        (hecvat(HECVAT_IDS[:5], {}), "its list holds 5 questions"),
        (hecvat(HECVAT_IDS, {}, listing="Other"), "no sheet Questions"),
    ],
)
def test_a_file_that_claims_hecvat_and_is_not_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_any(data, "h.xlsx", Format.HECVAT)
    assert says in refused.value.cause


def test_one_format_read_as_another_is_refused_with_what_it_has() -> None:
    data = caiq(["A&A-01.1"], {})
    with pytest.raises(BadInputError, match="no sheet Questions"):
        read_any(data, "c.xlsx", Format.HECVAT)
    with pytest.raises(BadInputError, match=r"is called CAIQv4…; it has: 'START HERE'"):
        read_any(hecvat(HECVAT_IDS, {}), "h.xlsx", Format.CAIQ)
    with pytest.raises(BadInputError, match="no known"):
        recognise(b"\0\1\2", "x.json")
    with pytest.raises(BadInputError, match="workbook with the sheets"):
        recognise(caiq(["A&A-01.1"], {}, title="Sheet1"), "x.xlsx")


VSAQ = """
// a comment: "not a string"
{ "questionnaire": [
  { "type": "block", "text": "Us &amp; <b>them</b>", "items": [
    { "type": "radiogroup", "id": "secprog_background_checks", "text": "Do you " +
      "check?", /* really */ "choices": [
        {"secprog_background_checks_yes": "Yes"}, {"secprog_background_checks_no": "No // not"} ] },
    { "type": "line", "id": "who", "text": "Who?" },
    { "type": "tip", "cond": "secprog_background_checks_no", "severity": "high", "text": "Do." }
  ] } ] }
"""


def test_vsaq_is_read_though_it_is_no_json() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(VSAQ)
    found = read_vsaq(VSAQ.encode(), "v.json")
    assert found.title == "Us & them"
    assert [each.id for each in found.questions] == ["secprog_background_checks", "who"]
    assert found.questions[0].text == "Do you check?"
    assert found.questions[0].choices[1] == ("secprog_background_checks_no", "No // not")
    assert [(tip.severity, tip.condition) for tip in found.tips] == [
        ("high", "secprog_background_checks_no")
    ]


def test_vsaq_answers_belong_to_their_questionnaire() -> None:
    asked = read_vsaq(VSAQ.encode(), "v.json")
    answers = {
        "secprog_background_checks_yes": "checked",
        "secprog_background_checks_no": "false",
        "who": "no",
    }
    found = add_vsaq_answers(asked, json.dumps(answers).encode(), "a.json")
    assert found.count(Reply.UNANSWERED) == 0
    assert [each.value for each in found.answers] == ["secprog_background_checks_yes", "no"]
    (answer,) = reuse(found, FULL).answers
    assert (answer.question, answer.reply) == ("people.background", Reply.YES)
    assert answer.source == "vsaq : secprog_background_checks"

    with pytest.raises(BadInputError, match="1 of 1 ids are not of answers to Us & them: 'other'"):
        add_vsaq_answers(asked, b'{"other": "checked"}', "a.json")
    with pytest.raises(BadInputError, match="no answer"):
        add_vsaq_answers(asked, b"{}", "a.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1]", "a list or a value"),
        ("{", "no JSON"),
        ('{"questionnaire": [{"type": "spell"}]}', "kinds VSAQ does not have: spell"),
        ('{"questionnaire": [4]}', "stands where an item belongs"),
        ('{"questionnaire": []}', "it asks nothing"),
        ("{}", "holds no questionnaire"),
        ('{"questionnaire": ' + '[{"type":"block","items":' * 60 + "[]" + "}]" * 60 + "}", "deep"),
        ('{"a": "b" + 4}', "only strings can be joined"),
        ('{"a": "b" + ', "in the middle"),
        ('{"a": "b', "is not closed"),
        ("[" * 200_000, "no JSON"),
    ],
)
def test_what_is_no_vsaq_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        read_vsaq(text.encode(), "v.json")


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
))  # fmt: skip
def test_json_stays_json(value: object) -> None:
    for indent in (None, 2):
        assert json.loads(strict_json(json.dumps(value, indent=indent))) == value


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        json.loads(strict_json(text))
    except ValueError as error:
        told = str(error)
    else:
        told = "read"
    assert told


def test_mvsp_in_another_clothing_is_refused() -> None:
    def catalogue(title: str, *ids: str) -> bytes:
        controls = [{"id": each, "title": "T", "parts": []} for each in ids]
        return json.dumps(
            {"catalog": {"metadata": {"title": title}, "groups": [{"id": "g", "title": "G",
             "controls": controls}]}}
        ).encode()  # fmt: skip

    found = read_mvsp(catalogue("MVSP", "ctl_1.1-mvsp"), "m.json")
    assert found.remarks == ("it holds 1 controls; version 3.0 has 25",)
    with pytest.raises(BadInputError, match="its title is 'NIST SP 800-53'"):
        read_mvsp(catalogue("NIST SP 800-53", "ac-1"), "m.json")
    with pytest.raises(BadInputError, match="1 of 2 ids are not of MVSP: 'ac-1'"):
        read_mvsp(catalogue("MVSP", "ctl_1.1-mvsp", "ac-1"), "m.json")
    with pytest.raises(BadInputError, match="no OSCAL catalogue"):
        read_mvsp(b'{"profile": {}}', "m.json")


def test_every_mapping_speaks_of_questions_we_ask() -> None:
    for form in (Format.CAIQ, Format.VSAQ, Format.MVSP, Format.HECVAT):
        mapped = mapping_of(form)
        named = {each.ours for each in mapped.link} | {each.ours for each in mapped.words}
        assert named
        assert {name for name in named if FULL.question(name) is None} == set()
    for link in mapping_of(Format.CAIQ).link:
        for control in link.theirs:
            domain, _, number = control.partition("-")
            assert 1 <= int(number) <= CONTROLS[domain], control


def test_an_answer_once_given_is_reused_and_says_whence() -> None:
    ids = ["HRS-01.1", "HRS-01.2", "IAM-13.1", "HRS-11.1", "SEF-03.1", "A&A-04.1"]
    answers: dict[str, tuple[object, ...]] = {
        "HRS-01.1": ("Yes", "CSP-owned", "an agency"),
        "HRS-01.2": ("Yes", "CSP-owned", None),
        "IAM-13.1": ("No", "CSP-owned", None),
        "HRS-11.1": ("Yes", None, None),
        "SEF-03.1": ("No", None, None),
    }
    found = reuse(read_caiq(caiq(ids, answers), "c.xlsx"), FULL)
    given_ = {each.question: each for each in found.answers}

    assert given_["people.background"].reply is Reply.YES
    assert given_["people.background"].source == "caiq 4.0.3: HRS-01.1, HRS-01.2"
    assert given_["people.background"].ownership is Ownership.VENDOR
    assert given_["people.background"].note == "HRS-01.1: an agency"
    assert given_["people.named"].reply is Reply.NO
    assert "audits.compliance" not in given_, "unanswered there is unanswered here"
    assert "breach.plan" not in given_, "what covers ours may lack what we do not ask for"
    assert {hint.ours for hint in found.hints} >= {"people.training", "breach.plan"}


def test_one_missing_part_leaves_the_whole_unanswered() -> None:
    answers: dict[str, tuple[object, ...]] = {"HRS-01.1": ("Yes", None, None)}
    found = reuse(read_caiq(caiq(["HRS-01.1", "HRS-01.2"], answers), "c.xlsx"), FULL)
    assert found.answers == ()


def test_hecvat_gives_hints_and_never_answers() -> None:
    found = reuse(
        read_hecvat(hecvat(HECVAT_IDS, {"COMP-01": ("Organization", "Yes")}), "h.xlsx"), FULL
    )
    assert found.answers == ()
    assert [(hint.ours, hint.theirs) for hint in found.hints] == [("people.background", "COMP-01")]


def test_our_answers_fill_theirs_where_both_ask_the_same() -> None:
    submission = new_submission(
        FULL, "v",
        [Answer(question="people.background", reply=Reply.YES),
         Answer(question="desk.mfa", reply=Reply.YES)],
    )  # fmt: skip
    assert answers_for(Format.CAIQ, submission) == {"HRS-01": Reply.YES}


@pytest.mark.cases
class TestPublicQuestionnaires:
    @pytest.fixture
    def folder(self, cases_dir: Path) -> Path:
        return cases_dir / "due-diligence"

    @staticmethod
    def imported(path: Path) -> Imported:
        return read_any(path.read_bytes(), path.name)

    def test_vsaq_has_184_tips(self, folder: Path) -> None:
        found = {
            path.stem: self.imported(path) for path in sorted((folder / "vsaq").glob("*.json"))
        }
        assert sum(len(each.tips) for each in found.values()) == 184
        assert {each.format for each in found.values()} == {Format.VSAQ}
        named = {question.id for each in found.values() for question in each.questions}
        for link in mapping_of(Format.VSAQ).link:
            assert set(link.theirs) <= named, link.ours

    def test_mvsp_has_25_controls_and_can_be_sent(self, folder: Path) -> None:
        (path,) = (folder / "mvsp").glob("*.json")
        found = self.imported(path)
        assert (found.format, found.controls, found.remarks) == (Format.MVSP, 25, ())
        asked = mvsp_version(path.read_bytes(), path.name)
        assert len(asked.questions) == 25
        assert all(len(each.why) > 60 for each in asked.questions)
        named = {question.id for question in found.questions}
        assert {name for link in mapping_of(Format.MVSP).link for name in link.theirs} <= named

    def test_an_oscal_catalogue_that_is_not_mvsp_is_refused(self, folder: Path) -> None:
        with pytest.raises(BadInputError, match="claims to be MVSP and is not"):
            self.imported(folder / "oscal" / "basic-catalog.json")
