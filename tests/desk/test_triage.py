"""The analyst's desk: what needs a person, one incident, and what is done about it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from midwatch.desk.access import handling
from midwatch.desk.access.roles import Role
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.desk.people.models import ClientPreferences, User
from midwatch.desk.rehearsal import (
    ATTACKER,
    BAKERY,
    FORGE,
    MACHINE_NAME,
    PERSON_NAME,
    Furnished,
    a_signal,
    now,
)
from midwatch.desk.rehearsal_night import FEED, HOSTILE, LINES, a_busy_night
from midwatch.desk.setup import DeskSetup
from midwatch.desk.triage.exports import neutral
from midwatch.desk.triage.models import Assignment, HandOver, Tick
from midwatch.desk.triage.runbooks import runbook
from midwatch.incidents import Disposition, Incident, IncidentState
from midwatch.watch.configuration import Configuration, MailSettings
from midwatch.watch.rhythm import MINUTE
from midwatch.watch.state_folder import StateFolder

Visitor = Callable[..., Client]
SECRETS = (PERSON_NAME, MACHINE_NAME, "10.1.2.3", "bakery.example", "m.baker", "Olga",
           "owner of bakery")  # fmt: skip


@pytest.fixture
def busy(world: Furnished) -> Furnished:
    a_busy_night(world.stores)
    return world


def fresh(world: Furnished, incident: Incident | None = None) -> Incident:
    found = world.stores.incidents.incident((incident or world.own).id)
    assert found is not None
    return found


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.getvalue().decode())


def page(world: Furnished, incident: Incident | None = None) -> str:
    return f"/incident/{(incident or world.own).reference}/"


def of_kind(world: Furnished, kind: str) -> Incident:
    return next(each for each in world.stores.incidents.incidents(BAKERY) if kind in each.kinds)


# ---------------------------------------------------------------- the queue


def test_the_queue_begins_with_the_gravest_that_nobody_answered(
    busy: Furnished, visitor: Visitor
) -> None:
    shown = text_of(visitor(Role.ANALYST).get("/queue/"))

    grave = of_kind(busy, "guessed logins")
    places = [
        shown.index(each.reference) for each in (grave, busy.own, of_kind(busy, "port scans"))
    ]
    assert places == sorted(places)
    assert of_kind(busy, "spam").reference not in shown
    assert "6 incidents wait for a person." in shown
    assert "nobody is told: the client has no policy" in shown  # the Forge's
    assert "the next is called in 9 minutes" in shown


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("priority=P1", ["guessed logins"]),
        ("state=resolved", ["spam"]),
        ("state=working", ["port scans"]),
        ("client=forge&priority=P5", []),
        ("mine=1", []),
    ],
)
def test_the_queue_is_narrowed(
    busy: Furnished, visitor: Visitor, query: str, kinds: list[str]
) -> None:
    rows = json.loads(text_of(visitor(Role.ANALYST).get(f"/incidents/list.json?{query}")))
    shown = text_of(visitor(Role.MANAGER).get(f"/queue/?{query}"))

    for kind in ("guessed logins", "spam", "port scans"):
        reference = of_kind(busy, kind).reference
        assert (reference in shown) == (kind in kinds)
        if "mine" not in query:
            listed = [row["reference"] for row in rows["incidents"]]
            assert (reference in listed) == (kind in kinds)


@pytest.mark.parametrize(
    "query", ["priority=P9", "state='", "page=99999999", "page=-1", "page=²", "mine=x", "open="]
)
def test_a_question_that_makes_no_sense_is_not_asked(
    busy: Furnished, visitor: Visitor, query: str
) -> None:
    assert busy.own.reference in text_of(visitor(Role.ANALYST).get(f"/queue/?{query}"))


def test_a_foreign_client_in_the_address_is_no_page(world: Furnished, visitor: Visitor) -> None:
    owner = visitor(Role.OWNER)
    for path in ("/incidents/?client=forge", "/incidents/list.csv?client=forge",
                 "/incidents/list.json?client=forge"):  # fmt: skip
        assert owner.get(path).status_code == 404
    assert visitor(Role.ANALYST, BAKERY).get("/queue/?client=forge").status_code == 404


def test_new_incidents_announce_themselves(world: Furnished, visitor: Visitor) -> None:
    analyst = visitor(Role.ANALYST)
    since = now()
    assert text_of(analyst.get(f"/queue/news/?since={since}")).strip() == ""

    world.stores.answering.record(
        [a_signal(BAKERY, "new", addresses=("203.0.113.1",), users=())], since + 1
    )
    world.stores.answering.record(
        [a_signal(FORGE, "new", addresses=("203.0.113.1",), users=())], since + 1
    )

    assert "2 new; show" in text_of(analyst.get(f"/queue/news/?since={since}"))
    assert "1 new; show" in text_of(analyst.get(f"/queue/news/?since={since}&client=forge"))
    assert text_of(analyst.get(f"/queue/news/?since={since + 1}")).strip() == ""
    assert text_of(analyst.get("/queue/news/?since=²nonsense")).strip() == ""


def test_the_queue_is_for_the_providers_people(world: Furnished, visitor: Visitor) -> None:
    for role in (Role.OWNER, Role.CONTACT, Role.PARTNER, Role.EXAMINER):
        client = visitor(role)
        for path in ("/queue/", "/queue/night/", "/queue/news/", "/handover/", "/handover/new/",
                     "/exceptions/bakery/"):  # fmt: skip
            assert client.get(path).status_code == 404


def test_the_list_has_pages(world: Furnished, visitor: Visitor) -> None:
    for number in range(45):
        signal = a_signal(BAKERY, f"n{number}", addresses=(f"2001:db8::{number:x}",), users=())
        world.stores.answering.record([signal], now() + number * 11 * MINUTE)
    client = visitor(Role.OWNER)

    first, second = text_of(client.get("/incidents/")), text_of(client.get("/incidents/?page=2"))

    assert "page 1 of 2" in first
    assert first.count("data-row=") == 40
    assert second.count("data-row=") == 6
    assert text_of(client.get("/incidents/?page=7")) == second or "page 2 of 2" in second


# ---------------------------------------------------------------- twins


def test_a_spreadsheet_gets_no_formula(world: Furnished, visitor: Visitor) -> None:
    signal = a_signal(BAKERY, "f", addresses=(), hosts=(), users=(), src_host="=cmd|'/c calc'!A1")
    world.stores.answering.record([signal], now())

    told = text_of(visitor(Role.OWNER).get("/incidents/list.csv"))

    rows = list(csv.reader(io.StringIO(told)))
    assert len(rows) == 3
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any("cmd|" in cell for row in rows for cell in row)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_every_start_of_a_formula_is_neutral(start: str) -> None:
    assert neutral(f"{start}1+1") == f"'{start}1+1"


# ---------------------------------------------------------------- masking


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EXAMINER])
def test_a_masked_viewer_gets_no_name_by_any_path(
    busy: Furnished, visitor: Visitor, role: Role
) -> None:
    analyst = visitor(Role.ANALYST)
    reference = of_kind(busy, "VPN guessing").reference
    one = f"/incident/{reference}/"
    analyst.post(f"{one}acknowledge/", {"why": f"called {PERSON_NAME}"})
    owner = visitor(Role.OWNER)
    owner.post(f"{one}remark/", {"why": "we know of it"})
    owner.post(f"{one}tick/", {"step": "always.read", "done": "1"})
    client = visitor(role)
    paths = ["/incidents/", "/incidents/list.csv", "/incidents/list.json", one,
             f"{one}incident.json", f"{one}pane/"]  # fmt: skip
    if role is Role.PARTNER:
        number = busy.stores.incidents.signals_in(fresh(busy).id)[-1].evidence[0].line
        paths += [f"{one}events/", f"{one}past/", f"{one}line/{FEED}/{number}/"]

    for path in paths:
        shown = text_of(client.get(path))
        assert not [name for name in SECRETS if name in shown], path
    assert ATTACKER in text_of(client.get(one))
    assert "Failed password" not in text_of(client.get(one))


def test_a_reveal_shows_the_names_and_is_kept(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.PARTNER)
    path = page(busy)

    client.post(f"{path}reveal/", {"why": "short"})
    assert PERSON_NAME not in text_of(client.get(path))
    client.post(f"{path}reveal/", {"why": "calling the person whose account was tried"})

    assert PERSON_NAME in text_of(client.get(path))
    assert Reveal.objects.count() == 1
    number = busy.stores.incidents.signals_in(busy.own.id)[-1].evidence[0].line
    assert "<mark>198.51.100.7</mark>" in text_of(client.get(f"{path}line/{FEED}/{number}/"))


def test_a_masked_analyst_excepts_a_name_by_its_code(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    ClientPreferences.objects.create(tenant=BAKERY, masks_staff=True)
    path = f"{page(busy)}exception/"
    shown = text_of(client.get(path))
    assert PERSON_NAME not in shown
    user = shown.partition(">user·")[0].rpartition('value="')[2].rstrip('"')

    given = {"user": user, "reason": "tests his own account", "expires": day(20)}
    seen = client.post(path, given).context["seen"]
    assert client.post(path, given | {"seen": seen}).status_code == 302

    kept = busy.stores.incidents.exceptions(BAKERY)
    assert [each.user for each in kept] == [PERSON_NAME]
    assert PERSON_NAME not in text_of(client.get("/exceptions/bakery/"))


# ---------------------------------------------------------------- one incident


def test_the_page_tells_the_whole_story(busy: Furnished, visitor: Visitor) -> None:
    incident = fresh(busy)

    shown = text_of(visitor(Role.ANALYST).get(page(busy)))

    assert "tried 64 VPN passwords for &quot;j.ortiz&quot; in 2 hours; 1 more finding" in shown
    assert "Somebody tries likely passwords for an account" in shown
    assert "Ana Analyst</b> called · by mail to ana@provider.example · on its way" in shown
    assert "Reset the password." in shown
    assert "Make sure no login of this origin succeeded" in shown
    assert incident.alerts == 2
    assert "2 findings, at least 64 events" in shown  # of 64 and 8: they may be the same


def test_what_attackers_write_stays_text(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    bad = [of_kind(busy, "account probing"), of_kind(busy, "web probing")]
    last = busy.stores.incidents.signals_in(busy.own.id)[-1].evidence[LINES - 1].line
    paths = [f"/queue/?open={bad[0].reference}", "/incidents/", "/handover/new/", "/queue/night/",
             f"{page(busy)}events/", f"{page(busy)}line/{FEED}/{last}/"]  # fmt: skip
    paths += [f"/incident/{each.reference}/{part}" for each in bad
              for part in ("", "pane/", "exception/", "write/")]  # fmt: skip

    for path in paths:
        shown = text_of(client.get(path))
        assert "<script>alert" not in shown, path
        assert "\x1b" not in shown, path
        assert "\u202e" not in shown, path
    assert "&lt;script&gt;alert(1)" in text_of(client.get(paths[-1]))
    assert "\\x1b" in text_of(client.get(f"{page(busy)}line/{FEED}/{last}/"))
    assert HOSTILE not in text_of(client.get("/incidents/list.csv"))


def test_every_number_opens_down_to_the_raw_line(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    listed = text_of(client.get(f"{page(busy)}events/"))
    number = busy.stores.incidents.signals_in(busy.own.id)[-1].evidence[0].line

    assert listed.count("<li>") >= LINES
    assert f"/line/{FEED}/{number}/" in listed
    line = text_of(client.get(f"{page(busy)}line/{FEED}/{number}/"))
    assert "for <mark>j.ortiz</mark> from <mark>198.51.100.7</mark>" in line
    assert f'<td class="wrap">{ATTACKER}</td>' in line
    assert f"{LINES - 1}" in text_of(client.get(f"{page(busy)}past/"))


def test_a_line_that_is_no_evidence_of_it_does_not_open(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    number = busy.stores.incidents.signals_in(busy.own.id)[-1].evidence[0].line
    other = of_kind(busy, "port scans")

    for path in (
        f"/incident/{other.reference}/line/{FEED}/{number}/",
        f"{page(busy)}line/{FEED}/{number + 1000}/",
        f"{page(busy)}line/{FEED}/99999999999999999999999/",
        f"{page(busy)}events/?finding=nonsense",
    ):
        assert client.get(path).status_code == 404


def test_without_a_lake_the_page_says_why_there_are_no_lines(
    world: Furnished, visitor: Visitor
) -> None:
    shown = text_of(visitor(Role.ANALYST).get(f"{page(world)}events/"))
    assert "The lines are not in the lake" in shown
    assert "holds no line" in text_of(visitor(Role.MANAGER).get(f"{page(world)}past/"))


def test_an_examiner_reads_the_story_but_not_the_events(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.EXAMINER)
    assert "hx-get" not in text_of(client.get(page(busy)))
    assert client.get(f"{page(busy)}events/").status_code == 404


# ---------------------------------------------------------------- acts


def test_acknowledging_twice_is_told_once_and_by_name(world: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)

    response = client.post(f"{page(world)}acknowledge/", {"next": "/queue/?open=x"})
    client.post(f"{page(world)}acknowledge/")

    assert (response.status_code, response.headers["Location"]) == (302, "/queue/?open=x")
    incident = fresh(world)
    assert (incident.state, incident.answered_by) == (IncidentState.ACKNOWLEDGED, "analyst of all")
    assert len(incident.history) == 1


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_an_act_leads_nowhere_else(world: Furnished, visitor: Visitor, where: str) -> None:
    response = visitor(Role.ANALYST).post(f"{page(world)}acknowledge/", {"next": where})
    assert response.headers["Location"] == page(world)


def test_a_resolution_says_what_it_was(world: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    path = f"{page(world)}resolve/"

    refused = client.post(path, {"disposition": "whatever"}, follow=True)
    assert "nothing says what it was" in text_of(refused)
    assert fresh(world).open
    client.post(path, {"disposition": "duplicate", "duplicate_of": world.own.reference})
    assert fresh(world).open
    client.post(path, {"disposition": "benign", "why": "our own test"})
    assert fresh(world).disposition is Disposition.BENIGN

    again = text_of(client.post(path, {"disposition": "benign"}, follow=True))
    assert "cannot become resolved" in again
    client.post(f"{page(world)}reopen/", {"why": "not over"})
    assert fresh(world).state is IncidentState.REOPENED


def test_by_htmx_only_the_story_and_its_row_come_back(world: Furnished, visitor: Visitor) -> None:
    response = visitor(Role.ANALYST).post(
        f"{page(world)}acknowledge/", {"in_list": "1"}, headers={"hx-request": "true"}
    )

    shown = text_of(response)
    assert "<html" not in shown
    assert f'id="row-{world.own.reference}" data-row="{world.own.reference}" hx-swap-oob' in shown
    assert "Acknowledged: nobody else is called." in shown
    assert 'data-key="a"' not in shown


def test_the_next_steps_stand_open_and_the_rest_is_folded(
    world: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)

    def told() -> tuple[list[str], list[str], str]:
        whole = text_of(client.get(page(world)))
        book = whole[whole.index('id="runbook"') :]
        book = book[: book.index("</section>")]
        shown, found, folded = book.partition("<details")
        assert found
        names = re.compile(r'name="step" value="([^"]+)"')
        return names.findall(shown), names.findall(folded), book

    first, rest, book = told()
    assert (len(first), len(rest)) == (4, 4)
    assert "0 of 8 steps done." in book
    assert "4 more steps" in book
    assert first == [each.name for each in runbook(world.own)][:4]

    client.post(f"{page(world)}tick/", {"step": first[1], "done": "1"})
    shown, folded, book = told()
    assert shown == [first[0], first[2], first[3], rest[0]]
    assert folded[0] == first[1], "what is done is folded, in its place"
    assert "1 of 8 steps done." in book

    for step in (*shown, *rest):
        client.post(f"{page(world)}tick/", {"step": step, "done": "1"})
    shown, folded, book = told()
    assert (shown, len(folded)) == ([], 8)
    assert "Every step is done; show them" in book


def test_a_step_is_ticked_with_who_and_when_and_taken_back(
    world: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    path = f"{page(world)}tick/"

    client.post(path, {"step": "always.read", "done": "1"})
    client.post(path, {"step": "always.read", "done": "1"})
    client.post(path, {"step": "nonsense", "done": "1"})

    assert [(each.step, each.by) for each in Tick.objects.all()] == [
        ("always.read", "analyst of all")
    ]
    assert "1 of 8 steps done." in text_of(client.get(page(world)))
    client.post(path, {"step": "always.read"})
    assert not Tick.objects.exists()
    assert Entry.objects.filter(verb="incident.step").count() == 3


def test_it_is_handed_to_a_colleague_and_stands_in_the_history(
    world: Furnished, visitor: Visitor
) -> None:
    analyst, manager = visitor(Role.ANALYST), visitor(Role.MANAGER)
    visitor(Role.OWNER)
    people = {each.name: each.pk for each in User.objects.all()}

    for wrong in (people["owner of bakery"], "²", "", 10**20):
        analyst.post(f"{page(world)}assign/", {"user": wrong})
    assert not Assignment.objects.exists()
    analyst.post(f"{page(world)}assign/", {"user": people["manager of all"], "why": "I go home"})

    assert fresh(world).history[-1].why == "handed to manager of all: I go home"
    assert world.own.reference in text_of(manager.get("/queue/?mine=1"))
    assert world.own.reference not in text_of(analyst.get("/queue/?mine=1"))
    assert "with manager of all" in text_of(analyst.get(page(world)))


def test_merge_and_split_from_the_page(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    scan = of_kind(busy, "port scans")

    wrong = client.post(f"{page(busy)}merge/", {"into": busy.foreign.reference})
    assert wrong.status_code == 302
    assert fresh(busy).open
    merged = client.post(f"{page(busy, scan)}merge/", {"into": busy.own.reference, "why": "one"})
    assert merged.headers["Location"] == page(busy)
    assert fresh(busy).alerts == 3
    assert fresh(busy, scan).duplicate_of == busy.own.id
    assert busy.own.reference in text_of(client.get(page(busy, scan)))

    split = client.post(f"{page(busy)}split/", {"finding": ["bakery-scan"]})
    assert split.headers["Location"] not in (page(busy), page(busy, scan))
    assert fresh(busy).alerts == 2
    refused = client.post(f"{page(busy)}split/", {"finding": []}, follow=True)
    assert "but not all" in text_of(refused)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EXAMINER, Role.OWNER])
def test_who_may_not_triage_changes_nothing(world: Furnished, visitor: Visitor, role: Role) -> None:
    client = visitor(role)
    before = fresh(world)

    for act in ("assign", "merge", "split", "exception", "write"):
        assert client.post(f"{page(world)}{act}/", {}).status_code == 404
    if role is not Role.OWNER:
        for act in ("acknowledge", "work", "resolve", "reopen", "remark", "tick"):
            assert client.post(f"{page(world)}{act}/", {"why": "x"}).status_code == 404
    for act in ("acknowledge", "reveal", "tick", "remark"):
        assert client.post(f"/incident/{world.foreign.reference}/{act}/", {}).status_code == 404
    assert fresh(world) == before


def test_no_act_is_done_by_looking(world: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    for act in ("acknowledge", "work", "resolve", "reopen", "remark", "tick", "assign", "merge",
                "split", "reveal"):  # fmt: skip
        assert client.get(f"{page(world)}{act}/").status_code == 405
    assert Client(enforce_csrf_checks=True).post(f"{page(world)}acknowledge/").status_code == 403


# ---------------------------------------------------------------- exceptions


def day(days: int) -> str:
    return str((timezone.now() + timedelta(days=days)).date())


def test_an_exception_is_previewed_kept_listed_and_revoked(
    busy: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    path = f"{page(busy)}exception/"
    offered = client.get(path).context["form"].initial
    given = {"rule": offered["rule"], "network": offered["network"], "expires": day(30),
             "reason": "our own scanner, says Olga"}  # fmt: skip

    preview = client.post(path, given)
    assert "would have hidden 2 of 7 alerts" in text_of(preview)
    assert busy.stores.incidents.exceptions(BAKERY) == []
    changed = client.post(path, given | {"seen": preview.context["seen"], "rule": ""})
    assert changed.status_code == 200, "another exception than the one previewed"
    assert busy.stores.incidents.exceptions(BAKERY) == []
    kept = client.post(path, given | {"seen": preview.context["seen"]})
    assert kept.headers["Location"] == "/exceptions/bakery/"

    more = a_signal(BAKERY, "more")
    busy.stores.answering.record([more], now())
    listed = text_of(client.get("/exceptions/bakery/"))
    assert "our own scanner" in listed
    assert "1 exception for Bakery" in listed
    [hits] = busy.stores.incidents.hits(BAKERY)
    assert (hits.hits, hits.exception.author) == (1, "analyst of all")
    client.post(f"/exceptions/forge/{hits.exception.id}/revoke/")
    assert busy.stores.incidents.exceptions(BAKERY)[0].revoked is None
    client.post(f"/exceptions/bakery/{hits.exception.id}/revoke/")
    assert busy.stores.incidents.exceptions(BAKERY)[0].revoked_by == "analyst of all"
    verbs = set(Entry.objects.values_list("verb", flat=True)) - {"sign_in.done"}
    assert verbs == {"exception.add", "exception.revoke"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": "short"}, "at least 10 characters"),
        ({"expires": "2001-01-01"}, "within a year"),
        ({"expires": "2201-01-01"}, "within a year"),
        ({"expires": ""}, "required"),
        ({"network": "1.2.3.4"}, "not one of the available choices"),
        ({"wider": "not a network"}, "no address and no network"),
        ({"rule": "", "network": ""}, "must name a rule"),
    ],
)
def test_an_exception_nobody_could_answer_for_is_refused(
    busy: Furnished, visitor: Visitor, wrong: dict[str, str], says: str
) -> None:
    client, path = visitor(Role.ANALYST), f"{page(busy)}exception/"
    rule = client.get(path).context["form"].initial["rule"]
    given = {"rule": rule, "network": "", "reason": "our own scanner at work", "expires": day(30)}
    shown = text_of(client.post(path, given | wrong))
    assert says in shown
    assert "Keep this exception" not in shown


# ---------------------------------------------------------------- writing to the client


@pytest.fixture
def with_mail(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = MailSettings(host="mail.example", sender="watch@provider.example")
    setup = DeskSetup(state, Configuration(mail=mail))
    monkeypatch.setattr(handling, "desk_setup", lambda: setup)


def test_a_mail_to_the_client_is_shown_then_sent_and_kept(
    with_mail: None, busy: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    visitor(Role.OWNER)
    visitor(Role.OWNER, FORGE)
    path = f"{page(busy)}write/"

    form = client.get(f"{path}?template=ask").context["form"]
    assert "Was it you" in form.initial["text"]
    offered = [words for _key, words in form.fields["to"].choices]
    assert offered == [
        "owner of bakery <owner@bakery.example>",
        "Ana Analyst <ana@provider.example>",
        "Olga Owner <olga@bakery.example>",
    ]
    given = {"to": "policy:olga", "subject": "Last night", "text": "Nobody got in.\x1b"}
    shown = client.post(path, given)
    assert "This is what goes out" in text_of(shown)
    assert "\x1b" not in text_of(shown).partition("<textarea")[0]
    assert all(each.alarm for each in busy.stores.incidents.deliveries(busy.own.id))
    other = client.post(path, given | {"seen": shown.context["seen"], "text": "Something else"})
    assert other.status_code == 200, "another mail than the one shown"
    client.post(path, given | {"seen": shown.context["seen"]})

    notice = busy.stores.incidents.deliveries(busy.own.id)[-1]
    assert (notice.channel, notice.address, notice.alarm) == ("mail", "olga@bakery.example", 0)
    assert "wrote to the client: Last night" in text_of(client.get(page(busy)))
    assert Entry.objects.get(verb="incident.write").detail == {"to": "policy:olga"}
    assert PERSON_NAME not in text_of(visitor(Role.PARTNER).get(page(busy)))


def test_nobody_of_another_client_is_written_to(
    with_mail: None, busy: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    visitor(Role.OWNER, FORGE)
    stranger = User.objects.get(email="owner@forge.example")
    given = {"to": f"member:{stranger.pk}", "subject": "Last night", "text": "Hello"}

    assert "not one of the available choices" in text_of(client.post(f"{page(busy)}write/", given))


def test_without_a_mail_server_the_page_says_so(busy: Furnished, visitor: Visitor) -> None:
    shown = text_of(visitor(Role.ANALYST).get(f"{page(busy)}write/"))
    assert "no mail server is set up" in shown
    assert "<textarea" not in shown


def test_times_are_in_the_zone_the_browser_told(world: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    client.cookies["zone"] = "Asia%2FKolkata"
    assert "(Asia/Kolkata)" in client.get("/handover/new/").context["text"]
    client.cookies["zone"] = "../../etc/passwd"
    assert "(UTC)" in client.get("/handover/new/").context["text"]


# ---------------------------------------------------------------- hand-over and night


def test_the_hand_over_tells_what_is_open_and_what_was_done(
    busy: Furnished, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    client.post(f"{page(busy)}remark/", {"why": "called the owner"})

    draft = client.get("/handover/new/?hours=8").context["text"]
    assert "6 wait for an answer" in draft
    assert f"analyst of all: {busy.own.reference} called the owner" in draft
    assert "resolved: a newsletter" in draft
    assert "0 of 8 steps done" in draft
    german = client.get("/handover/new/?hours=8", headers={"accept-language": "de"})
    assert "abgeschlossen: a newsletter" in german.context["text"]
    assert "resolved" not in german.context["text"]

    kept = client.post("/handover/new/", {"text": "All quiet.\n<b>mind the oven</b>", "since": "0"})
    shown = text_of(client.get(kept.headers["Location"]))
    assert "&lt;b&gt;mind the oven" in shown
    client.post(f"{kept.headers['Location']}change/", {"text": "Changed."})
    assert HandOver.objects.get().text == "Changed."
    client.post(f"{kept.headers['Location']}change/", {"text": "  "})
    assert HandOver.objects.get().text == "Changed."


def test_a_hand_over_of_all_clients_is_not_for_an_analyst_of_one(
    world: Furnished, visitor: Visitor
) -> None:
    kept = visitor(Role.ANALYST).post("/handover/new/", {"text": "the Forge burns"})
    path = kept.headers["Location"]

    of_one = visitor(Role.ANALYST, BAKERY)
    assert of_one.get(path).status_code == 404
    assert of_one.post(f"{path}change/", {"text": "x"}).status_code == 404
    assert path not in text_of(of_one.get("/handover/"))
    assert path in text_of(visitor(Role.MANAGER).get("/handover/"))
    assert world.foreign.reference not in of_one.get("/handover/new/").context["text"]


def test_the_night_view_is_dark_large_and_few(busy: Furnished, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    shown = text_of(client.get("/queue/night/"))

    assert 'data-theme="dark"' in shown
    assert "6 wait for you." in shown
    assert shown.count("queue/?open=") == 5
    assert "and 1 more" in shown
    part = text_of(client.get("/queue/night/", headers={"hx-request": "true"}))
    assert "<html" not in part


# ---------------------------------------------------------------- empty


def test_empty_pages_teach_the_next_step(state: StateFolder, visitor: Visitor) -> None:
    client = visitor(Role.ANALYST)
    assert "midwatch up --demo" in text_of(client.get("/queue/"))
    assert "No incident fits what is chosen" in text_of(client.get("/queue/?priority=P5"))
    assert "No incident fits." in text_of(client.get("/incidents/"))


def test_nothing_is_called_quiet_while_the_watch_stands_still(
    state: StateFolder, visitor: Visitor
) -> None:
    client = visitor(Role.ANALYST)
    for page in ("/queue/", "/queue/night/"):
        told = text_of(client.get(page))
        assert "Nothing is looked at now." in told
        assert "All quiet." not in told
    note = client.get("/handover/new/").context["text"]
    assert "The watch itself stands still" in note
    assert "all sources write" not in note

    stores().health.beat("pipeline", now(), now(), {})

    for page in ("/queue/", "/queue/night/"):
        assert "All quiet." in text_of(client.get(page))
    assert "All quiet: no incident is open." in client.get("/handover/new/").context["text"]
