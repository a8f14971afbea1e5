"""The record: kept by the database itself, read by whom it concerns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings

from midwatch.desk.access.acting import Acting
from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.guarding import KEPT, guard
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.desk.audit.selectors import looks_since
from midwatch.desk.audit.services import note
from midwatch.desk.audit.twins import harmless
from midwatch.desk.people.models import ClientPreferences, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import PASSWORD, Furnished, now, person

REASON = "calling the person whose account was tried"


@pytest.fixture
def written(world: Furnished, scope_of: Callable[..., Scope]) -> Furnished:
    """A deed and a look at each client."""
    for tenant in ("bakery", "forge"):
        incident = world.incidents[tenant].reference
        Acting(scope_of(Role.CONTACT, tenant), "203.0.113.7").acknowledge(incident)
        Acting(scope_of(Role.PARTNER, tenant), "203.0.113.8").reveal(incident, REASON)
    return world


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET name = 'nobody'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_database_refuses_to_change_the_record(
    written: Furnished, table: str, statement: str
) -> None:
    if connection.vendor == "sqlite" and statement.startswith("TRUNCATE"):
        return  # SQLite knows no such statement
    for _ in range(2):
        with (
            pytest.raises(DatabaseError, match="only ever added to"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(table))
        guard()
    assert {Entry.objects.count(), Reveal.objects.count()} == {2}


def test_the_models_refuse_in_bulk_too(written: Furnished) -> None:
    for attempt in (lambda: Entry.objects.update(name="x"), lambda: Entry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Entry.objects.count() == 2


def test_a_clients_people_read_their_own_record_only(
    written: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    for path in ("/record/", "/record/record.csv", "/record/record.json"):
        text = owner.get(path).content.decode()
        assert written.own.reference in text
        assert written.foreign.reference not in text
        assert "forge" not in text
        assert REASON in text
    assert owner.get("/record/record.json?client=forge").json() == {"lines": []}


def test_who_sees_codes_reads_codes_in_the_record(
    written: Furnished, visitor: Callable[..., Client]
) -> None:
    examiner = visitor(Role.EXAMINER)
    owner = User.objects.create_user("m.eier@bakery.example", None, name="M. Eier")
    note(
        viewer_of(owner, now()), "people.invite", tenant="bakery", subject="j.ortiz@bakery.example",
        detail={"from": "10.1.2.3"}, address="203.0.113.9",
    )  # fmt: skip
    for path in ("/record/", "/record/record.csv", "/record/record.json"):
        text = examiner.get(path).content.decode()
        assert written.own.reference in text
        for name in ("contact of", "M. Eier", "ortiz", "10.1.2.3", "203.0.113.9", REASON):
            assert name not in text, (path, name)


def test_analysts_read_codes_where_the_client_chose_so(
    written: Furnished, visitor: Callable[..., Client]
) -> None:
    ClientPreferences.objects.create(tenant="bakery", masks_staff=True)
    text = visitor(Role.ANALYST).get("/record/record.csv").content.decode()
    assert "contact of bakery" not in text
    assert "contact of forge" in text


def test_the_record_is_filtered_and_paged(
    written: Furnished, visitor: Callable[..., Client]
) -> None:
    manager = visitor(Role.MANAGER)

    def verbs(question: str) -> list[str]:
        found = manager.get(f"/record/record.json?{question}").json()["lines"]
        return [line["verb"] for line in found]

    assert set(verbs("kind=reveals")) == {"reveal"}
    assert verbs("kind=incident&client=forge") == ["incident.acknowledge"]
    assert set(verbs("kind=sign_in")) == {"sign_in.done"}
    assert verbs("who=contact+of+bakery") == ["incident.acknowledge"]
    assert verbs("until=2020-01-01") == []
    assert verbs("since=2020-01-01&kind=incident") == ["incident.acknowledge"] * 2
    for wrong in ("kind=nothing", "since=yesterday", "client=%00", "client=nobody"):
        assert verbs(wrong) == []
    assert verbs("before=nonsense&kind=reveals") == ["reveal"] * 2
    viewer = viewer_of(User.objects.get(email__startswith="manager"), now())
    for _ in range(101):
        note(viewer, "people.invite", tenant="bakery")
    assert "before=" in manager.get("/record/?kind=people").content.decode()


def test_a_client_is_told_who_looked_lately(
    written: Furnished, scope_of: Callable[..., Scope]
) -> None:
    found = looks_since(scope_of(Role.OWNER), "bakery", timedelta(days=7))
    assert [(line.who, line.reason) for line in found] == [("partner of bakery", REASON)]


def test_no_cell_is_a_formula(db: None) -> None:
    assert [harmless(each) for each in ("=1+1", "+1", "-1", "@x", "\tx", "plain", None)] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "plain", "",
    ]  # fmt: skip


def test_a_name_that_is_a_formula_is_written_harmlessly(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    bad = person(Role.CONTACT)
    bad.name = '=HYPERLINK("http://198.51.100.1")'
    bad.save()
    note(viewer_of(bad, now()), "incident.remark", tenant="bakery", subject="+x")

    table = visitor(Role.OWNER).get("/record/record.csv").content.decode()
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+"))]


def test_ways_of_coming_in_leave_lines(
    world: Furnished, visitor: Callable[..., Client],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:  # fmt: skip
    owner = person(Role.OWNER)
    browser = visitor()
    browser.post("/account/login/", {"login": owner.email, "password": "wrong"})
    browser.post("/account/login/", {"login": "my-secret-password", "password": "wrong"})
    browser.post("/account/login/", {"login": "no@body.example", "password": "wrong"})
    browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    with (
        override_settings(ACCOUNT_EMAIL_NOTIFICATIONS=False),  # the request has ended by then
        django_capture_on_commit_callbacks(execute=True),
    ):
        browser.post("/account/2fa/totp/activate/", {"code": totp.format_hotp_value(code)})
    browser.post("/account/2fa/totp/deactivate/")
    browser.post("/account/logout/")

    kept = [(entry.verb, entry.tenant) for entry in Entry.objects.order_by("id")]
    assert [verb for verb, _tenant in kept] == [
        "sign_in.fail", "sign_in.fail", "sign_in.done", "factor.add", "factor.add",
        "factor.remove", "factor.remove", "sign_in.out",
    ]  # fmt: skip
    assert {tenant for verb, tenant in kept if verb == "sign_in.done"} == {"bakery"}
    assert not Entry.objects.filter(subject__contains="secret").exists()
    assert set(Entry.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_the_secret_of_an_app_is_sealed(world: Furnished, visitor: Callable[..., Client]) -> None:
    browser = visitor(Role.OWNER)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = browser.get("/account/2fa/totp/activate/").context["form"].secret
    code = totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    browser.post("/account/2fa/totp/activate/", {"code": totp.format_hotp_value(code)})

    for kept in Authenticator.objects.all():
        assert secret not in str(kept.data)
        assert "sealed:" in str(kept.data)
    codes = browser.get("/account/2fa/recovery-codes/").content.decode()
    assert 'id="recovery_codes"' in codes
    assert 'id="recovery_codes"' not in browser.get("/account/2fa/recovery-codes/").content.decode()
