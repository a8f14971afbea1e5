"""The tenancy walk: every address × everybody × what is theirs and what is not.

The addresses are read from the desk itself, so that a page is walked as soon as it is there. What
stands in an address is filled by its name (``FILLERS``) or, for numbers, with the rows of the
app's own models; a name that nobody can fill fails the walk, as does a page without a guard.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.html import escape

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.people import api_tokens
from midwatch.desk.people.models import ApiToken, Invitation, Membership, User
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.desk.rehearsal import (
    BAKERY,
    FORGE,
    MACHINE_NAME,
    PERSON_NAME,
    Furnished,
    furnish_lake,
    furnish_people,
    now,
    person,
)
from midwatch.desk.rehearsal_answers import (
    BROUGHT,
    HANDED_IN,
    PAPERS,
    TOKENS,
    furnish_questionnaires,
    opened_in,
)
from midwatch.desk.rehearsal_choosing import CHOICES, HOLDINGS, MADE, furnish_choosing
from midwatch.desk.rehearsal_life import furnish_life
from midwatch.desk.rehearsal_vendors import POLICIES, REFERENCES, furnish_vendors
from midwatch.desk.search.models import SavedSearch
from midwatch.desk.triage.models import HandOver
from midwatch.incidents import AlertException
from midwatch.watch.rhythm import DAY

OTHERS: Final = ("allauth.", "django.views.i18n", "django.views.generic", "ninja.")
"""Whose views have guards of their own kind; allauth's look at nobody but who is signed in."""
STRANGER: Final = "stranger"
VIEWERS: Final = (STRANGER, *(role.value for role in Role))
MASKED: Final = (Role.PARTNER.value, Role.EXAMINER.value)
NAMES: Final = (PERSON_NAME, MACHINE_NAME, "10.1.2.3")
WITHOUT_OBJECT: Final = ("day", "product", "form", "office", "token", "number", "ask")
"""Parts of addresses that stand for no object of one client alone."""
REASON: Final = "walking through the whole house"


@dataclass(frozen=True)
class Address:
    """``route`` has its parts in angle brackets; ``parts`` are (name, converter) pairs."""

    route: str
    parts: tuple[tuple[str, str], ...]
    view: Callable[..., HttpResponseBase]

    @property
    def ours(self) -> bool:
        return self.view.__module__.startswith("midwatch.")

    @property
    def names_an_object(self) -> bool:
        return self.ours and any(name not in WITHOUT_OBJECT for name, _kind in self.parts)

    @property
    def app(self) -> str:
        return self.view.__module__.split(".")[2] if self.ours else ""


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[Address]:
    for each in (resolver or get_resolver()).url_patterns:
        pattern = each.pattern
        route = before + re.sub(r"^\^|\$$", "", str(pattern))
        if isinstance(each, URLResolver):
            yield from addresses(each, route)
            continue
        assert isinstance(each, URLPattern)
        route = re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", route).replace("\\", "")
        parts = tuple(
            (name, kind or "str") for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", route)
        )
        yield Address(re.sub(r"<\w+:", "<", route), parts, each.callback)


ADDRESSES: Final = tuple(addresses())


# ---------------------------------------------------------------- what stands in an address


def _day() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


FILLERS: Final[dict[str, Callable[[Furnished, str], object]]] = {
    "tenant": lambda world, tenant: tenant,
    "client": lambda world, tenant: tenant,
    "office": lambda world, tenant: "main",
    "feed": lambda world, tenant: f"{tenant}-wall",
    "source": lambda world, tenant: f"{tenant}-wall",
    "reference": lambda world, tenant: world.incidents[tenant].reference,
    "incident": lambda world, tenant: world.incidents[tenant].reference,
    "membership": lambda world, tenant: Membership.objects.filter(tenant=tenant, user__email__startswith="contact").get().pk,
    "invitation": lambda world, tenant: Invitation.objects.get(tenant=tenant).pk,
    "session": lambda world, tenant: UserSession.objects.filter(user_agent=tenant).get().pk,
    "token": lambda world, tenant: "nobody-has-this",
    "product": lambda world, tenant: "pfsense",
    "day": lambda world, tenant: _day(),
    "form": lambda world, tenant: "csv",
    "event": lambda world, tenant: f"rehearsal-{(BAKERY, FORGE).index(tenant) + 1}-282",
    "exception": lambda world, tenant: f"{tenant}-exception",
    "vendor": lambda world, tenant: REFERENCES[tenant],
    "asking": lambda world, tenant: HANDED_IN[tenant],
    "questionnaire": lambda world, tenant: HANDED_IN[tenant],
    "brought": lambda world, tenant: BROUGHT[tenant],
    "paper": lambda world, tenant: PAPERS[tenant],
    "choice": lambda world, tenant: CHOICES[tenant],
    "need": lambda world, tenant: "call",
    "holding": lambda world, tenant: HOLDINGS[tenant],
    "ask": lambda world, tenant: TOKENS[BAKERY],
    "policy": lambda world, tenant: POLICIES[tenant],
    "section": lambda world, tenant: "contacts",
    "rest": lambda world, tenant: f"v1/nothing/{tenant}",
    # allauth's
    "provider_id": lambda world, tenant: "sso",
    "pk": lambda world, tenant: Authenticator.objects.filter(data__name=tenant).get().pk,
    "uidb36": lambda world, tenant: "1",
    "key": lambda world, tenant: "set-password",
    "path": lambda world, tenant: f"{tenant}.css",
}  # fmt: skip
"""By the name of the part: the object of a client."""


