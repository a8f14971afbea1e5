"""What attackers send: forms of others, foreign hosts, old tokens, bodies without end, names that
are programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.models import Invitation, User
from midwatch.desk.people.passwords import KnownWordsValidator
from midwatch.desk.rehearsal import PASSWORD, Furnished, a_signal, now, person, session_of
from midwatch.desk.setup import DeskSetup
from midwatch.watch.configuration import Configuration
from midwatch.watch.state_folder import StateFolder

pytestmark = pytest.mark.any_database

LOGIN = "/account/login/"
_IMPORTS = "import midwatch.desk.site.settings as s, json;"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}\x1b[31m\u202egpj.exe"


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(LOGIN, {"login": email, "password": password}, **more)


@pytest.mark.parametrize(
    "path",
    [
        LOGIN,
        "/account/logout/",
        "/people/at/bakery/invite/",
        "/people/tokens/make/",
        "/i18n/setlang/",
    ],
)
def test_a_form_of_another_site_changes_nothing(world: Furnished, db: None, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(person(Role.OWNER))

    answer = browser.post(
        path, {"email": "x@x.example", "role": "owner", "name": "x"},
        headers={"origin": "https://evil.example"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert "could not be trusted" in answer.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", ""]
)
def test_a_foreign_host_is_answered_with_nothing(db: None, host: str) -> None:
    assert Client().get("/healthz", headers={"host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(db: None) -> None:
    page = Client().get(LOGIN, headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in page.content.decode()


def test_signing_in_makes_a_new_session(world: Furnished, db: None) -> None:
    user = person(Role.OWNER)
    browser = Client()
    browser.get(LOGIN)
    planted = browser.session
    planted["planted"] = True
    planted.save()
    before = planted.session_key
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(before)

    sign_in(browser, user.email)

    assert browser.session.session_key != before
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert (
        not Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={before}"})
        .get("/")
        .wsgi_request.user.is_authenticated
    )


def test_signing_out_ends_the_session_at_the_server(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    stolen = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/account/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/").status_code == 302


def test_a_new_password_ends_the_other_sessions(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    user = User.objects.get()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    assert thief.get("/c/bakery/").status_code == 200

    browser.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another long one", "password2": "quite another long one"},
    )  # fmt: skip

    assert thief.get("/c/bakery/").status_code == 302
    assert browser.get("/c/bakery/").status_code == 200


def test_guessing_one_account_is_stopped_and_kept(world: Furnished, db: None) -> None:
    user = person(Role.OWNER)
    for number in range(6):
        sign_in(Client(), user.email, "wrong", REMOTE_ADDR=f"203.0.113.{number}")

    right = Client()
    sign_in(right, user.email, REMOTE_ADDR="203.0.113.99")
    assert "_auth_user_id" not in right.session
    assert Entry.objects.filter(verb="sign_in.fail", tenant="bakery").count() == 5
    assert Entry.objects.filter(verb="sign_in.fail", address="203.0.113.0").exists()
    cache.clear()
    sign_in(right, user.email)
    assert "_auth_user_id" in right.session


def test_guessing_many_accounts_from_one_address_is_stopped(world: Furnished, db: None) -> None:
    answers = {
        sign_in(Client(), f"nobody{number}@x.example", "wrong").status_code for number in range(31)
    }
    user = person(Role.OWNER)
    right = Client()
    answer = sign_in(right, user.email)
    assert 429 in answers or answer.status_code == 429
    assert "_auth_user_id" not in right.session


def test_guessing_the_second_factor_is_stopped(world: Furnished, db: None) -> None:
    manager = person(Role.MANAGER)
    browser = Client()
    sign_in(browser, manager.email)
    for _ in range(5):
        browser.post("/account/2fa/authenticate/", {"code": "000000"})
    page = browser.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "Too many" in page
    assert "_auth_user_id" not in browser.session


def test_nobody_learns_who_has_an_account(world: Furnished, db: None) -> None:
    user = person(Role.OWNER)

    def said(email: str, path: str, name: str) -> str:
        answer = Client().post(path, {name: email, "password": "wrong wrong wrong"}, follow=True)
        text = answer.content.decode().replace(email, "")
        return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)

    for path, name in ((LOGIN, "login"), ("/account/password/reset/", "email")):
        assert said(user.email, path, name) == said("nobody@bakery.example", path, name)


@pytest.mark.parametrize(
    "path",
    [
        "/account/signup/",
        "/account/email/",
        "/account/3rdparty/signup/",
        "/account/login/code/",
        "/account/confirm-email/",
        "/account/confirm-email/x:y/",
    ],
)
def test_what_we_have_no_use_for_is_closed(
    world: Furnished, visitor: Callable[..., Client], path: str
) -> None:
    for browser in (visitor(), visitor(Role.OWNER)):
        assert browser.get(path).status_code == 404
        assert (
            browser.post(path, {"email": "x@x.example", "password1": PASSWORD}).status_code == 404
        )
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(world: Furnished, db: None, target: str) -> None:
    user = person(Role.OWNER)
    browser = Client()
    answer = browser.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"
    for path in ("/account/logout/", "/i18n/setlang/"):
        assert "evil" not in browser.post(path, {"next": target, "language": "de"})["Location"]


def test_a_body_without_end_is_refused(world: Furnished, visitor: Callable[..., Client]) -> None:
    browser = visitor(Role.OWNER)
    path = "/people/at/bakery/invite/"
    assert browser.post(path, {"name": "x" * 3_000_000}).status_code in (400, 413)
    assert browser.post(path, {f"f{number}": "x" for number in range(600)}).status_code == 400
    many = "x" * 2_000_000
    assert (
        browser.post(path, {"email": "a@b.example", "role": "contact", "name": many}).status_code
        == 200
    )
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"{",
        b"\xff\xfe" * 50,
        b"[" * 100_000,
        b"email[]=x&role[]=y",
        b"role=contact&role=owner&email=%00@x",
    ],
)
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/xml",
    ],
)
def test_nonsense_breaks_nothing(
    world: Furnished, visitor: Callable[..., Client], body: bytes, kind: str
) -> None:
    browser = visitor(Role.OWNER)
    for path in ("/people/at/bakery/invite/", LOGIN, "/welcome/x/", "/people/at/bakery/masking/"):
        assert browser.generic("POST", path, body, kind).status_code < 500
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/record/?since=%00&client[]=x&before=%F0%28",
        "/people/at/%00/",
        "/people/at/../../etc/passwd",
        "/static/../settings.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/people/access/99999999999999999999999/",
        "/incidents/MW-%27%20OR%201/",
        "/" + "a" * 5000,
    ],
)
def test_strange_addresses_break_nothing(
    world: Furnished, visitor: Callable[..., Client], path: str
) -> None:
    for browser in (visitor(), visitor(Role.MANAGER)):
        assert browser.get(path).status_code in (200, 302, 400, 404)


def test_every_answer_tells_browsers_to_be_strict(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    for path in (LOGIN, "/", "/nowhere/", "/healthz", "/people/at/bakery/"):
        answer = (visitor() if path == LOGIN else owner).get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        if path not in (LOGIN, "/nowhere/", "/healthz"):
            assert "no-store" in answer["Cache-Control"]


def test_what_attackers_write_is_shown_and_never_run(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    """In every field that logs fill, and in every name people give themselves."""
    hostile = a_signal(
        "bakery", "hostile", rule="hostile", title=HOSTILE, kind=HOSTILE, users=(HOSTILE,),
        hosts=(HOSTILE,), services=(HOSTILE,), paths=(HOSTILE,), meaning=HOSTILE, todo=(HOSTILE,),
        addresses=("203.0.113.66",), src_host=HOSTILE,
    )  # fmt: skip
    world.stores.answering.record([hostile], now())
    bad = person(Role.CONTACT)
    User.objects.filter(pk=bad.pk).update(name=HOSTILE[:120])
    browser = visitor(Role.OWNER)
    browser.post(
        "/people/at/bakery/invite/",
        {"email": "x@walk.example", "role": "partner", "name": HOSTILE, "purpose": HOSTILE[:150]},
    )
    references = [shown.reference for shown in world.stores.incidents.incidents("bakery")]
    paths = ["/", "/people/at/bakery/", "/record/", "/people/tokens/"]
    for name, args in (
        *((("incident"), [reference]) for reference in references),
        ("incidents", []), ("queue", []), ("portal", ["bakery"]), ("sources", []), ("search", []),
    ):  # fmt: skip
        try:
            paths.append(reverse(name, args=args))
        except NoReverseMatch:
            continue
    for viewer in (browser, visitor(Role.ANALYST), visitor(Role.PARTNER)):
        for path in paths:
            page = viewer.get(path, follow=True).content.decode()
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path
            assert "\x1b" not in page, path
            assert ">49<" not in page, path


@pytest.fixture(scope="module")
def secure_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The settings of a desk that people reach over HTTPS, read in a process of their own."""
    folder = tmp_path_factory.mktemp("secure")
    (folder / "state").mkdir(mode=0o700)
    (folder / "m.toml").write_text('[desk]\nurl = "https://desk.example"\nproxies = 1\n', "utf-8")
    names = (
        "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_NAME", "SECURE_HSTS_SECONDS",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "DEBUG", "ALLOWED_HOSTS", "ALLAUTH_TRUSTED_PROXY_COUNT",
    )  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", f"{_IMPORTS}print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"],
        env={**os.environ, "MIDWATCH_STATE": str(folder / "state"), "MIDWATCH_CONFIG": str(folder / "m.toml")},
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, object] = json.loads(told.stdout)
    return found


