"""The first visit with a passkey, and a partner's view with a look behind the mask."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from midwatch.desk.rehearsal import MACHINE_NAME, PERSON_NAME

pytestmark = pytest.mark.browser


@pytest.fixture
def device(chromium: Browser) -> Iterator[Page]:
    """A browser on a device that has a finger print reader."""
    context = chromium.new_context(locale="en")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield page
    context.close()
    assert not [fault for fault in faults if "410" not in fault]


def link_of(environment: dict[str, str]) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "midwatch.desk", "link"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return told.stdout.strip()


def test_the_first_visit_with_a_passkey(
    device: Page, empty_desk_environment: dict[str, str], serious: Callable[[Page], list[str]]
) -> None:
    link = link_of(empty_desk_environment)
    device.goto(link)
    expect(device.get_by_role("heading", level=1)).to_have_text("This desk is yours. Who are you?")
    assert serious(device) == []
    device.get_by_label("Your name").fill("Ada")
    device.get_by_label("Your e-mail address").fill("ada@provider.example")
    device.get_by_role("button", name="With a passkey").click()

    expect(device.get_by_role("heading", level=1)).to_have_text("Add a passkey")
    assert serious(device) == []
    device.get_by_role("button", name="Add the passkey").click()

    expect(device.get_by_role("heading", level=1)).to_have_text("Keep these codes on paper.")
    assert device.locator("#recovery_codes li").count() == 10
    assert serious(device) == []
    device.get_by_role("link", name="I have kept them").click()

    expect(device.get_by_role("heading", level=1)).to_contain_text("Next: your first client")
    assert serious(device) == []

    device.locator("details.me summary").click()
    device.get_by_role("button", name="Sign out").click()
    expect(device.get_by_role("heading", level=1)).to_have_text("Sign in")
    device.get_by_role("button", name="Sign in with a passkey").click()
    expect(device.locator("details.me summary")).to_have_text("Ada")

    device.goto(link)
    expect(device.get_by_role("heading", level=1)).to_have_text("This link no longer opens.")
    assert link_of(empty_desk_environment) == ""


def test_a_partner_sees_codes_until_they_ask(
    visit: Callable[..., Page], serious: Callable[[Page], list[str]]
) -> None:
    page = visit("partner", "/incidents/")
    if page.title().startswith("Not found"):
        pytest.skip("the page of incidents is not there yet")
    page.get_by_role("main").get_by_role("link").filter(has_text="VPN passwords").first.click()
    page.get_by_role("heading", name="Timeline").wait_for()
    before = page.content()
    assert PERSON_NAME not in before
    assert MACHINE_NAME not in before
    assert "user·" in before
    assert serious(page) == []

    form = page.locator("form[action$='/reveal/']").first
    form.locator("[name=why]").fill("calling the person whose account was tried")
    form.get_by_role("button").click()

    expect(page.locator("main")).to_contain_text(PERSON_NAME)
    owner = visit("owner", "/record/?kind=reveals")
    expect(owner.locator("table")).to_contain_text("calling the person whose account was tried")
    expect(owner.locator("table")).to_contain_text("partner of bakery")


def test_an_invitation_by_link_and_password(visit: Callable[..., Page], chromium: Browser) -> None:
    owner = visit("owner", "/people/at/bakery/invite/")
    owner.get_by_label("E-mail address").fill("baker@bakery.example")
    owner.get_by_label("IT contact").check()
    owner.get_by_role("button", name="Make the link").click()
    link = owner.locator("#once").inner_text()

    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("invites you to watch over Bakery")
    page.get_by_label("Your name").fill("B. Aker")
    page.get_by_label("Password").fill("three loaves and a half")
    page.get_by_role("button", name="With this password").click()
    expect(page.locator("details.me summary")).to_have_text("B. Aker")
    context.close()
