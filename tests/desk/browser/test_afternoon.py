"""A client without vendors chooses an outsourced help desk in one afternoon, and keeps at it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import icalendar
import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.desk.browser.vendors_answering import (
    ASKED,
    PATIENCE,
    SOC_REPORT,
    Candidate,
    Mails,
    Visit,
    answers_by_workbook,
    answers_page_by_page,
    answers_partly,
    come_in,
    heading,
    notices,
)

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("MIDWATCH_PICTURES", "")
TELEPHONE = (360, 740)
TODAY = datetime.now(UTC).date()
SCREENED = "Are contractors, temporary staff and people of subcontractors screened in the same way?"
MEASURE = "No account for anybody before we have seen the record of their check."


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


OWLS = Candidate("Lighthouse Desk", "Dora Day", "dora@lighthouse.example", "42000")
SHEETS = Candidate("Ledger Support", "Sam Sheet", "sam@ledger.example", "36500")
PATCHES = Candidate("Patchwork Help", "Pat Patch", "pat@patchwork.example", "9900")
EVERYBODY = (OWLS, SHEETS, PATCHES)


def test_an_afternoon(
    visit_new: Visit, post: Mails, serious: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    owner = visit_new("owner", "/c/bakery/vendors/")
    owner.set_default_timeout(PATIENCE)
    expect(heading(owner)).to_have_text("No vendor is on file yet.")
    for candidate in EVERYBODY:
        put_on_file(owner, candidate)
        invite(owner, candidate)

    answers_page_by_page(come_in(visit_new, post, OWLS), tmp_path, serious)
    answers_by_workbook(come_in(visit_new, post, SHEETS), tmp_path)
    answers_partly(come_in(visit_new, post, PATCHES, size=TELEPHONE, script=False))
    for candidate in EVERYBODY:
        assert candidate.name in post.newest("owner@bakery.example", candidate.name)

    judge_the_best(owner)
    judge_the_workbook(owner)
    judge_the_contradictions(owner)
    file_a_certificate(owner, tmp_path)
    choice = compare(owner, serious)
    take_along(owner, tmp_path)
    decide(owner)
    raise_a_finding(owner, choice)
    write_a_measure(owner)
    approve_the_policy(visit_new, owner.url)
    set_the_next_review(owner)
    read_the_calendar(owner, visit_new)


# ---------------------------------------------------------------- the candidates


def picture(page: Page, name: str) -> None:
    """For the documentation, where somebody takes pictures."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def put_on_file(owner: Page, candidate: Candidate) -> None:
    owner.get_by_role("navigation").get_by_role("link", name="Vendors").first.click()
    owner.get_by_role("link", name="Add a vendor").click()
    owner.get_by_label("Name of the vendor").fill(candidate.name)
    owner.get_by_label("Country").fill("DE")
    owner.get_by_role("button", name="Open its file").click()
    expect(heading(owner)).to_contain_text(f"{candidate.name}: ")
    expect(owner.get_by_text("It stands as: candidate.")).to_be_visible()

    owner.get_by_role("link", name="Say what it does for you").click()
    owner.get_by_label("Service").fill("Help desk at all hours")
    owner.get_by_label("Access it has").select_option(label="an administrator's rights")
    owner.get_by_label("Data it can see").select_option(label="our customers' records")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("critical risk").first).to_be_visible()


def invite(owner: Page, candidate: Candidate) -> None:
    of_file(owner, "Answers")
    expect(heading(owner)).to_have_text("No questionnaire was sent yet.")
    owner.get_by_role("link", name="Send a questionnaire").click()
    owner.get_by_label("short questionnaire").check()
    owner.get_by_label("Who answers").fill(candidate.person)
    owner.get_by_label("Their e-mail address").fill(candidate.email)
    owner.get_by_label("Wanted by").fill(f"{TODAY + timedelta(days=14)}")
    owner.get_by_role("button", name="Send").click()
    expect(notices(owner)).to_contain_text(f"Sent to {candidate.email}.")
    expect(heading(owner)).to_have_text(f"{candidate.name} has not begun.")
    candidate.place = urlsplit(owner.url).path