def rows_of(app: str, tenant: str) -> list[object]:
    """The keys of the rows that are a client's in the models of an app; numbers stand for those."""
    found: list[object] = []
    for model in (
        apps.get_app_config(app).get_models() if apps.is_installed(f"midwatch.desk.{app}") else ()
    ):
        names = {field.name for field in model._meta.get_fields()}
        rows = model._default_manager.none()
        if "tenant" in names:
            rows = model._default_manager.filter(tenant=tenant)
        elif "user" in names:
            rows = model._default_manager.filter(user__email__endswith=f"@{tenant}.example")
        elif "tenants" in names:
            found += [
                row.pk
                for row in model._default_manager.all()
                if getattr(row, "tenants", None) == [tenant]
            ]
        found += list(rows.values_list("pk", flat=True)[:2])
    return found


def fill(address: Address, world: Furnished, tenant: str) -> list[str]:
    """The address with the objects of a client in it: several where numbers may mean several."""
    filled = [address.route]
    for name, kind in address.parts:
        if kind == "int" and name == "token":
            values: list[object] = [
                ApiToken.objects.get(user__email=f"contact@{tenant}.example").pk
            ]
        elif name in FILLERS:
            values = [FILLERS[name](world, tenant)]
        elif kind == "int":
            values = rows_of(address.app, tenant) or [1]
        else:
            pytest.fail(f"{address.route}: nobody fills <{kind}:{name}>; add it to FILLERS")
        filled = [each.replace(f"<{name}>", str(value)) for each in filled for value in values]
    return filled


def asked(world: Furnished, tenant: str) -> dict[str, str]:
    """Plausible answers to every form, all about objects of that client."""
    reference = world.incidents[tenant].reference
    return {
        **dict.fromkeys(("tenant", "client", "clients"), tenant),
        **dict.fromkeys(("feed", "source", "sources"), f"{tenant}-wall"),
        **dict.fromkeys(
            ("incident", "reference", "into", "other", "duplicate_of", "merge", "incidents"), reference
        ),
        **dict.fromkeys(("why", "reason", "text", "remark", "purpose", "message", "body"), REASON),
        "office": "main", "name": "Somebody", "title": "Something", "email": "x@walk.example",
        "role": "contact", "disposition": "true_positive", "q": "*", "query": "*", "kind": "all",
        "product": "pfsense", "masks": "yes", "id": world.incidents[tenant].id, "user": PERSON_NAME,
        "zone": "Europe/Berlin", "days": "7", "format": "json", "action": "close",
    }  # fmt: skip


