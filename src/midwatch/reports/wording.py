"""The sentences of the report, in English.

The first line answers the question (did anybody get in?), the second says what needs a
look, or since when and how we know, the third what to do. A claim is made only as far as
the logs carry it: without a log of logins nobody can say that nobody got in.

All English of the reports stands here, in ``telling`` (one finding), ``amounts`` (numbers
and times) and ``labels`` (single words); another language is another set of these four.
Names from logs are defused and cut; escaping for a document is left to its writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from midwatch.reports.amounts import (
    DAY,
    HOUR,
    SECOND,
    begun,
    counted,
    duration,
    hour_of_day,
    hours_between,
    in_words,
    listed,
    number,
    sampled,
    span,
)
from midwatch.reports.defusing import defuse
from midwatch.reports.telling import file_name, name, sentence
from midwatch.reports.values import Attacker, Attempt, Report, SourceSeen
from midwatch.reports.verdict import Look, Verdict, looks, reads_logins, verdict

_MOST_STEPS: Final = 3
_LOGS_OF_LOGINS: Final = (
    "To have it answered, add logs of logins: /var/log/auth.log, the VPN's, "
    "the mail server's or Windows' Security log."
)
_INSIDE: Final = frozenset({"host_compromise", "anomalous_login"})


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What to do, at most three steps, and the rule that explains why (None: no rule)."""

    steps: tuple[str, ...]
    rule: str | None

    @property
    def why(self) -> str | None:
        """The command that explains it."""
        return None if self.rule is None else f"midwatch explain {self.rule}"


# ------------------------------------------------------------------ first and second line


def headline(report: Report, zone: tzinfo) -> str:
    """The first line: the answer."""
    answers: dict[Verdict, Callable[[], str]] = {
        Verdict.BROKEN_IN: lambda: _broken_in(report),
        Verdict.ATTEMPTS: lambda: f"{_nobody(report)} {_attempts(report, 'refused')}",
        Verdict.CALM: lambda: _calm(report, zone),
        Verdict.BLIND: lambda: f"{_blind(report)} {_attempts(report, 'seen')}",
        Verdict.NOT_UNDERSTOOD: lambda: f"Nothing can be said yet: {_none_understood(report)}.",
        Verdict.NOTHING_READ: lambda: f"Nothing can be said yet: {_nothing_read(report)}.",
    }
    return answers[verdict(report)]()


def _calm(report: Report, zone: tzinfo) -> str:
    if report.needs_look:
        return f"{_nobody(report)} Nothing tried to from outside."
    sources = counted(len(report.sources), "source", "sources")
    lines = counted(report.lines, "line", "lines")
    were = "was" if report.lines == 1 else "were"
    return f"{_quiet(report, zone)} Nothing tried to get in; {lines} of {sources} {were} read."


def _none_understood(report: Report) -> str:
    if report.lines == 1:
        return "the only line was not understood"
    return f"none of {number(report.lines)} lines was understood"


def _nothing_read(report: Report) -> str:
    if report.outside:
        return "nothing in the logs is of the time asked for"
    if report.lines:
        return f"{_files(report)} held nothing but blank lines"
    return f"{_files(report)} held no lines" if report.files else "no log could be read"


def _broken_in(report: Report) -> str:
    successes = report.successes
    first = sentence(successes[0])
    if len(successes) == 1:
        return f"Somebody got in: {first}."
    return f"Somebody got in, by {in_words(len(successes))} findings. The gravest: {first}."


def _nobody(report: Report) -> str:
    inside = any(not each.attempt or each.category in _INSIDE for each in report.needs_look)
    return "Nobody was seen getting in." if inside else "Nobody got in."


def _blind(report: Report) -> str:
    read = listed([name(source.title) for source in report.sources], most=3)
    logs = f"of the logs read ({read})" if read else "of the logs read"
    return f"Whether anybody got in cannot be told: none {logs} records logins."


def _attempts(report: Report, how: str) -> str:
    if not report.attempt_count:
        return "No attempt was seen in what was read."
    amount = begun(counted(report.attempt_count, "attempt", "attempts"))
    places = origins(report)
    if how == "seen":
        were = "was" if report.attempt_count == 1 else "were"
        return f"{amount}{places} {were} seen."
    every = "refused" if report.attempt_count == 1 else "all refused"
    return f"{amount}{places}, {every}."


def origins(report: Report) -> str:
    """`` from 31 addresses``, or nothing when no origin is known."""
    if not report.origin_count:
        return ""
    least = "at least " if report.at_least else ""
    return f" from {least}{counted(report.origin_count, 'address', 'addresses')}"


def _files(report: Report) -> str:
    return counted(len(report.files), "file", "files")


def _quiet(report: Report, zone: tzinfo) -> str:
    if report.first is None or report.last is None:
        return "All quiet."
    length = report.last - report.first
    if 4 * HOUR <= length <= 17 * HOUR:
        starts, ends = hour_of_day(report.first, zone), hour_of_day(report.last, zone)
        return "A quiet night." if starts >= 16 or ends <= 10 else "A quiet day."
    for shortest, longest, word in ((17, 30, "day"), (140, 192, "week"), (600, 770, "month")):
        if shortest * HOUR < length <= longest * HOUR:
            return f"A quiet {word}."
    return "All quiet."