# ---------------------------------------------------------------- the owner judges and chooses


def of_file(owner: Page, tab: str) -> None:
    owner.get_by_role("navigation", name="The vendor file").get_by_role("link", name=tab).click()


def read(owner: Page, candidate: Candidate, section: str) -> None:
    """That part of a candidate's answers."""
    owner.goto(urljoin(owner.url, candidate.place))
    parts = owner.get_by_role("navigation", name="Sections")
    parts.get_by_role("link", name=re.compile(f"^{section} ")).click()
    expect(owner.get_by_role("heading", level=2, name=section)).to_be_visible()


def row_of(owner: Page, name: str) -> Locator:
    question = ASKED.question(name)
    assert question is not None
    return owner.get_by_role("article").filter(
        has=owner.get_by_role("heading", level=3, name=question.text, exact=True)
    )


def judge(owner: Page, name: str, verdict: str, why: str) -> None:
    row = row_of(owner, name)
    row.get_by_label("Verdict").select_option(label=verdict)
    row.get_by_label("Why", exact=True).fill(why)
    row.get_by_role("button", name="Keep the verdict").click()
    expect(row_of(owner, name).locator(".verdict")).to_contain_text(f"{verdict}. {why}")


def conclude(owner: Page, words: str) -> None:
    owner.get_by_label("What you conclude").fill(words)
    owner.get_by_role("button", name="Close the review").click()
    expect(owner.locator("blockquote")).to_contain_text(words)
    expect(owner.locator(".mood").first).to_have_text("judged")


def score(owner: Page) -> float:
    """What the heading says the answers are worth, of 100."""
    found = re.search(r": ([\d.]+) of 100", heading(owner).inner_text())
    assert found is not None
    return float(found[1])


def judge_the_best(owner: Page) -> None:
    read(owner, OWLS, "Your people")
    expect(row_of(owner, "people.contractors").locator(".said")).to_contain_text("no")
    read(owner, OWLS, "Audits and compliance")
    row_of(owner, "audits.report").get_by_label("What kind of paper").select_option(
        label="SOC report"
    )
    owner.get_by_role("button", name=f"File as evidence {SOC_REPORT}").click()
    expect(row_of(owner, "audits.report")).to_contain_text("filed as evidence")
    judge(owner, "audits.report", "accepted", "The report is here, and the period is ours.")
    conclude(owner, "Good, but for the night shift of others.")
    owner.get_by_role("link", name=OWLS.name).first.click()
    expect(owner.get_by_role("link", name=SOC_REPORT).first).to_be_visible()


def judge_the_workbook(owner: Page) -> None:
    read(owner, SHEETS, "Your own security")
    before = score(owner)
    judge(owner, "security.policy", "not accepted: no points", "The list names no approvals.")
    assert score(owner) < before
    conclude(owner, "By day only.")


def judge_the_contradictions(owner: Page) -> None:
    read(owner, PATCHES, "When something happens")
    expect(owner.get_by_role("heading", name="2 contradictions")).to_be_visible()
    expect(owner.get_by_text("cannot both be true")).to_have_count(2)
    expect(row_of(owner, "breach.plan").locator(".said")).to_contain_text("unanswered")
    judge(owner, "breach.call-24h", "not accepted: no points", "Nobody answers at night.")
    conclude(owner, "Too little was answered.")
    assert score(owner) < 20


def file_a_certificate(owner: Page, folder: Path) -> None:
    paper = folder / "insurance.pdf"
    paper.write_bytes(b"%PDF-1.7 insured")
    owner.get_by_role("link", name=PATCHES.name).first.click()
    owner.get_by_role("link", name="Vendors of Bakery").click()
    owner.get_by_role("link", name=OWLS.name).click()
    of_file(owner, "Papers")
    owner.get_by_role("link", name="File a paper").click()
    owner.get_by_label("What it is").select_option(label="insurance certificate")
    owner.get_by_label("Title").fill("Cyber insurance of two million")
    owner.get_by_label("Last day it holds").fill(f"{TODAY + timedelta(days=80)}")
    owner.get_by_label("File", exact=True).set_input_files(paper)
    owner.get_by_role("button", name="File it").click()
    expect(owner.get_by_role("link", name="Cyber insurance of two million")).to_be_visible()


