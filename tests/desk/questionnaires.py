"""What the tests of questionnaires share: one is sent, and somebody opens it by link and code."""

from __future__ import annotations

from typing import Any

from django.test import Client

from midwatch.desk.access.scope import Scope
from midwatch.desk.answers import links
from midwatch.desk.answers.models import Asking
from midwatch.desk.answers.sending import Wish, send
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.questionnaires import TemplateVersion, short_questionnaire


def sent(
    scope: Scope, vendor: Vendor, version: TemplateVersion | None = None, **more: Any
) -> tuple[Asking, links.Made]:
    """A questionnaire to that vendor; the short one unless told."""
    version = version or short_questionnaire()
    wish = Wish(template=version.digest, name="Vera", **{"email": "vera@v.example", **more})
    return send(scope, "", vendor.reference, wish)


def opened(made: links.Made, browser: Client | None = None) -> tuple[Client, str]:
    """A browser in which the link was opened by its code, and the start of its addresses."""
    browser = browser or Client(headers={"accept-language": "en"})
    place = f"/answer/{made.token}/"
    code = links.told_code(made.link)
    answer = browser.post(f"{place}open/", {"code": code})
    assert answer.status_code == 302
    return browser, place
