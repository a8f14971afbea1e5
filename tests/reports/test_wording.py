"""The sentences, case by case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from midwatch.kernel import Level
from midwatch.reports import wording
from midwatch.reports.telling import file_name, sentence
from midwatch.reports.values import Attempt, Report, SourceSeen, Trouble
from midwatch.reports.verdict import Mood, Verdict, looks, mood, verdict

Night = Callable[..., Report]
Story = dict[str, Attempt]
BLIND: dict[str, Any] = {
    "failed_logins": 0,
    "logins": 0,
    "sources": (SourceSeen("nginx", "nginx", 9, 0, 0, 1, (), (), ("web",)),),
}
NOTHING: dict[str, Any] = {"events": 0, "sources": (), "failed_logins": 0, "logins": 0}
NOT_UNDERSTOOD: dict[str, Any] = {**NOTHING, "not_understood": 1}
STEADY: dict[str, Any] = {"sources": (SourceSeen("s", "SSH", 9, 0, 0, 1),)}


def test_attempts_that_all_failed(night: Night, story: Story) -> None:
    report = night(story["ssh"], story["scan"], **STEADY)

    assert wording.headline(report, UTC) == (
        "Nobody got in. 122 attempts from 2 addresses, all refused."
    )
    assert wording.second_line(report, UTC) == (
        "61,204 lines of 3 files, 12 Nov 18:00 – 13 Nov 08:00, were read and checked "
        "against 3,126 rules."
    )
    assert (verdict(report), mood(report)) == (Verdict.ATTEMPTS, Mood.QUIET)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attempt_count": 1, "origin_count": 1}, "1 attempt from 1 address, refused."),
        ({"at_least": True}, "1 attempt from at least 1 address, refused."),
        ({"attempt_count": 7, "origin_count": 0}, "7 attempts, all refused."),
    ],
)
def test_singular_plural_and_lower_bounds(
    night: Night, story: Story, changes: dict[str, Any], said: str
) -> None:
    assert wording.headline(night(story["scan"], **changes), UTC) == f"Nobody got in. {said}"


def test_one_that_needs_a_look(night: Night, story: Story) -> None:
    report = night(story["vpn"], story["ssh"])

    assert wording.second_line(report, UTC) == (
        'One needs a look: 198.51.100.7 tried 64 VPN passwords for "j.ortiz" in 2 hours.'
    )
    assert mood(report) is Mood.LOOK


def test_somebody_got_in(night: Night, story: Story) -> None:
    report = night(replace(story["vpn"], success=True))

    assert wording.headline(report, UTC) == (
        'Somebody got in: 198.51.100.7 guessed the VPN password of "j.ortiz" after 64 tries.'
    )
    assert wording.second_line(report, UTC) == (
        "Seen in vpn.log:4711, 12 Nov 22:00 – 13 Nov 00:00."
    )
    assert mood(report) is Mood.ACT


def test_two_got_in_and_a_log_was_cleared(night: Night, story: Story) -> None:
    first, second = replace(story["vpn"], success=True), replace(story["ssh"], success=True)
    report = night(first, second, story["cleared"])

    assert wording.headline(report, UTC).startswith(
        "Somebody got in, by two findings. The gravest: 198.51.100.7 guessed"
    )
    assert wording.second_line(report, UTC) == "Three findings need a look."


def test_findings_of_one_rule_are_told_together_but_successes_never(
    night: Night, story: Story
) -> None:
    alike = [replace(story["vpn"], src_ip=f"198.51.100.{last}") for last in range(5)]

    assert [len(look.others) for look in looks(night(*alike))] == [4]
    assert wording.second_line(night(*alike), UTC).endswith("in 2 hours; 4 more like it.")
    assert len(looks(night(*(replace(each, success=True) for each in alike)))) == 5


def test_a_sign_on_a_machine_takes_back_the_plain_nobody_got_in(night: Night, story: Story) -> None:
    report = night(story["cleared"])

    assert wording.headline(report, UTC) == (
        "Nobody was seen getting in. Nothing tried to from outside."
    )
    assert wording.second_line(report, UTC) == (
        'One needs a look: FILE01: Security log cleared, by "svc", once.'
    )


@pytest.mark.parametrize(
    ("hours", "said"),
    [(14, "A quiet night."), (24, "A quiet day."), (168, "A quiet week."), (90, "All quiet.")],
)
def test_a_quiet_time_is_named(night: Night, hours: int, said: str) -> None:
    quiet = night()
    assert quiet.first is not None
    report = replace(quiet, last=quiet.first + hours * 3_600_000_000)

    assert wording.headline(report, UTC) == (
        f"{said} Nothing tried to get in; 61,204 lines of 3 sources were read."
    )


def test_a_quiet_report_says_how_it_knows_and_who_fell_silent(night: Night) -> None:
    assert wording.second_line(night(**STEADY), UTC) == (
        "12 Nov 18:00 – 13 Nov 08:00, checked against 3,126 rules; no source fell silent."
    )
    assert wording.second_line(night(), UTC).endswith("; 1 source fell silent meanwhile.")
    assert wording.gap_sentences(night(), UTC) == ["mail silent 02:10–02:55"]
    assert mood(night()) is Mood.LOOK
    assert mood(night(**STEADY)) is Mood.QUIET


def test_without_a_log_of_logins_nobody_claims_that_nobody_got_in(
    night: Night, story: Story
) -> None:
    report = night(story["scan"], **BLIND)

    assert wording.headline(report, UTC) == (
        "Whether anybody got in cannot be told: none of the logs read (nginx) records logins. "
        "1 attempt from 1 address was seen."
    )
    assert "/var/log/auth.log" in wording.second_line(report, UTC)
    assert wording.headline(night(**BLIND), UTC).endswith("No attempt was seen in what was read.")
    assert mood(report) is Mood.LOOK


def test_nothing_understood(night: Night) -> None:
    assert wording.headline(night(**NOT_UNDERSTOOD, lines=1_204), UTC) == (
        "Nothing can be said yet: none of 1,204 lines was understood."
    )
    assert wording.headline(night(**NOT_UNDERSTOOD, lines=1), UTC) == (
        "Nothing can be said yet: the only line was not understood."
    )
    steps = wording.next_steps(night(**NOT_UNDERSTOOD))
    assert steps.steps == ("see the lines and how to report them: midwatch check --unparsed",)


def test_nothing_read(night: Night) -> None:
    trouble = Trouble("auth.log", "permission was denied", "run it with the right to read it.")
    report = night(**NOTHING, lines=0, files=(), troubles=(trouble,))

    assert wording.headline(report, UTC) == "Nothing can be said yet: no log could be read."
    assert wording.second_line(report, UTC) == "auth.log: permission was denied."
    assert wording.next_steps(report).steps == ("run it with the right to read it",)
    empty = night(**NOTHING, lines=0, files=("a.log",))
    assert wording.headline(empty, UTC) == "Nothing can be said yet: 1 file held no lines."


def test_blank_lines_are_neither_understood_nor_not(night: Night) -> None:
    blank = night(**NOTHING, lines=9, files=("a.log",), not_understood=0)

    said = "Nothing can be said yet: 1 file held nothing but blank lines."
    assert wording.headline(blank, UTC) == said
    assert wording.unread(blank) == "There was no line to understand."


def test_nothing_of_the_time_asked_for(night: Night) -> None:
    """The lines were understood; to say that the product is unknown would be wrong."""
    report = night(**NOTHING, lines=9, outside=8, not_understood=1)

    said = "Nothing can be said yet: nothing in the logs is of the time asked for."
    assert wording.headline(report, UTC) == said
    assert wording.second_line(report, UTC) == "8 events of other times were left aside."
    assert wording.next_steps(report).steps == (
        "choose another --since or --until, and mind the --timezone",
    )


def test_next_steps_are_those_of_the_gravest_each_once(night: Night, story: Story) -> None:
    first = replace(story["vpn"], todo=("do this.", "do that"))
    second = replace(story["cleared"], todo=("do this", "and that", "and more"))
    steps = wording.next_steps(night(first, second))

    assert steps.steps == ("do this", "do that", "and that")
    assert steps.why == "midwatch explain vpn-guessing"


def test_next_steps_without_a_finding(night: Night) -> None:
    assert wording.next_steps(night()).steps == ("find out why mail fell silent",)
    assert wording.next_steps(night(**STEADY)).steps == ("nothing today",)
    assert wording.next_steps(night(**STEADY)).why is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, '198.51.100.7 tried 64 VPN passwords for "j.ortiz" in 2 hours'),
        ({"count": 1, "users": ()}, "198.51.100.7 tried 1 VPN password"),
        ({"services": ()}, '198.51.100.7 tried 64 passwords for "j.ortiz" in 2 hours'),
        ({"success": True, "users": ("a", "b", "c", "d"), "count": 1},
         "198.51.100.7 guessed the VPN password of a, b, c and others"),
        ({"category": "port_scan", "ports": (22,), "hosts": ("a", "b")},
         "198.51.100.7 looked for port 22 on 2 machines, 64 times in 2 hours"),
        ({"category": "port_scan", "ports": (1, 2, 3, 4, 5), "count": 1},
         "198.51.100.7 scanned ports 1, 2, 3, 4 and others in 2 hours"),
        ({"category": "web_scan", "paths": ("/.env", "/a", "/b")},
         "198.51.100.7 probed the web server 64 times in 2 hours (/.env, /a and others)"),
        ({"category": "exploit_attempt", "services": ("web",), "count": 1},
         "198.51.100.7 tried to exploit the web service once"),
        ({"category": "dos", "services": ()},
         "198.51.100.7 flooded the network: 64 events in 2 hours"),
        ({"category": "mail_abuse"},
         "198.51.100.7 tried to misuse the mail server 64 times in 2 hours"),
        ({"category": "anomalous_login", "rule_title": "Login from a new country.", "count": 2},
         '"j.ortiz" logged in from 198.51.100.7: Login from a new country, twice'),
        ({"category": "ids_alert", "rule_title": "ET SCAN", "hosts": ("fw",), "count": 1},
         "198.51.100.7 on fw: ET SCAN, once"),
        ({"category": "exploit_attempt", "success": True, "rule_title": "Web shell used"},
         "198.51.100.7: Web shell used, 64 times in 2 hours"),
        ({"category": "new kind", "src_ip": None, "users": (), "rule_title": "X"},
         "An unknown origin: X, 64 times in 2 hours"),
        ({"last": None}, '198.51.100.7 tried 64 VPN passwords for "j.ortiz"'),
    ],
)  # fmt: skip
def test_each_kind_of_finding_has_its_sentence(
    story: Story, changes: dict[str, Any], said: str
) -> None:
    assert sentence(replace(story["vpn"], **changes)) == said


def test_a_file_is_named_without_its_folders() -> None:
    assert file_name("/var/log/auth.log") == "auth.log"
    assert file_name("C:\\logs\\fw.log") == "fw.log"
    assert file_name("auth.log") == "auth.log"


def test_no_sentence_shouts_or_says_no_data(
    night: Night, story: Story, office: Report, hostile: Report
) -> None:
    reports = [
        office,
        night(),
        night(**BLIND),
        night(**NOT_UNDERSTOOD),
        night(replace(story["vpn"], success=True, level=Level.CRITICAL)),
    ]
    for report in reports:
        for said in (
            wording.headline(report, UTC),
            wording.second_line(report, UTC),
            wording.how_we_know(report, UTC),
            wording.blocked_sentence(report),
            wording.unread(report),
            wording.made_in(report),
        ):
            assert said.endswith((".", ":"))
            assert "!" not in said
            assert "no data" not in said.lower()
    assert wording.headline(hostile, UTC).isprintable()