def compare(owner: Page, serious: Callable[[Page], list[str]]) -> str:
    """Three candidates side by side; where that is."""
    owner.get_by_role("link", name="Vendors of Bakery").click()
    owner.get_by_role("link", name="Compare candidates").click()
    expect(heading(owner)).to_have_text("Nothing was chosen here yet.")
    owner.get_by_label("What do you look for?").fill("A help desk that is awake at night")
    owner.get_by_label("Questionnaire").select_option(label=ASKED.title)
    owner.get_by_label("Currency").fill("EUR")
    owner.get_by_role("button", name="Begin").click()
    of_choice(owner, "Candidates")
    for each in EVERYBODY:
        owner.get_by_label("Vendor", exact=True).select_option(label=each.name)
        owner.get_by_label("Price a year").fill(each.price)
        owner.get_by_role("button", name="Save").click()
        expect(owner.get_by_role("heading", name=each.name)).to_be_visible()
    expect(owner.get_by_text("no answers handed in")).to_have_count(0)

    of_choice(owner, "Side by side")
    expect(heading(owner)).to_contain_text(f"{OWLS.name} fits best")
    expect(heading(owner)).to_contain_text("meets every must-have")
    order = owner.locator("ul.fits li a").all_inner_texts()
    assert order == [each.name for each in EVERYBODY]
    glance = owner.get_by_role("table").first
    expect(glance.get_by_role("row", name="Contradictions").get_by_role("cell")).to_have_text(
        ["0", "0", re.compile("^2The backups")]
    )
    expect(glance).to_contain_text("9,900")
    told = owner.get_by_role("region", name="After a breach").get_by_role("cell")
    expect(told.filter(has_text="not accepted by the reviewer")).to_have_count(1)
    assert serious(owner) == []
    picture(owner, "comparison")
    return owner.url


def of_choice(owner: Page, tab: str) -> None:
    owner.get_by_role("navigation", name="Choice").get_by_role("link", name=tab).click()


def take_along(owner: Page, folder: Path) -> None:
    for button, name in (("PDF for a board", "board.pdf"), ("Workbook (XLSX)", "board.xlsx")):
        with owner.expect_download() as taken:
            owner.get_by_role("link", name=button).click()
        taken.value.save_as(folder / name)
    assert (folder / "board.pdf").read_bytes().startswith(b"%PDF-")
    if PICTURES:
        shutil.copy(folder / "board.pdf", PICTURES)
    cells = openpyxl.load_workbook(folder / "board.xlsx")["Comparison"].iter_rows(values_only=True)
    told = {str(cell) for row in cells for cell in row}
    assert told.issuperset(each.name for each in EVERYBODY)


def decide(owner: Page) -> None:
    of_choice(owner, "Decide")
    owner.get_by_role("radio", name=OWLS.name).check()
    owner.get_by_label("Who approves it").fill("Olga Owner, meeting of today")
    owner.get_by_label("Reasons").fill("Awake at night. The price is borne for that.")
    owner.get_by_role("button", name="Decide for good").click()
    expect(heading(owner)).to_have_text(f"{OWLS.name} was chosen.")
    expect(owner.get_by_text("Approved by Olga Owner, meeting of today")).to_be_visible()
    expect(owner.get_by_text("Awake at night. The price is borne for that.")).to_be_visible()
    picture(owner, "decided")


# ---------------------------------------------------------------- and keeps at it


def raise_a_finding(owner: Page, choice: str) -> None:
    """What spoke against the chosen one is not forgotten."""
    owner.goto(choice)
    cost = owner.get_by_role("region", name="What cost most")
    cost.locator("summary").filter(has_text=OWLS.name).click()
    lost = cost.get_by_role("row").filter(has_text=SCREENED)
    lost.get_by_role("link", name="Make it a finding").click()
    expect(owner.get_by_label("What is not as it should be")).to_have_value(SCREENED)
    expect(owner.get_by_label("Found in").locator("option:checked")).to_have_text("the comparison")
    owner.get_by_label("Who puts it right").fill(OWLS.person)
    owner.get_by_label("By when").fill(f"{TODAY + timedelta(days=60)}")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_role("link", name=SCREENED).click()
    expect(owner.locator("dl.known")).to_contain_text("the comparison")


