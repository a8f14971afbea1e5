"""Choices between vendors: needs, candidates, what if, the decision, the papers of it."""

from __future__ import annotations

import html
import io
import re
import zlib
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from django.http import Http404
from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.answers.models import Asking, Given, Judged, builtins
from midwatch.desk.audit.models import Entry
from midwatch.desk.choosing.models import Candidate, Choice
from midwatch.desk.choosing.selectors import Seen, choices
from midwatch.desk.choosing.selectors import choice as one_choice
from midwatch.desk.choosing.services import ChoiceActs
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished, now
from midwatch.desk.rehearsal_answers import furnish_questionnaires
from midwatch.desk.rehearsal_choosing import CHOICES, MADE, furnish_choosing
from midwatch.desk.rehearsal_vendors import furnish_vendors
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.comparing import Must
from midwatch.vendors.questionnaires import (
    Judgement,
    Verdict,
    full_questionnaire,
    short_questionnaire,
)

OWN = f"/choice/{CHOICES[BAKERY]}/"


@pytest.fixture
def house(world: Furnished, db: None) -> Furnished:
    for tenant in (BAKERY, FORGE):
        vendor = furnish_vendors(tenant)
        furnish_questionnaires(vendor)
        furnish_choosing(vendor, now())
    return world


def own_choice() -> Choice:
    return Choice.objects.get(reference=CHOICES[BAKERY])


def named(text: str) -> Vendor:
    return Vendor.objects.get(tenant=BAKERY, name__startswith=text)