def test_over_https_cookies_are_bound_to_it(secure_settings: dict[str, object]) -> None:
    assert secure_settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert secure_settings["CSRF_COOKIE_NAME"] == "__Host-csrf"
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY",
    ):
        assert secure_settings[name] is True
    assert secure_settings["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert secure_settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert secure_settings["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert secure_settings["DEBUG"] is False
    assert secure_settings["ALLOWED_HOSTS"] == ["desk.example", "localhost", "127.0.0.1", "[::1]"]


def test_the_key_is_read_by_its_owner_only(tmp_path: Path) -> None:
    setup = DeskSetup(StateFolder(tmp_path), Configuration())
    assert setup.secret() == setup.secret()
    assert (tmp_path / "desk.key").stat().st_mode & 0o777 == 0o600


def test_signing_out_clears_the_browser(world: Furnished, visitor: Callable[..., Client]) -> None:
    browser = visitor(Role.OWNER)
    assert "Clear-Site-Data" not in browser.get("/c/bakery/").headers
    answer = browser.post("/account/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_asking_for_what_is_foreign_leaves_a_line(
    world: Furnished, visitor: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    browser = visitor(Role.OWNER)
    caplog.set_level("INFO", "midwatch.desk.access.middleware")
    browser.get("/c/bakery/")
    browser.get("/nowhere-at-all/")
    assert caplog.records == []
    browser.get("/c/forge/")
    [record] = caplog.records
    assert record.__dict__["view"] == "portal"
    assert "forge" not in record.getMessage()


@pytest.mark.parametrize("password", ["midwatch-midwatch", "MidwatchLocalhost", "midwatch1234567"])
def test_known_words_make_no_password(password: str) -> None:
    validator = KnownWordsValidator()
    with pytest.raises(ValidationError):
        validator.validate(password)
    validator.validate("midwatch, the oven and 12 buns")
    validator.validate("correct horse battery staple")


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/queue/?open=MW-1#x", "/queue/?open=MW-1"),
        ("http://evil.example/queue/", "/"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    world: Furnished, db: None, came_from: str, back: str
) -> None:
    answer = Client(headers={"referer": came_from}).post("/handover/new/", {})

    assert answer["Location"] == "/account/login/?" + urlencode({"next": back}, safe="/")


def test_the_address_of_a_form_opened_says_that_there_is_nothing(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    answer = visitor(Role.MANAGER).get(f"/incident/{world.own.reference}/acknowledge/")

    assert answer.status_code == 405
    assert "There is nothing at this address" in answer.text
