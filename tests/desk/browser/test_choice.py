"""An owner chooses a vendor, and files what the provider's watch says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from midwatch.desk.rehearsal_vendors import REFERENCES

pytestmark = pytest.mark.browser
PATIENCE = 60_000
"""Milliseconds; a busy machine draws a paper slowly."""
MATTERS = "Somebody is awake at night"


@pytest.mark.parametrize("script", [True, False])
def test_an_owner_chooses_with_reasons(
    visit: Callable[..., Page], tmp_path: Path, script: bool
) -> None:
    page = visit("owner", "/c/bakery/vendors/", script=script)
    page.set_default_timeout(PATIENCE)
    page.get_by_role("link", name="Compare candidates").click()

    page.get_by_label("What do you look for?").fill(
        f"A desk, {'with' if script else 'without'} script"
    )
    page.get_by_label("Questionnaire").select_option(
        label="Outsourced help desk and security services: short questionnaire"
    )
    page.get_by_label("Currency").fill("eur")
    page.get_by_role("button", name="Begin").click()

    page.get_by_role("link", name=f"Change {MATTERS}").click()
    page.get_by_role("spinbutton", name="Weight").fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("weight 9, 2 questions")).to_be_visible()

    page.get_by_role("navigation", name="Choice").get_by_role("link", name="Candidates").click()
    for name, price in (("Night Owls of bakery", "42000"), ("Budget Desk of bakery", "19500"),
                        ("Late & Co of bakery", "")):  # fmt: skip
        page.get_by_label("Vendor", exact=True).select_option(label=name)
        page.get_by_label("Price a year").fill(price)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()

    page.get_by_role("link", name="Side by side").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Night Owls of bakery fits best")
    expect(heading).to_contain_text("meets every must-have")
    page.get_by_label("Price", exact=True).fill("90")
    page.get_by_role("button", name="Try these weights").click()
    expect(page.get_by_text("You are trying other weights")).to_be_visible()
    page.get_by_role("link", name="Back to the weights that are kept").click()
    expect(page.get_by_text("You are trying other weights")).to_have_count(0)

    with page.expect_download() as taken:
        page.get_by_role("link", name="Workbook (XLSX)").click()
    taken.value.save_as(tmp_path / "board.xlsx")
    assert openpyxl.load_workbook(tmp_path / "board.xlsx").sheetnames[0] == "Comparison"
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF for a board").click()
    taken.value.save_as(tmp_path / "board.pdf")
    assert (tmp_path / "board.pdf").read_bytes().startswith(b"%PDF-")

    page.get_by_role("main").get_by_role("link", name="Decide").last.click()
    page.get_by_role("radio", name="Night Owls of bakery").check()
    page.get_by_label("Who approves it").fill("O. Wner, meeting of today")
    page.get_by_label("Reasons").fill("Awake at night; the price is borne for that.")
    page.get_by_role("button", name="Decide for good").click()
    expect(heading).to_have_text("Night Owls of bakery was chosen.")
    expect(page.get_by_text("Awake at night; the price is borne for that.")).to_be_visible()
    expect(page.get_by_role("link", name="Decide")).to_have_count(0)


def test_facts_go_from_a_provider_to_a_customer(visit: Callable[..., Page], tmp_path: Path) -> None:
    provider = visit("manager", "/service-facts/?days=7")
    provider.set_default_timeout(PATIENCE)
    with provider.expect_download() as taken:
        provider.get_by_role("link", name="Signed file").click()
    file = tmp_path / taken.value.suggested_filename
    taken.value.save_as(file)
    key = visit(None, "/service-facts/key/").locator(".fingerprint").first.inner_text()

    customer = visit("owner", f"/vendor/{REFERENCES['bakery']}/facts/")
    customer.set_default_timeout(PATIENCE)
    customer.get_by_label("The provider's file").set_input_files(file)
    customer.get_by_role("button", name="Verify and file").click()
    expect(customer.get_by_text("The signature fits. It is filed as evidence.")).to_be_visible()
    filed = customer.get_by_role("main").locator("section").filter(has_text=key)
    expect(filed.get_by_text("so far it is a claim")).to_be_visible()
    filed.get_by_label("How it was compared").fill("read to me by their office, on their number")
    filed.get_by_role("button", name="The key is the provider's").click()
    expect(filed.get_by_text("The signature fits and the key was compared.")).to_be_visible()

    changed = tmp_path / "changed.json"
    changed.write_text(file.read_text().replace('"clients": ', '"clients": 9'))
    customer.get_by_label("The provider's file").set_input_files(changed)
    customer.get_by_role("button", name="Verify and file").click()
    expect(customer.get_by_text("it was changed after it was signed")).to_be_visible()