class TestComparison:
    def test_the_first_line_is_the_answer(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        page = visitor(Role.OWNER).get(OWN).content.decode()
        assert "Night Owls of bakery fits best with 93.3 of 100 and meets every must-have." in page

    def test_candidates_stand_in_the_order_of_their_fit_and_silence_earns_nothing(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        seen = Seen(scope_of(Role.OWNER), own_choice())
        assert seen.comparison is not None
        names = [each.candidate.name.split(" of")[0] for each in seen.comparison.results]
        assert names == ["Night Owls", "Budget Desk", "Helpers", "Late & Co"]
        silent = seen.comparison.results[-1]
        assert silent.score.points == 0
        assert {each.must for each in silent.musts_missed} == {Must.NOT_KNOWN}

    def test_answers_not_handed_in_do_not_count(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        Asking.objects.filter(vendor=named("Night Owls")).update(handed_in=None)
        known = Seen(scope_of(Role.OWNER), own_choice()).named(named("Night Owls").reference)
        assert known.answered is not None
        assert known.answered.when is None
        assert known.compared.submission.answers == {}

    def test_answers_to_the_other_questionnaire_are_carried_over(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        scope = scope_of(Role.OWNER)
        made = ChoiceActs(scope).begin(BAKERY, "The full one", full_questionnaire())
        ChoiceActs(scope).set_candidate(made.reference, named("Night Owls").reference, None, "")
        known = Seen(scope, made).known[0]
        assert known.answered is not None
        assert known.answered.carried
        asked = {each.id for each in short_questionnaire().questions}
        assert set(known.compared.submission.answers) <= asked
        assert known.compared.submission.digest == full_questionnaire().digest

    def test_other_weights_are_tried_and_not_kept(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        before = own_choice().needs
        page = visitor(Role.OWNER).get(f"{OWN}?w.price=50").content.decode()
        assert "You are trying other weights" in page
        assert "with the weights that are kept" in page
        assert own_choice().needs == before

    @pytest.mark.parametrize("weight", ["-1", "1.5", "x", "9999", "²"])
    def test_a_wrong_weight_is_told_and_changes_nothing(
        self, house: Furnished, visitor: Callable[..., Client], weight: str
    ) -> None:
        page = visitor(Role.OWNER).get(f"{OWN}?w.call={weight}").content.decode()
        assert "A weight is a whole number" in page
        assert "93.3" in page

    def test_hostile_answers_are_shown_as_text(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        page = visitor(Role.OWNER).get(OWN).content.decode()
        assert "<script>alert" not in page
        assert "\u202e" not in page

    def test_an_answer_that_was_not_accepted_says_so(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        asking = Asking.objects.get(vendor=named("Night Owls"))
        verdict = Verdict(
            question="breach.call-24h", judgement=Judgement.NOT_ACCEPTED, by="owner", at=now(),
            why="Nobody answers.",
        )  # fmt: skip
        before = visitor(Role.CONTACT).get(OWN).content.decode()
        assert "not accepted by the reviewer" not in before
        Judged.objects.create(
            tenant=BAKERY, asking=asking, question=verdict.question, body=builtins(verdict)
        )
        page = visitor(Role.OWNER).get(OWN).content.decode()
        breach = page[page.index('id="breach"') : page.index('id="differences"')]
        assert breach.count("not accepted by the reviewer") == 1

    def test_what_speaks_against_a_candidate_can_become_a_finding(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        made = f"/choice/{MADE[BAKERY]}/"
        page = visitor(Role.OWNER).get(made).content.decode()
        reference = named("Night Owls").reference
        link = re.search(rf'href="(/vendor/{reference}/findings/add/[^"]+)"', page)
        assert link is not None
        form = visitor(Role.CONTACT).get(html.unescape(link[1])).content.decode()
        assert 'value="comparison" selected' in form
        assert "no financial statements were seen" in form
        assert "/findings/add/" not in visitor(Role.EXAMINER).get(made).content.decode()

    def test_the_arithmetic_of_one_is_shown_line_by_line(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        page = (
            visitor(Role.OWNER).get(f"{OWN}explain/{named('Budget').reference}/").content.decode()
        )
        row = page[page.index("Calls us within 24 hours of a breach") :]
        row = re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")])
        # 5 of 9 points, weight 5 of 24: 100 x 5/24 x 5/9 = 11.57
        assert row.split()[10:15] == ["known", "5", "55.5", "%", "11.5"]
        assert "78.1" in page


class TestNeeds:
    def test_a_need_is_added_changed_and_taken_away(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        client = visitor(Role.CONTACT)
        form = {"title": "Backups", "weight": "7", "least": "50", "must": "on",
                "questions": ["data.encrypted-rest"]}  # fmt: skip
        client.post(f"{OWN}needs/new/", form)
        added = own_choice().wanted.need[-1]
        assert (added.title, added.weight, added.must, added.least) == (
            "Backups", 7, True, Decimal("0.5"),
        )  # fmt: skip
        client.post(f"{OWN}needs/{added.id}/", {**form, "weight": "2"})
        assert own_choice().wanted.need[-1].weight == 2
        client.post(f"{OWN}needs/{added.id}/", {"drop": "yes"})
        assert added.id not in {each.id for each in own_choice().wanted.need}
        assert Entry.objects.filter(verb="choice.needs").count() == 3

    def test_a_need_without_a_scored_question_is_refused_and_nothing_is_lost(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        free = next(each.id for each in short_questionnaire().questions if not each.weight)
        before = own_choice().needs
        answer = visitor(Role.OWNER).post(
            f"{OWN}needs/new/",
            {"title": "Something of mine", "weight": "1", "least": "100", "questions": [free]},
        )
        assert "rests on no scored question" in answer.content.decode()
        assert "Something of mine" in answer.content.decode()
        assert own_choice().needs == before

    def test_the_last_need_stays(self, house: Furnished, scope_of: Callable[..., Scope]) -> None:
        acts = ChoiceActs(scope_of(Role.OWNER))
        first, *rest = own_choice().wanted.need
        for each in rest:
            acts.drop_need(CHOICES[BAKERY], each.id)
        with pytest.raises(BadInputError):
            acts.drop_need(CHOICES[BAKERY], first.id)


class TestDecision:
    def test_a_decision_is_kept_with_what_was_known_and_stays(
        self, house: Furnished, visitor: Callable[..., Client], scope_of: Callable[..., Scope]
    ) -> None:
        chosen = named("Budget")
        client = visitor(Role.OWNER)
        client.post(
            f"{OWN}decide/",
            {"vendor": chosen.reference, "approver": "The board", "why": "Half the price."},
        )
        made = own_choice().made
        assert made is not None
        assert (made.chosen, made.approver, made.why) == (
            chosen.name,
            "The board",
            "Half the price.",
        )
        assert any(each.startswith("must-have not known") for each in made.against)
        Given.objects.all().delete()
        chosen.name = "Renamed later"
        chosen.save()
        page = client.get(OWN).content.decode()
        assert "78.1" in page
        assert "Budget Desk of bakery was chosen." in page
        with pytest.raises(BadInputError, match="stays as it was"):
            ChoiceActs(scope_of(Role.CONTACT)).set_candidate(
                CHOICES[BAKERY], chosen.reference, Decimal(1), "EUR"
            )
        assert Entry.objects.filter(verb="choice.decide", tenant=BAKERY).count() == 1

    def test_nobody_decides_without_an_approver_and_reasons(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        answer = visitor(Role.OWNER).post(
            f"{OWN}decide/",
            {"vendor": named("Budget").reference, "approver": " ", "why": "Because"},
        )
        assert answer.status_code == 200
        assert own_choice().decision is None


class TestWhoMay:
    def test_the_provider_does_not_see_offers_it_competes_with(
        self, house: Furnished, visitor: Callable[..., Client], scope_of: Callable[..., Scope]
    ) -> None:
        manager = visitor(Role.MANAGER)
        assert manager.get(OWN).status_code == 200
        Vendor.objects.filter(tenant=BAKERY, name__startswith="Helpers").update(is_provider=True)
        for path in ("", "needs/", "candidates/", "as/csv/", "decide/"):
            assert manager.get(OWN + path).status_code == 404
        assert OWN not in manager.get("/c/bakery/choices/").content.decode()
        assert visitor(Role.OWNER).get(OWN).status_code == 200

    def test_an_examiner_reads_and_changes_nothing(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        client = visitor(Role.EXAMINER)
        assert client.get(OWN).status_code == 200
        assert client.get(f"{OWN}decide/").status_code == 404
        assert client.post("/c/bakery/choices/", {"title": "x"}).status_code == 404
        assert (
            client.post(f"{OWN}candidates/", {"vendor": named("Late").reference}).status_code == 404
        )

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.PARTNER])
    def test_others_find_nothing(
        self, house: Furnished, visitor: Callable[..., Client], role: Role
    ) -> None:
        assert visitor(role).get(OWN).status_code == 404

    def test_a_foreign_vendor_is_no_candidate(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        foreign = Vendor.objects.filter(tenant=FORGE).first()
        assert foreign is not None
        acts = ChoiceActs(scope_of(Role.MANAGER))
        with pytest.raises(Http404):
            acts.set_candidate(CHOICES[BAKERY], foreign.reference, None, "")
        assert not Candidate.objects.filter(vendor=foreign, choice__tenant=BAKERY).exists()

    def test_lists_hold_the_viewers_own(
        self, house: Furnished, scope_of: Callable[..., Scope]
    ) -> None:
        found = choices(scope_of(Role.OWNER))
        assert {each.reference for each in found} == {CHOICES[BAKERY], MADE[BAKERY]}
        with pytest.raises(Http404):
            one_choice(scope_of(Role.CONTACT), CHOICES[FORGE])


class TestPapers:
    def test_the_workbook_holds_no_formula(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        answer = visitor(Role.OWNER).get(f"{OWN}as/xlsx/")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames[0] == "Comparison"
        assert "attachment" in answer.headers["Content-Disposition"]
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds

    def test_the_paper_for_the_board_is_a_tagged_pdf_that_says_the_answer(
        self, house: Furnished, visitor: Callable[..., Client]
    ) -> None:
        pytest.importorskip("weasyprint")
        answer = visitor(Role.OWNER).get(f"{OWN}as/pdf/")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        inside = b"".join(
            zlib.decompress(each)
            for each in re.findall(rb"stream\n(x.*?)\nendstream", answer.content, re.DOTALL)
        )
        assert b"/StructTreeRoot" in inside
        assert b"/Title (A help desk for bakery)" in inside

    def test_a_paper_fetches_nothing(self) -> None:
        paper = pytest.importorskip("midwatch.desk.choosing.paper")
        for url in ("http://127.0.0.1/x.woff2", "file:///etc/passwd", "midwatch:../x.woff2",
                    "midwatch:page.css"):  # fmt: skip
            with pytest.raises(ValueError, match="nothing is fetched"):
                paper._Typefaces().fetch(url)

    def test_without_what_draws_it_the_reader_is_told(
        self, house: Furnished, visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from midwatch.desk.choosing import printing  # noqa: PLC0415  # only needed here

        def gone(name: str) -> None:
            raise OSError(name)

        monkeypatch.setattr(printing, "import_module", gone)
        answer = visitor(Role.OWNER).get(f"{OWN}as/pdf/", follow=True)
        assert "the library Pango is missing" in answer.content.decode()