def second_line(report: Report, zone: tzinfo) -> str:
    """What needs a look; else what is missing; else since when and how we know."""
    answer = verdict(report)
    waiting = looks(report)
    if len(waiting) > 1:
        return f"{begun(in_words(len(waiting)))} findings need a look."
    if waiting and answer is Verdict.BROKEN_IN:
        return _where(waiting[0].first, zone)
    if waiting:
        return f"One needs a look: {look_sentence(waiting[0])}."
    if answer in (Verdict.NOTHING_READ, Verdict.NOT_UNDERSTOOD):
        return _why_nothing(report)
    if answer is Verdict.BLIND:
        return _LOGS_OF_LOGINS
    return _watched(report, zone) if answer is Verdict.CALM else how_we_know(report, zone)


def look_sentence(look: Look) -> str:
    """The first finding of a look, and how many there are like it."""
    said = sentence(look.first)
    if look.others:
        said += f"; {number(len(look.others))} more like it"
    return said


def _watched(report: Report, zone: tzinfo) -> str:
    """How a quiet report knows: period, rules, and whether every source kept writing."""
    silent = sum(1 for source in report.sources if source.gaps)
    if silent:
        steady = f"{counted(silent, 'source', 'sources')} fell silent meanwhile"
    else:
        steady = "no source fell silent"
    rules = counted(report.rules.count, "rule", "rules")
    if report.first is None or report.last is None:
        return f"Checked against {rules}; {steady}."
    when = span(report.first, report.last, zone)
    return f"{when}, checked against {rules}; {steady}."


def _where(attempt: Attempt, zone: tzinfo) -> str:
    seen = f"Seen in {place}" if (place := first_place(attempt)) else "Seen"
    when = when_of(attempt, zone)
    return f"{seen}, {when}." if when else f"{seen}."


def _why_nothing(report: Report) -> str:
    if verdict(report) is Verdict.NOT_UNDERSTOOD:
        them = "it" if report.lines == 1 else "them"
        return f"Midwatch did not recognise the product that wrote {them}."
    if report.outside:
        other = counted(report.outside, "event", "events")
        return f"{other} of other times {'was' if report.outside == 1 else 'were'} left aside."
    if report.troubles:
        first = report.troubles[0]
        return f"{name(first.place)}: {defuse(first.cause, 200)}."
    return "Was the log rotated away, or is it written elsewhere?"


def how_we_know(report: Report, zone: tzinfo) -> str:
    """Since when, from what, by which rules."""
    read = f"{counted(report.lines, 'line', 'lines')} of {_files(report)}"
    if report.first is not None and report.last is not None:
        read += f", {span(report.first, report.last, zone)},"
    were = "was" if report.lines == 1 else "were"
    rules = counted(report.rules.count, "rule", "rules")
    if not report.events:
        return f"{read} {were} read; nothing in them could be checked against the {rules}."
    return f"{read} {were} read and checked against {rules}."


def when_of(attempt: Attempt, zone: tzinfo) -> str:
    """The time of a finding in the reader's zone; empty when the log gives none."""
    if attempt.first is None:
        return ""
    last = attempt.first if attempt.last is None else attempt.last
    return span(attempt.first, last, zone)


def first_place(attempt: Attempt) -> str:
    """``auth.log:4711``, where the first line of evidence stands; empty without evidence."""
    if attempt.evidence:
        first = attempt.evidence[0]
        return f"{file_name(first.file)}:{first.line}"
    return file_name(attempt.files[0]) if attempt.files else ""


# ------------------------------------------------------------------ what to do


def next_steps(report: Report) -> NextSteps:
    """At most three steps, those of the gravest finding first, none twice."""
    gravest = report.needs_look or report.attempts[:1]
    steps: dict[str, None] = {}
    for attempt in gravest:
        steps.update(dict.fromkeys(defuse(step, 200).rstrip(".") for step in attempt.todo))
    if steps:
        rule = next(each.rule_name or each.rule_id for each in gravest if each.todo)
        return NextSteps(tuple(steps)[:_MOST_STEPS], defuse(rule, 80))
    return NextSteps(tuple(_other_steps(report))[:_MOST_STEPS], None)


def _other_steps(report: Report) -> list[str]:
    steps = []
    match verdict(report):
        case Verdict.NOTHING_READ if report.outside:
            return ["choose another --since or --until, and mind the --timezone"]
        case Verdict.NOTHING_READ:
            steps = [
                defuse(each.remedy, 200).rstrip(".") for each in report.troubles if each.remedy
            ]
            return steps or ["name a log file or folder: midwatch check /var/log"]
        case Verdict.NOT_UNDERSTOOD:
            return ["see the lines and how to report them: midwatch check --unparsed"]
        case Verdict.BLIND:
            steps.append("add a log of logins, such as /var/log/auth.log")
        case _:
            pass
    silent = [source for source in report.sources if source.gaps]
    if silent:
        steps.append(f"find out why {listed([name(each.title) for each in silent])} fell silent")
    return steps or ["nothing today"]