def write_a_measure(owner: Page) -> None:
    """It becomes a rule of the firm's own, in a policy."""
    finding = owner.url
    owner.get_by_role("link", name="Write a measure").click()
    expect(owner.get_by_text("There is no policy to write it into.")).to_be_visible()
    owner.get_by_role("main").get_by_role("link", name="Our policies").click()
    owner.get_by_role("button", name="Begin with these five").click()
    expect(heading(owner)).to_have_text("5 policies are on file.")
    owner.goto(finding)
    owner.get_by_role("link", name="Write a measure").click()
    owner.get_by_label("Policy it is written into").select_option(label="Access from outside")
    owner.get_by_label("What is done from now on").fill(MEASURE)
    owner.get_by_label("Who does it").fill("Olga Owner")
    owner.get_by_label("By when").fill(f"{TODAY + timedelta(days=30)}")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("heading", name=MEASURE)).to_be_visible()
    owner.get_by_role("link", name="Access from outside").click()
    expect(heading(owner)).to_have_text("Access from outside")
    measures = owner.get_by_role("region", name="Measures in it")
    expect(measures).to_contain_text(MEASURE)
    expect(measures).to_contain_text(f"{OWLS.name}: {SCREENED[:40]}")


def approve_the_policy(visit: Visit, url: str) -> None:
    contact = visit("contact", urlsplit(url).path)
    contact.set_default_timeout(PATIENCE)
    contact.get_by_role("button", name="Approve it").click()
    expect(contact.locator("main")).to_contain_text("Approved by contact of bakery")


def set_the_next_review(owner: Page) -> None:
    owner.get_by_role("link", name="Vendors of Bakery").click()
    owner.get_by_role("link", name=OWLS.name).click()
    owner.get_by_role("link", name="It becomes: being examined").click()
    owner.get_by_label("Why").fill("It was chosen today.")
    owner.get_by_role("button", name="Decide").click()
    owner.get_by_role("link", name="It becomes: approved with conditions").click()
    owner.get_by_label("Why").fill("It fits best.")
    owner.get_by_label("Conditions").fill("Contractors are screened before they start.")
    owner.get_by_role("button", name="Decide").click()
    expect(owner.get_by_text("It stands as: approved with conditions.")).to_be_visible()
    picture(owner, "vendor-chosen")

    of_file(owner, "Reviews")
    expect(owner.get_by_text("No review is agreed.")).to_be_visible()
    owner.get_by_role("link", name="Agree how often").click()
    owner.get_by_label("First review").fill(f"{review_day()}")
    owner.get_by_label("Then").select_option(label="every six months")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("heading", name="The next review is due on")).to_contain_text(
        str(review_day().year)
    )


def review_day() -> date:
    return TODAY + timedelta(days=90)


def read_the_calendar(owner: Page, visit: Visit) -> None:
    """The calendar program of somebody who is not signed in reads every day that was noted."""
    owner.get_by_role("main").get_by_role("link", name="Calendar").click()
    expect(owner.get_by_text(f"Review of {OWLS.name}").first).to_be_visible()
    owner.get_by_role("button", name="Make an address").click()
    link = owner.locator("#calendar-link").inner_text()
    answer = visit(None, "/").request.get(link)
    assert answer.headers["content-type"].startswith("text/calendar")
    days = {
        str(event["summary"]): event.decoded("dtstart")
        for event in icalendar.Calendar.from_ical(answer.body()).walk("VEVENT")
    }
    assert days[f"Review of {OWLS.name}"] == review_day()
    insured = next(name for name in days if "Cyber insurance of two million" in name)
    assert days[insured] == TODAY + timedelta(days=80)
    measured = next(name for name in days if MEASURE in name)
    assert days[measured] == TODAY + timedelta(days=30)
    mended = next(name for name in days if SCREENED[:30] in name)
    assert days[mended] == TODAY + timedelta(days=60)
