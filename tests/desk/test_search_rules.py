"""A search as a rule: it finds what the search found, and is told before it is in force."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from django.test import Client

from midwatch.desk.access.acting_events import put_rule
from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.scope_events import Events
from midwatch.desk.audit.models import Entry
from midwatch.desk.rehearsal import ATTACKER, PERSON_NAME, Furnished, _lines, furnish_lake, now
from midwatch.desk.search.rule_text import Counting, rule_text
from midwatch.detection import Detector
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.kernel import BadInputError
from midwatch.lake.search import SearchError, parse
from midwatch.rules import RuleText, compile_rules
from midwatch.watch.rule_book import RuleBook

SEARCHES = (
    f"user:{PERSON_NAME}", "USER:ROOT", "user:ad*", "user:j.ort*z", "outcome:failure -user:root",
    f"src_ip:{ATTACKER}", "src_ip:198.51.100.0/24", "src_ip:198.51.100.1..198.51.100.9",
    "ip:10.0.0.0/8", "port:40001", "src_port:>40100", "src_port:40000..40005", "-src_port:<40200",
    "source:openssh", "category:web http_status:404", "has:user", "-has:user", 'user:""',
    '"Failed password"', "-failed", f"{ATTACKER} OR user:admin", "(user:root OR user:admin) failed",
    "NOT (user:root OR user:admin) source:openssh", "fields.key_type:ED25519", "program:sshd",
    'user_agent:"=cmd|\' /C calc\'!A0"', "url_path:*.pdf*", 'url_path:"*"', "c-ip:203.0.113.44",
)  # fmt: skip


@pytest.fixture
def lake(world: Furnished) -> Furnished:
    furnish_lake(world.stores)
    return world


def drafted(text: str, tenant: str = "bakery") -> str:
    return rule_text(parse(text), tenant, "What was sought", "medium", "A. Nalyst", now=now()).text


def test_a_rule_finds_what_its_search_found(
    lake: Furnished, scope_of: Callable[..., Scope]
) -> None:
    events = Events(scope_of(Role.ANALYST), ["bakery"])
    received = now()
    read = LineReader(all_sources(), ClockContext(reference=received)).read(
        _lines("bakery", received), 1
    )
    differing = []
    for text in SEARCHES:
        asked = events.ask(f"({text}) parsed:true")
        found = events.count(asked).total
        rules = compile_rules([RuleText("rule.yml", drafted(text).encode())])
        assert not rules.problems, (text, rules.problems)
        matched = sum(len(match.rows) for match in Detector(rules).match_batches(read.batches))
        if matched != found:
            differing.append((text, found, matched))
    assert not differing


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("parsed:false", "will lie"), ("feed:x user:root", "will lie"), ("", "every event"),
        ("since:7d", "every event"), ("user:>a", "equality"), ("user:root OR since:1d", "as they"),
        ("-time:2026-11-01 user:x", "as they"), ("tenant:forge user:x", "as they"),
        ("user:x OR ()", "every event"),
    ],
)  # fmt: skip
def test_what_a_rule_cannot_say_is_told(text: str, told: str) -> None:
    with pytest.raises(SearchError, match=told) as refused:
        drafted(text)
    assert refused.value.remedy


def test_what_is_left_out_is_told() -> None:
    draft = rule_text(
        parse("user:root since:7d tenant:bakery"), "bakery", "x", "low", "me", now=now()
    )
    assert draft.left_out == ("since:7d", "tenant:bakery")
    detection = yaml.safe_load(draft.text)["detection"]
    assert detection == {"sel1": {"user": "root"}, "condition": "sel1"}


def test_a_rule_that_counts_is_sound() -> None:
    text = rule_text(
        parse("outcome:failure"), "bakery", "Many failures", "high", "me",
        counting=Counting(20, 5, "user"), now=now(),
    ).text  # fmt: skip
    rules = compile_rules([RuleText("rule.yml", text.encode())])

    assert not rules.problems
    assert [each.title for each in rules.correlations] == ["Many failures"]


def test_a_rule_is_shown_tried_and_put_in_force_for_its_client_alone(
    lake: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.ANALYST)
    given = {
        "q": "user:root outcome:failure", "tenant": "bakery", "title": "Root refused",
        "level": "medium", "events": "1", "minutes": "10", "by": "src_ip",
    }  # fmt: skip

    shown = browser.post("/search/rule/", given | {"show": "1"})
    told = shown.content.decode()
    assert "80 events would have met this rule" in told
    assert "user: root" in told
    folder = lake.stores.folder.rules
    assert not folder.exists()

    assert browser.post("/search/rule/", given | {"keep": "1"}).status_code == 302
    book = RuleBook(folder)
    assert "Root refused" in {rule.title for rule in book.rules_of("bakery")}
    assert "Root refused" not in {rule.title for rule in book.rules_of("forge")}
    assert not book.problems()
    assert Entry.objects.get(verb="rule.add").tenant == "bakery"


def test_only_who_may_triage_makes_rules(
    lake: Furnished, visitor: Callable[..., Client], scope_of: Callable[..., Scope]
) -> None:
    for role in (Role.OWNER, Role.PARTNER, Role.EXAMINER):
        assert visitor(role).get("/search/rule/").status_code == 404
    scope = scope_of(Role.ANALYST)
    with pytest.raises(BadInputError, match="would not work"):
        put_rule(scope, "bakery", "x", "title: nothing\n")


def test_a_faulty_form_is_told(lake: Furnished, visitor: Callable[..., Client]) -> None:
    browser = visitor(Role.ANALYST)
    page = browser.post("/search/rule/", {"q": "user:x", "tenant": "nobody", "show": "1"})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    wrong = {"q": "feed:x", "tenant": "bakery", "title": "t", "level": "low", "events": "1",
             "minutes": "1", "by": "user", "keep": "1"}  # fmt: skip
    assert browser.post("/search/rule/", wrong).status_code == 400