# ------------------------------------------------------------------ the rest of the picture


def gap_sentences(report: Report, zone: tzinfo, most: int = 3) -> list[str]:
    """``mail silent 02:10–02:55``, one for each source that fell silent, ``most`` times each."""
    days = report_days(report) > 1
    return [
        f"{name(source.title)} silent {silences(source, zone, days=days, most=most)}"
        for source in report.sources
        if source.gaps
    ]


def report_days(report: Report) -> int:
    """How many days the logs span, begun days counted."""
    if report.first is None or report.last is None:
        return 0
    return max(1, -(-(report.last - report.first) // DAY))


def not_understood(report: Report) -> str:
    """How many lines were not understood; says so too when there was none."""
    if not report.not_understood:
        if report.lines == 1:
            return "the only line was understood"
        return f"all {number(report.lines)} lines were understood"
    return f"{number(report.not_understood)} of {counted(report.lines, 'line', 'lines')}"


def unread(report: Report) -> str:
    """The same as a sentence of its own."""
    if report.not_understood:
        were = "was" if report.not_understood == 1 else "were"
        return f"{not_understood(report)} {were} not understood."
    if not (report.events or report.outside):
        return "There was no line to understand."
    return f"{begun(not_understood(report))}."


def cut_lines(report: Report) -> str:
    """How many overlong lines were cut; empty when none was."""
    if not report.cut:
        return ""
    were = "was" if report.cut == 1 else "were"
    return f"{counted(report.cut, 'overlong line', 'overlong lines')} {were} cut before reading"


def single_logins(report: Report) -> str:
    """The logins behind the attempts, refused and accepted."""
    if not reads_logins(report):
        return ""
    refused = counted(report.failed_logins, "login was refused", "logins were refused")
    accepted = f"{number(report.logins)} accepted"
    return f"In all {refused} and {accepted}; a mistyped password counts here too."


def blocked_sentence(report: Report) -> str:
    """The packets a firewall refused, apart from the attempts."""
    if not report.blocked:
        return "No firewall among these logs reported a blocked packet."
    least = "at least " if report.at_least else ""
    where = (
        f" from {least}{counted(report.blocked_origins, 'address', 'addresses')}"
        if report.blocked_origins
        else ""
    )
    packets = counted(report.blocked, "packet was", "packets were")
    return (
        f"{packets} blocked by the firewall{where}. That is background noise of the "
        "internet and is not counted as attempts."
    )


def rules_sentence(report: Report) -> str:
    """How fresh the rules are, and whether all could be used."""
    rules = report.rules
    said = f"The newest rule is of {defuse(rules.newest, 40)}." if rules.newest else ""
    if rules.not_loaded:
        said += f" {counted(len(rules.not_loaded), 'rule', 'rules')} could not be loaded."
    return said.strip()


def silences(source: SourceSeen, zone: tzinfo, *, days: bool, most: int) -> str:
    """``02:10–02:55 and 04:00–04:40``; with ``days`` the day stands with each."""
    say = span if days else hours_between
    return listed([say(gap.start, gap.end, zone) for gap in source.gaps], most=most)


def shown_of(shown: int, total: int) -> str:
    """That a list is not whole, and where the whole is; empty when it is."""
    if shown >= total:
        return ""
    return f"The first {number(shown)} of {number(total)} are shown; midwatch check --json has all."


def attacker_line(attacker: Attacker) -> str:
    """What one origin tried: ``SSH guessing 64, port scans 12; for root; ports 22 and 80``."""
    kinds = sorted(attacker.kinds.items(), key=lambda item: -item[1])
    said = [listed([f"{name(kind)} {number(count)}" for kind, count in kinds])]
    if attacker.users:
        said.append(f"for {sampled(unique(attacker.users))}")
    if attacker.ports:
        ports = unique([str(port) for port in attacker.ports])
        said.append(f"port {ports[0]}" if len(ports) == 1 else f"ports {sampled(ports, most=6)}")
    if attacker.blocked:
        said.append(f"{counted(attacker.blocked, 'packet', 'packets')} blocked")
    return "; ".join(part for part in said if part)


def unique(texts: Iterable[str]) -> list[str]:
    """Each name once, harmless, in the order they came."""
    return list(dict.fromkeys(name(text) for text in texts))


def made_in(report: Report) -> str:
    """``Midwatch 0.1.0 read 61,204 lines in 2 seconds``."""
    lines = counted(report.lines, "line", "lines")
    took = duration(int(report.seconds * SECOND))
    return f"Midwatch {name(report.version)} read {lines} in {took}."


def how_to_report() -> Sequence[str]:
    """What to do about lines that were not understood, in three steps."""
    return (
        "Take one line of each kind and replace names, addresses and other private data",
        "Open an issue with that line, the product and its version: it is all we need",
        "Or teach Midwatch yourself: see Add a log source in the documentation",
    )
