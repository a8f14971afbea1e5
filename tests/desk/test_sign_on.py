"""Single sign-on, against an issuer that really speaks OpenID Connect: discovery, PKCE, signed
tokens, user information."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client, override_settings

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal import PASSWORD, Furnished
from midwatch.desk.setup import DeskSetup
from midwatch.desk.site.sign_on import issuer_origin, sign_on_of
from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import Configuration, DeskSettings
from midwatch.watch.state_folder import StateFolder

CLIENT_ID = "midwatch-desk"
SECRET = "told to nobody"  # noqa: S105  # of an issuer that lives for a test


@dataclass
class Issuer:
    """``person`` is who signs in there; ``changes`` are spoilt parts of the token."""

    url: str
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    person: dict[str, object] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorise(self, address: str) -> str:
        """Where the browser is sent after the person signed in there."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, asked: dict[str, list[str]]) -> dict[str, object]:
        """The answer to a code; each is taken once, and only with its verifier."""
        given = self.codes.pop(asked["code"][0])
        verifier = asked["code_verifier"][0]
        digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        assert digest == given["code_challenge"]
        told = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
        }
        if "nonce" in given:
            told["nonce"] = given["nonce"]
        signed = jwt.encode(told | self.person, self.key, "RS256", {"kid": "one"})
        return {"access_token": "of-a-test", "token_type": "Bearer", "id_token": signed}

    def answer(self, path: str, body: dict[str, list[str]]) -> dict[str, object] | None:
        if path.startswith("/.well-known/"):
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorise",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/person",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            return self.token(body)
        return dict(self.person) if path == "/person" else None


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = parse_qs(self.rfile.read(length).decode())
            told = found.answer(urlsplit(self.path).path, body)
            self.send_response(200 if told is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_GET = do_POST = reply  # noqa: N815  # the library's names

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Issuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def setup_with(tmp_path: Path, **desk: Any) -> DeskSetup:
    return DeskSetup(StateFolder(tmp_path), Configuration(desk=DeskSettings(**desk)))


@pytest.fixture
def sign_on(
    issuer: Issuer, world: Furnished, visitor: Callable[..., Client], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[dict[str, object]], Client]]:  # fmt: skip
    """Somebody signs in at the issuer; given back is their browser."""
    monkeypatch.setenv("SSO_SECRET", SECRET)
    setup = setup_with(
        tmp_path, sso_issuer=issuer.url, sso_client=CLIENT_ID, sso_secret="env:SSO_SECRET",  # noqa: S106  # the name of a place
        sso_name="The firm's own account",
    )  # fmt: skip

    def go(person: dict[str, object]) -> Client:
        issuer.person = person
        browser = visitor()
        sent = browser.post("/account/oidc/sso/login/?process=login")
        assert sent["Location"].startswith(f"{issuer.url}/authorise")
        back = urlsplit(issuer.authorise(sent["Location"]))
        browser.get(f"{back.path}?{back.query}")
        return browser

    with override_settings(SOCIALACCOUNT_PROVIDERS=sign_on_of(setup)):
        yield go


def signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def invite(email: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name="Invited")
    user.memberships.create(role=Role.OWNER.value, tenant="bakery")
    return user


def test_who_was_invited_comes_in(sign_on: Callable[[dict[str, object]], Client]) -> None:
    user = invite("ada@bakery.example")

    browser = sign_on({"sub": "1", "email": "Ada@bakery.example", "email_verified": True})

    assert browser.session["_auth_user_id"] == str(user.pk)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"sign_in.done", "sign_on.add"} <= verbs


def test_who_came_once_is_known_by_the_issuers_number(
    sign_on: Callable[[dict[str, object]], Client],
) -> None:
    user = invite("ada@bakery.example")
    sign_on({"sub": "1", "email": "ada@bakery.example", "email_verified": True})

    browser = sign_on({"sub": "1", "email": "married@elsewhere.example", "email_verified": True})

    assert browser.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "2", "email": "stranger@bakery.example", "email_verified": True},
        {"sub": "3", "email": "ada@bakery.example", "email_verified": False},
        {"sub": "4", "email": "ada@bakery.example"},
        {"sub": "5"},
    ],
)
def test_a_stranger_or_an_address_nobody_proved_stays_outside(
    sign_on: Callable[[dict[str, object]], Client], person: dict[str, object]
) -> None:
    invite("ada@bakery.example")

    browser = sign_on(person)

    assert not signed_in(browser)
    assert "Nobody of that address was invited" in browser.get("/account/login/").content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "spoilt", [{"aud": "another-desk"}, {"iss": "https://evil.example"}, {"exp": 1_600_000_000}]
)
def test_a_token_for_somebody_else_or_of_yesterday_opens_nothing(
    sign_on: Callable[[dict[str, object]], Client], spoilt: dict[str, object]
) -> None:
    invite("ada@bakery.example")
    person = {"sub": "1", "email": "ada@bakery.example", "email_verified": True}
    assert not signed_in(sign_on(person | spoilt))


def test_an_answer_nobody_asked_for_opens_nothing(
    sign_on: Callable[[dict[str, object]], Client], visitor: Callable[..., Client], issuer: Issuer
) -> None:
    invite("ada@bakery.example")
    issuer.person = {"sub": "1", "email": "ada@bakery.example", "email_verified": True}
    attacker, victim = visitor(), visitor()
    back = urlsplit(issuer.authorise(attacker.post("/account/oidc/sso/login/")["Location"]))

    answer = victim.get(f"{back.path}?{back.query}")

    assert not signed_in(victim)
    assert "Single sign-on did not work" in answer.content.decode()


def test_the_button_is_there_where_an_issuer_is_named(
    sign_on: object, visitor: Callable[..., Client]
) -> None:
    assert "The firm&#x27;s own account" in visitor().get("/account/login/").content.decode()


def test_no_button_without_an_issuer(world: Furnished, visitor: Callable[..., Client]) -> None:
    page = visitor().get("/account/login/").content.decode()
    assert "/oidc/" not in page
    assert visitor().post("/account/oidc/sso/login/").status_code == 404


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    for desk in (
        {"sso_issuer": "https://id.example"},
        {"sso_issuer": "id.example", "sso_client": "x"},
        {"sso_issuer": "http://id.example", "sso_client": "x"},
    ):
        with pytest.raises(ConfigurationError):
            sign_on_of(setup_with(tmp_path, **desk))
    assert (
        issuer_origin(setup_with(tmp_path, sso_issuer="https://id.example/realms/x"))
        == "https://id.example"
    )
    assert sign_on_of(setup_with(tmp_path)) == {"openid_connect": {"APPS": []}}
