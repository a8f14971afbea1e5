"""Search: what is found, what a masked viewer may ask, what leaves the desk."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.http import Http404, QueryDict
from django.test import Client
from django.urls import reverse

from midwatch.desk.access.masked_rows import CODED, OPEN
from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.scope_events import Events, goes_on
from midwatch.desk.access.turns import BusyError, Turns
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.desk.people.models import ClientPreferences
from midwatch.desk.rehearsal import (
    ATTACKER,
    MACHINE_NAME,
    PERSON_NAME,
    Furnished,
    furnish_lake,
    now,
)
from midwatch.desk.search.drawing import parts
from midwatch.desk.search.models import SavedSearch
from midwatch.desk.search.question import Question
from midwatch.kernel import BadInputError
from midwatch.lake.columns import KINDS
from midwatch.lake.ocsf import missing
from midwatch.lake.search import SearchError, Term, parse

DAY = 86_400_000_000
SECRETS = (PERSON_NAME, MACHINE_NAME, "10.1.2.3", "SHA256:bakery", "calc")
"""What stands in the lake and no masked viewer may read."""


@pytest.fixture
def lake(world: Furnished) -> Furnished:
    """A day of events of both clients."""
    furnish_lake(world.stores)
    return world


def total(scope: Scope, text: str) -> int:
    events = Events(scope)
    found = events.find(events.ask(text, now() - DAY))
    assert found.overview is not None
    return found.overview.total


def test_what_is_found_is_counted_by_time_and_by_value(
    lake: Furnished, scope_of: Callable[..., Scope]
) -> None:
    events = Events(scope_of(Role.CONTACT))

    found = events.find(events.ask("outcome:failure", now() - DAY), limit=50)

    seen = found.overview
    assert seen is not None
    assert seen.total == sum(count for _, count in seen.buckets) == 240
    assert {each.value: each.count for each in seen.facets["user"]} == dict.fromkeys(
        (PERSON_NAME, "root", "admin"), 80
    )
    assert "tenant" not in seen.facets
    assert len(found.rows) == 50
    assert found.cut
    times = [each.time or 0 for each in found.rows]
    assert times == sorted(times, reverse=True)


def test_pages_show_each_event_once(lake: Furnished, scope_of: Callable[..., Scope]) -> None:
    events = Events(scope_of(Role.ANALYST))
    asked = events.ask("")
    seen: list[str] = []
    after = ""
    while True:
        found = events.find(asked, limit=90, after=after, counted=False)
        seen += [each.id for each in found.rows]
        after = goes_on(found)
        if not after:
            break

    assert len(seen) == len(set(seen)) == 566


def test_it_looks_from_the_newest_back_and_says_how_far(
    lake: Furnished, scope_of: Callable[..., Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events(scope_of(Role.ANALYST), ["bakery"])
    asked = events.ask("user:root", None)
    whole = [each.id for each in events.find(asked, limit=500).rows]
    monkeypatch.setattr("midwatch.lake.windows.FIRST", 40)
    monkeypatch.setattr("midwatch.desk.access.scope_events.PATIENCE", 0.0)
    seen, after, turns = list[str](), "", 0
    while True:
        found = events.find(asked, limit=500, after=after, most=50)
        seen += [each.id for each in found.rows]
        turns += 1
        after = goes_on(found)
        if not after:
            break
        assert found.reached is not None
        assert found.counted is not None

    assert seen == whole
    assert turns > 1


def test_a_search_that_was_cut_says_so_and_goes_on(
    lake: Furnished, visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midwatch.desk.access.scope_events.PATIENCE", 0.0)
    monkeypatch.setattr("midwatch.desk.search.views.MOST_COUNTED", 50)
    analyst = visitor(Role.ANALYST)
    path = reverse("search") + "?client=bakery&span=all"
    page = analyst.get(path).content.decode()
    assert "They were counted back to" in page
    assert "count=all" in page
    every = analyst.get(f"{path}&count=all").content.decode()
    assert "They were counted back to" not in every


def test_a_clients_people_find_only_their_own(
    lake: Furnished, scope_of: Callable[..., Scope]
) -> None:
    for role in (Role.OWNER, Role.CONTACT, Role.PARTNER):
        scope = scope_of(role)
        assert total(scope, "") == 283
        assert total(scope, "tenant:forge") == 0
        with pytest.raises(Http404):
            Events(scope, ["forge"])
        with pytest.raises(Http404):
            Events(scope).event("rehearsal-2-1")
    with pytest.raises(Http404):
        Events(scope_of(Role.EXAMINER))


@pytest.mark.parametrize(
    "text",
    [
        f"user:{PERSON_NAME}", "user:j*", "user:>a", "user:a..z", f"-user:{PERSON_NAME}",
        PERSON_NAME, '"Failed password"', f"raw:*{PERSON_NAME}*", f"raw:>{PERSON_NAME}",
        "TargetUserName:root", "username:root", "hostname:vault01", "host:v*", "fields.key_type:x",
        "has:fields.key_type", "src_ip:10.1.2.3", "src_ip:10.*", "src_ip:10.0.0.0/8",
        "src_ip:0.0.0.0/0", "src_ip:8.0.0.0..11.0.0.0", "ip:10.1.2.3", "c-ip:10.1.2.3",
        "src_ip:::/0", "src_ip:fe80::/10", "url_path:*ortiz*", "cs-uri-stem:*ortiz*",
        "mail_to:a@b.example", "file:x", "reason:*ortiz*", "failure:*vault*", "policy:x",
        "user_agent:*calc*", "referrer:x", "command:x", "in_interface:x", "pid:900",
        f"(outcome:failure OR user:{PERSON_NAME})", f"outcome:failure -(-user:{PERSON_NAME})",
        "has:raw", "raw_bytes:x", "message:x",
    ],
)  # fmt: skip
def test_a_masked_viewer_cannot_learn_by_guessing(
    lake: Furnished, scope_of: Callable[..., Scope], text: str
) -> None:
    events = Events(scope_of(Role.PARTNER))

    with pytest.raises(SearchError) as refused:
        events.ask(text, now() - DAY)

    assert refused.value.remedy
    # What stands in the lake makes no difference: a name that nobody has is refused alike.
    other = text.replace(PERSON_NAME, "n.obody").replace("10.1.2.3", "10.9.9.9")
    with pytest.raises(SearchError) as also:
        events.ask(other, now() - DAY)
    assert str(also.value) == str(refused.value)


def test_a_masked_viewer_asks_by_what_they_see(
    lake: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.PARTNER)
    masker = scope.masker("bakery")
    code, inner = masker.code("user", PERSON_NAME), masker.address("10.1.2.3")

    assert total(scope, f"user:{code}") == 92
    assert total(scope, f"-user:{code}") == 283 - 92
    assert total(scope, f"src_ip:{inner}") == 12
    assert total(scope, f"ip:{inner} user:{code}") == 12
    assert total(scope, f"src_ip:{ATTACKER}") == 90
    assert total(scope, "src_ip:198.51.100.0/24 outcome:failure") == 80
    assert total(scope, "has:user") == 252
    assert total(scope, 'user:""') == 31
    assert total(scope, f"user:{scope.masker('forge').code('user', PERSON_NAME)}") == 0
    assert total(scope, f"host:{code}") == 0


def test_a_masked_viewer_reads_no_name_on_any_page(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.PARTNER)
    row = "rehearsal-1-281"
    for place in (
        "/search/", "/search/?span=all", "/search/?q=user:nobody", "/search/?q=%22",
        f"/search/event/{row}/", "/search/complete/?q=user:", "/search/complete/?q=user:j",
        "/search/complete/?q=host:", "/search/complete/?q=src_ip:1", "/search/complete/?q=raw:",
        "/search/export/csv/", "/search/export/json/", "/search/export/ocsf/",
    ):  # fmt: skip
        answer = browser.get(place)
        assert answer.status_code in (200, 400), place
        for secret in SECRETS:
            assert secret not in answer.content.decode(), (place, secret)
    table = pq.read_table(io.BytesIO(browser.get("/search/export/parquet/").content))
    told = str(table.to_pylist())
    assert len(table) == 283
    assert not [secret for secret in SECRETS if secret in told]


def test_every_column_is_open_coded_or_hidden_on_purpose() -> None:
    for name in OPEN | CODED.keys():
        assert name in KINDS or name in ("tenant", "day", "id"), name
    assert not OPEN & CODED.keys()
    assert not OPEN & {"raw", "fields", "raw_bytes", "failure", "reason", "user_agent", "policy"}


def test_clients_that_mask_are_left_out_where_names_are_asked_for(
    lake: Furnished, scope_of: Callable[..., Scope]
) -> None:
    ClientPreferences.objects.create(tenant="bakery", masks_staff=True)
    events = Events(scope_of(Role.ANALYST))

    named = events.ask(f"user:{PERSON_NAME}", now() - DAY)
    open_ = events.ask("outcome:failure", now() - DAY)

    assert (named.tenants, named.left_out) == (("forge",), ("bakery",))
    assert open_.left_out == ()
    found = events.find(open_, limit=500)
    assert found.overview is not None
    assert "user" not in found.overview.facets
    assert {each.masked for each in found.rows if each.tenant == "bakery"} == {True}
    assert {each.masked for each in found.rows if each.tenant == "forge"} == {False}


def test_an_event_is_revealed_with_a_reason_that_is_kept(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.PARTNER)
    place = "/search/event/rehearsal-1-281/"

    refused = browser.post(f"{place}reveal/", {"reason": "because"}, follow=True).content.decode()
    assert PERSON_NAME not in refused
    assert "needs a reason" in refused
    shown = browser.post(
        f"{place}reveal/", {"reason": "calling the person whose key was used"}, follow=True
    ).content.decode()

    assert PERSON_NAME in shown
    assert Reveal.objects.get().subject == "event rehearsal-1-281"
    assert PERSON_NAME not in browser.get("/search/event/rehearsal-1-282/").content.decode()
    assert PERSON_NAME not in browser.get("/search/").content.decode()
    foreign = browser.post("/search/event/rehearsal-2-281/reveal/", {"reason": "x" * 30})
    assert foreign.status_code == 404


def test_an_event_opens_down_to_its_line_with_the_parts_marked(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.CONTACT).get("/search/event/rehearsal-1-282/").content.decode()

    assert f'<mark title="user">{PERSON_NAME}</mark>' in page
    assert f'<mark title="src_ip">{ATTACKER}</mark>' in page
    assert "Failed " in page


def test_parts_of_a_line_join_to_the_line() -> None:
    raw = "user mia as mia from 192.0.2.9 port 22 <b>22</b>"
    found = parts(raw, {"user": "mia", "src_ip": "192.0.2.9", "dst_port": 22, "raw": raw})

    assert "".join(each.text for each in found) == raw
    assert {each.field: each.text for each in found if each.field} == {
        "user": "mia", "src_ip": "192.0.2.9", "dst_port": "22",
    }  # fmt: skip
    assert parts("", {"user": "mia"}) == []


def test_what_attackers_wrote_is_shown_as_text(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.ANALYST)
    for place in ("/search/?q=source:access_log", "/search/?q=<script>alert(2)</script>",
                  "/search/event/rehearsal-1-280/", "/search/complete/?q=url_path:/files"):  # fmt: skip
        page = browser.get(place).content.decode()
        assert "<script>alert" not in page, place
        assert "alert" in page


def test_a_wrong_question_is_told_with_its_place_and_remedy(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.CONTACT)
    for question, told in (
        ("outcome:failure usr:x", ("character 17", "user", "<mark>usr:x</mark>")),
        ('"open', ("quotation mark",)),
        ("port:http", ("whole number",)),
        ("x" * 4001, ("longer than",)),
    ):
        answer = browser.get("/search/", {"q": question})
        assert answer.status_code == 400
        for each in told:
            assert each in answer.content.decode(), (question, each)
    assert browser.get("/search/", {"since": "soon", "until": "later"}).status_code == 400
    assert browser.get("/search/", {"after": "nowhere"}).status_code == 400
    assert browser.get("/search/", {"client": "forge"}).status_code == 404


def test_a_click_narrows_and_the_address_tells_all_of_it(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.ANALYST)
    page = browser.get("/search/", {"q": "a OR outcome:failure", "client": "bakery"})
    facets = dict(page.context["facets"])
    address = facets["user"][0][1]

    assert "client=bakery" in address
    narrowed = browser.get("/search/" + address)
    assert narrowed.context["question"].text.startswith("(a OR outcome:failure) user:")
    assert narrowed.context["total"] == facets["user"][0][0].count
    bar = page.context["bars"][0]
    within = browser.get("/search/" + bar.address)
    assert within.context["total"] == bar.count


def test_narrowing_by_any_value_asks_for_just_that() -> None:
    for value in ("plain", "two words", 'a"b', "*", "a*b", "1..2", ">5", "back\\slash", "(x)"):
        text = Question().narrowed("user", value)
        query = parse(Question.of(QueryDict(text[1:])).text)
        assert isinstance(query, Term)
        assert (query.name, query.operator, query.value) == ("user", "=", value)
        assert query.quoted or "*" not in value


def test_the_last_word_is_completed(lake: Furnished, visitor: Callable[..., Client]) -> None:
    browser = visitor(Role.CONTACT)

    def offered(text: str) -> str:
        return browser.get("/search/complete/", {"q": text}).content.decode()

    assert 'value="outcome:failure src_ip:"' in offered("outcome:failure src_")
    assert f'value="-user:{PERSON_NAME}"' in offered("-user:J")
    assert offered("nofield:x").strip() == ""
    assert offered('user:"').strip() != ""
    assert offered("x" * 5000).strip() == ""


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "ocsf"])
def test_events_are_taken_out_and_that_is_kept(
    lake: Furnished, visitor: Callable[..., Client], form: str
) -> None:
    browser = visitor(Role.ANALYST)
    answer = browser.get(f"/search/export/{form}/", {"q": "source:access_log"})

    assert answer["Content-Disposition"].startswith('attachment; filename="events-')
    assert (answer["X-Midwatch-Rows"], answer["X-Midwatch-More"]) == ("60", "false")
    kept = {each.tenant: each for each in Entry.objects.filter(verb="search.export")}
    assert {name: each.detail["rows"] for name, each in kept.items()} == {"bakery": 30, "forge": 30}
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert len(rows) == 60
        assert {row["user_agent"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    elif form == "parquet":
        assert len(pq.read_table(io.BytesIO(answer.content))) == 60
    else:
        found = [json.loads(line) for line in answer.content.splitlines()]
        assert len(found) == 60
        if form == "ocsf":
            assert not any(missing(each) for each in found)


def test_more_than_may_be_taken_out_is_told(
    lake: Furnished, visitor: Callable[..., Client], scope_of: Callable[..., Scope]
) -> None:
    events = Events(scope_of(Role.CONTACT))
    answer = events.export(events.ask(""), most=10)

    assert (len(answer.table), answer.cut) == (10, True)
    assert visitor(Role.OWNER).get("/search/export/exe/").status_code == 404


def test_a_kept_search_is_shared_within_its_client_and_names_stay_behind_the_mask(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    owner, contact = visitor(Role.OWNER), visitor(Role.CONTACT)
    partner, stranger = visitor(Role.PARTNER), visitor(Role.OWNER, "forge")
    text = f"user:{PERSON_NAME}"

    owner.post("/search/keep/", {"q": text, "title": "Her logins", "tenant": "bakery"})
    partner.post("/search/keep/", {"q": "outcome:failure", "title": "Mine", "tenant": "bakery"})
    assert (
        owner.post("/search/keep/", {"q": "", "title": "x", "tenant": "forge"}).status_code == 302
    )

    assert {each.title for each in SavedSearch.objects.all()} == {"Her logins", "Mine"}
    assert "Her logins" in contact.get("/search/").content.decode()
    assert "Mine" in contact.get("/search/").content.decode()
    assert "Her logins" not in partner.get("/search/").content.decode()
    assert "Her logins" not in stranger.get("/search/").content.decode()
    kept = SavedSearch.objects.get(title="Her logins")
    assert stranger.post(reverse("search_let_go", args=[kept.pk])).status_code == 404
    assert contact.post(reverse("search_let_go", args=[kept.pk])).status_code == 404
    assert owner.post(reverse("search_let_go", args=[kept.pk])).status_code == 302
    assert not SavedSearch.objects.filter(pk=kept.pk).exists()


def test_nobody_holds_the_desk_with_searches() -> None:
    turns = Turns(of_one=1, of_all=2, patience=0.05)
    with turns.turn(1):
        with pytest.raises(BusyError, match="other searches"), turns.turn(1):
            pass
        with turns.turn(2), pytest.raises(BusyError, match="others are"), turns.turn(3):
            pass
    with turns.turn(1):
        pass


def test_whoever_waits_gets_the_turn_that_comes_free() -> None:
    turns = Turns(of_one=1, of_all=1, patience=20)
    got: list[int] = []
    held = turns.turn(1)
    held.__enter__()

    def wait() -> None:
        with turns.turn(2):
            got.append(2)

    waiting = threading.Thread(target=wait)
    waiting.start()
    held.__exit__(None, None, None)
    waiting.join(20)
    assert got == [2]


def test_a_busy_desk_says_so(
    lake: Furnished, visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "midwatch.desk.access.scope_events.TURNS", Turns(of_one=0, of_all=0, patience=0)
    )
    browser = visitor(Role.CONTACT)

    assert browser.get("/search/").status_code == 429
    assert browser.get("/search/event/rehearsal-1-1/").status_code == 429
    assert browser.get("/search/complete/?q=user:").status_code == 200


def test_a_question_that_takes_too_long_is_given_up(
    lake: Furnished, scope_of: Callable[..., Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midwatch.desk.access.scope_events.SECONDS", 0.0001)
    events = Events(scope_of(Role.CONTACT))

    with pytest.raises(BadInputError, match="longer than"):
        events.find(events.ask("failed"))


def test_without_a_lake_the_page_says_what_to_do(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.CONTACT)
    page = browser.get("/search/")

    assert page.status_code == 200
    assert "midwatch up" in page.content.decode()
    assert browser.get("/search/event/a-1-1/").status_code == 404
    assert browser.get("/search/export/csv/").status_code == 302


def test_an_event_id_that_is_none_is_not_found(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.ANALYST)
    wrong: list[Any] = ["x", "a-b-c", "rehearsal-1-" + "9" * 30, "rehearsal-\u0661-1", "'--1-1"]
    for name in wrong:
        assert browser.get(f"/search/event/{name}/").status_code == 404, name