def questions(
    address: Address, world: Furnished, tenant: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """(method, form) of the visits that are paid to an address."""
    form = asked(world, tenant)
    if address.ours:
        yield "GET", {}
    yield "GET", form
    yield "POST", form


# ---------------------------------------------------------------- what must not be seen or change


def foreign_words(world: Furnished) -> re.Pattern[str]:
    """What is the Forge's: its name in whatever it names, its incident."""
    incident = world.foreign
    marks = (
        incident.id, incident.reference, REFERENCES[FORGE], HANDED_IN[FORGE], BROUGHT[FORGE],
        PAPERS[FORGE], CHOICES[FORGE], MADE[FORGE], HOLDINGS[FORGE], POLICIES[FORGE],
    )  # fmt: skip
    return re.compile(rf"\b{FORGE}\b|{'|'.join(map(re.escape, marks))}", re.IGNORECASE)


def text_of(answer: HttpResponseBase) -> str:
    """The body, and the addresses it sends on to; of an endless one the beginning."""
    if answer.streaming:
        content = getattr(answer, "streaming_content", ())
        most = 1 if "event-stream" in answer.headers.get("Content-Type", "") else 1000
        parts: list[bytes] = list(islice(content, most))
        body = b"".join(parts)
    else:
        body = getattr(answer, "content", b"")
    return body.decode("utf-8", "replace") + answer.headers.get("Location", "")


def kept(world: Furnished) -> list[str]:
    """All that is kept of the Forge, as lines."""
    lines = []
    marks = (FORGE, FORGE.encode().hex().upper(), world.foreign.id)
    with sqlite3.connect(f"file:{world.stores.folder.database}?mode=ro", uri=True) as database:
        lines += [line for line in database.iterdump() if any(mark in line for mark in marks)]
    for model in apps.get_models():
        rows: models.QuerySet[Any] = model._default_manager.order_by("pk")
        names = {field.name for field in model._meta.get_fields()}
        if model is User:
            rows = rows.filter(email__endswith=f"@{FORGE}.example")
        elif "tenant" in names:
            rows = rows.filter(tenant=FORGE)
        elif "user" in names:
            rows = rows.filter(user__email__endswith=f"@{FORGE}.example")
        else:
            continue
        lines += [f"{model.__name__} {row}" for row in rows.values_list()]
    return lines


def _never(request: HttpRequest) -> HttpResponseBase:
    """The view of an address that is only filled, never visited."""
    raise AssertionError(request)


# ---------------------------------------------------------------- the walk


@pytest.fixture
def house(world: Furnished, db: None) -> Furnished:
    """The world with people on both sides."""
    for tenant in (BAKERY, FORGE):
        furnish_people(tenant)
        vendor = furnish_vendors(tenant)
        furnish_questionnaires(vendor)
        furnish_choosing(vendor, now())
        furnish_life(vendor)
        contact = User.objects.get(email=f"contact@{tenant}.example")
        SavedSearch.objects.create(tenant=tenant, owner=contact, title=f"{tenant}'s", text="root")
        HandOver.objects.create(
            name="Ana", tenants=[tenant], text=f"all quiet at {tenant}", since=contact.created,
            until=contact.created,
        )  # fmt: skip
        world.stores.incidents.save_exception(
            AlertException(
                id=f"{tenant}-exception",
                tenant=tenant,
                author="Ana",
                reason="a known scanner",
                created=now(),
                expires=now() + DAY,
                rule="vpn-guessing",
            )
        )
    furnish_lake(world.stores)
    return world


def enter(who: str) -> Client:
    """The Bakery's somebody, with a browser; its contact is a second one."""
    browser = Client(headers={"accept-language": "en"}, raise_request_exception=True)
    if who == Role.CONTACT.value:
        browser.force_login(User.objects.get(email=f"contact@{BAKERY}.example"))
    elif who != STRANGER:
        browser.force_login(person(Role(who), BAKERY))
    session = browser.session  # with the Bakery's questionnaire opened by its link
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    opened_in(str(session.session_key), BAKERY)
    return browser


def visit(browser: Client, method: str, path: str, form: dict[str, str]) -> tuple[int, str]:
    """Status and text of an answer; what was changed in the desk's database is undone."""
    with transaction.atomic():
        answer = browser.get(path, form) if method == "GET" else browser.post(path, form)
        found = answer.status_code, text_of(answer)
        transaction.set_rollback(True)
    return found


def hidden(text: str, path: str, form: dict[str, str]) -> str:
    """The text without the visitor's own words given back: the address, and what a form refused."""
    query = f"{path}?{urlencode(form)}"
    for said in (
        query,
        escape(query),
        quote(query),
        quote(query, safe=""),
        path,
        quote(path, safe=""),
    ):
        text = text.replace(said, "")
    text = text.replace(urlencode(form), "").replace(escape(urlencode(form)), "")
    for name, value in form.items():
        for said in (
            f"{name}={quote(value)}",
            f'value="{escape(value)}"',
            f"valid choice. {value} is not",
        ):
            text = text.replace(said, "")
    return text


@pytest.mark.parametrize("who", VIEWERS)
def test_nobody_sees_or_changes_what_is_not_theirs(
    house: Furnished, who: str, record_property: Callable[[str, object], None]
) -> None:
    browser = enter(who)
    foreign = foreign_words(house)
    counted: Counter[str] = Counter()
    before = kept(house)
    faults = []
    for address in ADDRESSES:
        for path in fill(address, house, FORGE):
            for method, form in questions(address, house, FORGE):
                status, text = visit(browser, method, path, form)
                counted["foreign"] += 1
                names_foreign = (
                    any(
                        name
                        not in (
                            "day",
                            "product",
                            "form",
                            "office",
                            "provider_id",
                            "key",
                            "uidb36",
                            "token",
                            "path",
                            "number",
                            "ask",
                        )
                        for name, _k in address.parts
                    )
                    and address.ours
                )
                if names_foreign and status not in (302, 404, 405, 410):
                    faults.append(f"{method} {path}: {status}")
                if foreign.search(hidden(text, path, form)):
                    found = foreign.search(hidden(text, path, form))
                    assert found is not None
                    around = hidden(text, path, form)[max(0, found.start() - 60) : found.end() + 20]
                    faults.append(f"{method} {path} tells {around!r}")
                if status >= 500:
                    faults.append(f"{method} {path}: {status}")
        now_kept = kept(house) if address.parts or address.ours else before
        if now_kept != before:
            changed = sorted(set(now_kept) ^ set(before))[:4]
            faults.append(f"{address.route} changed {changed}")
            before = now_kept
    for line in faults:
        print(line)  # noqa: T201  # what the walk has found
    record_property("visits", counted["foreign"])
    print(f"{who}: {counted['foreign']} visits to what is not theirs")  # noqa: T201  # the walk counts its visits
    assert not faults


@pytest.mark.parametrize("who", VIEWERS)
def test_everybody_finds_what_is_theirs_and_no_page_breaks(house: Furnished, who: str) -> None:
    browser = enter(who)
    foreign = foreign_words(house)
    shown = Counter[int]()
    faults = []
    for address in ADDRESSES:
        for path in fill(address, house, BAKERY):
            for method, form in questions(address, house, BAKERY):
                status, text = visit(browser, method, path, form)
                shown[status] += 1
                if status >= 500:
                    faults.append(f"{method} {path}: {status}")
                if foreign.search(text):
                    faults.append(f"{method} {path} tells of the Forge")
                if who in (*MASKED, STRANGER):
                    told = hidden(text, path, form)
                    faults += [f"{method} {path} tells {name}" for name in NAMES if name in told]
    for line in faults:
        print(line)  # noqa: T201  # what the walk has found
    print(f"{who}: {sum(shown.values())} visits to what is theirs, {dict(shown)}")  # noqa: T201  # the walk counts its visits
    assert not faults
    assert shown[200] > 4, "who comes in finds something"


def test_every_page_of_ours_has_a_guard() -> None:
    bare = [
        address.route
        for address in ADDRESSES
        if not address.view.__module__.startswith(OTHERS)
        and address.route != "/api/v1/"  # the root that ninja adds, which answers nothing
        and not hasattr(address.view, "permission")
        and not getattr(address.view, "public", "")
    ]
    assert not bare, "decorate them with @page(...) or @public(...)"


def test_the_walk_refuses_what_it_cannot_fill(house: Furnished) -> None:
    strange = Address("/x/<thing>/", (("thing", "str"),), _never)
    with pytest.raises(pytest.fail.Exception, match="nobody fills"):
        fill(strange, house, FORGE)


def test_the_walk_reaches_the_pages_there_are() -> None:
    routes = {address.route for address in ADDRESSES}
    assert {
        "/",
        "/people/at/<tenant>/",
        "/record/record.csv",
        "/account/2fa/webauthn/keys/<pk>/remove/",
    } <= routes
    assert len(routes) > 50


# ---------------------------------------------------------------- the API, by its own schema


def operations() -> Iterator[tuple[str, str]]:
    """(method, path) of every operation of every API there is."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("midwatch.desk."):
            continue
        for each in vars(module).values():
            if type(each).__name__ == "NinjaAPI" and each.__module__.startswith("ninja"):
                for path, described in each.get_openapi_schema()["paths"].items():
                    yield from ((method.upper(), path) for method in described)


OPERATIONS: Final = tuple(sorted(set(operations())))


@pytest.mark.parametrize("role", list(Role))
def test_no_operation_shows_or_changes_what_is_not_theirs(house: Furnished, role: Role) -> None:
    user = (
        person(role, BAKERY)
        if role is not Role.CONTACT
        else User.objects.get(email=f"contact@{BAKERY}.example")
    )
    token, digest = new_token(api_tokens.PREFIX)
    assert digest == digest_of(token)
    ApiToken.objects.create(
        user=user, name="walk", digest=digest, start="mwt_",
        permissions=[each.value for each in Permission],
        expires=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    browser = Client(headers={"authorization": f"Bearer {token}"})
    foreign, before, faults = foreign_words(house), kept(house), []
    for method, route in OPERATIONS:
        parts = tuple(
            (name, "int" if name.endswith("id") else "str")
            for name in re.findall(r"{(\w+)}", route)
        )
        address = Address(re.sub(r"{(\w+)}", r"<\1>", route), parts, _never)
        for path in fill(address, house, FORGE):
            form = asked(house, FORGE)
            with transaction.atomic():
                answer = browser.generic(
                    method,
                    path,
                    msgspec.json.encode(form),
                    "application/json",
                    query_params=form if method == "GET" else {},
                )
                transaction.set_rollback(True)
            text = hidden(text_of(answer), path, form)
            if foreign.search(text) or answer.status_code >= 500:
                faults.append(f"{method} {path}: {answer.status_code} {text[:120]}")
    assert not faults
    assert kept(house) == before
