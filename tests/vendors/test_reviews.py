"""Reviews recur at least yearly, and land in anybody's calendar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import islice, pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError, Level
from midwatch.vendors.contracts import Contract, Due
from midwatch.vendors.evidence import Assurance, Evidence, EvidenceKind
from midwatch.vendors.findings import Finding, FindingOrigin, Measure
from midwatch.vendors.reminders import VendorFile, ends_next
from midwatch.vendors.reviews import (
    Changed,
    Lateness,
    Review,
    ReviewDecision,
    Talk,
    agenda,
    finish,
    lateness,
    next_due,
    recurrence,
)
from midwatch.vendors.vendor import Insurance, Vendor

YEARLY = recurrence(date(2025, 5, 4), "FREQ=YEARLY")
REVIEW = Review(id="r1", vendor="v1", due=date(2025, 5, 4))
TALK = Talk(on=date(2025, 5, 2), with_whom="CEO", by="m", notes="updates every 4 h promised")


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY", "RRULE:FREQ=MONTHLY;INTERVAL=6", "freq=monthly;bymonthday=-1", "FREQ=WEEKLY"],
)
def test_rules_of_weeks_months_and_years(rule: str) -> None:
    assert recurrence(date(2026, 1, 31), rule).start == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("FREQ=YEARLY;INTERVAL=2", "more than a year"),
        ("FREQ=YEARLY;COUNT=3", "comes to an end"),
        ("FREQ=YEARLY;UNTIL=20270101", "comes to an end"),
        ("FREQ=SECONDLY", "no recurrence of weeks"),
        ("FREQ=MONTHLY;BYHOUR=3", "falls on a day"),
        ("FREQ=MONTHLY;NONSENSE=3", "cannot be read"),
        ("every spring", "no recurrence"),
        ("FREQ=YEARLY\nEXDATE:20260101", "no recurrence"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "comes to an end"),
    ],
)
def test_rules_that_would_let_a_vendor_go_unseen_are_refused(rule: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        recurrence(date(2026, 1, 1), rule)


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.sampled_from(["FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=6", "FREQ=WEEKLY"]),
)
def test_accepted_rules_leave_no_more_than_a_year(start: date, text: str) -> None:
    try:
        rule = recurrence(start, text)
    except BadInputError:
        # 29 February, and the 31st every six months, do not come each year.
        assert start.day > 28
        return
    days = list(islice(rule.dates(), 10))
    assert all(0 < (later - earlier).days <= 366 for earlier, later in pairwise(days))


def test_a_review_done_late_does_not_push_the_next_one_back() -> None:
    assert next_due(YEARLY, []) == date(2025, 5, 4)
    late = msgspec.structs.replace(REVIEW, done=date(2025, 9, 1))
    assert next_due(YEARLY, [late]) == date(2026, 5, 4)
    assert next_due(YEARLY, [REVIEW]) == date(2025, 5, 4)


def test_lateness_escalates() -> None:
    due = date(2026, 5, 4)
    days = (date(2026, 1, 1), date(2026, 5, 1), date(2026, 5, 5), date(2026, 6, 1))
    assert [lateness(due, day) for day in days] == [
        Lateness.ON_TIME,
        Lateness.SOON,
        Lateness.OVERDUE,
        Lateness.ESCALATE,
    ]


def test_a_review_ends_with_a_talk_a_decision_and_a_reason() -> None:
    with pytest.raises(BadInputError, match="no talk"):
        finish(REVIEW, done=TALK.on, by="m", decision=ReviewDecision.CONTINUE, why="fine")
    talked = msgspec.structs.replace(REVIEW, talks=(TALK,))
    done = finish(talked, done=TALK.on, by="m", decision=ReviewDecision.CONTINUE, why="fine")
    assert done.done == TALK.on
    with pytest.raises(BadInputError, match="was done on"):
        finish(done, done=TALK.on, by="m", decision=ReviewDecision.CONTINUE, why="fine")
    with pytest.raises(BadInputError, match="a person and a reason"):
        finish(talked, done=TALK.on, by="m", decision=ReviewDecision.CONTINUE, why="")


def test_the_agenda_holds_what_changed_since_and_what_ends_next() -> None:
    changes = [
        Changed(on=date(2024, 1, 1), what="old news"),
        Changed(on=date(2025, 6, 1), what="a new owner"),
    ]
    due = [Due(date(2025, 12, 1), "certificate ends")]
    assert agenda(changes, due, since=date(2025, 1, 1)) == (
        "2025-06-01: a new owner",
        "by 2025-12-01: certificate ends",
    )


def test_what_ends_next_is_one_list_over_the_whole_file() -> None:
    today = date(2026, 3, 1)
    old = Evidence(
        id="e1",
        vendor="v1",
        kind=EvidenceKind.POLICY,
        title="Policy 2024",
        sha256="",
        received=date(2024, 1, 1),
        assurance=Assurance.DOCUMENTED,
        expires=date(2025, 1, 1),
    )
    new = msgspec.structs.replace(
        old, id="e2", title="Policy 2025", replaces="e1", expires=date(2026, 4, 1)
    )
    measure = Measure(
        id="m1",
        finding="f",
        policy="p",
        text="Ask for a test.",
        owner="Olga",
        due=date(2026, 3, 3),
    )
    file = VendorFile(
        vendor=Vendor(
            id="v1",
            name="Acme",
            country="DE",
            insurance=(
                Insurance(
                    kind="cyber",
                    insurer="I",
                    policy="P",
                    limit=Decimal(1),
                    currency="EUR",
                    until=date(2026, 2, 1),
                ),
            ),
        ),
        evidence=(old, new),
        contracts=(
            Contract(
                id="k",
                vendor="v1",
                client="c",
                title="T",
                start=date(2025, 1, 1),
                end=date(2026, 5, 1),
                notice_days=30,
            ),
        ),
        findings=(
            Finding(
                id="f",
                vendor="v1",
                title="F",
                level=Level.LOW,
                origin=FindingOrigin.REVIEW,
                opened=0,
                due=date(2027, 1, 1),
            ),
        ),
        measures=(
            measure,
            msgspec.structs.replace(measure, id="m2", done=date(2026, 2, 2)),
            msgspec.structs.replace(measure, id="m3", due=date(2026, 4, 4), text="ever " * 99),
        ),
        recurrence=YEARLY,
        reviews=(msgspec.structs.replace(REVIEW, done=date(2025, 5, 5)),),
    )
    assert [(str(each.on), each.what) for each in ends_next(file, today)] == [
        ("2026-02-01", "cyber insurance P ended"),
        ("2026-03-03", "'Ask for a test.' is to be done by Olga"),
        ("2026-04-01", "'Policy 2025' ends"),
        ("2026-04-01", "last day for notice of contract 'T'; it ends on 2026-05-01"),
        ("2026-04-04", f"'{'ever ' * 23}ever…' is to be done by Olga"),
        ("2026-05-01", "contract 'T' ends"),
        ("2026-05-04", "review of Acme"),
    ]
