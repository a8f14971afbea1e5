"""From alerts and counts to the report's values: who, how often, since when.

Several rules may speak of the same behaviour (guessing fast and guessing slowly, at SSH and
at anything); what one origin did is counted once, under the most particular kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from midwatch.detection import Alert
from midwatch.events.source import Value
from midwatch.reports.tally import CELL, Tally
from midwatch.reports.values import Attacker, Attempt, Evidence, Hour, KindRow
from midwatch.rules import AnyRule, Correlation

Places = Callable[[str | None], tuple[str | None, str | None]]
"""Address → (country, network owner)."""

_HOUR: Final = CELL * 12
_MOST_HOURS: Final = 24 * 62
_MOST_SAMPLES: Final = 8
_GUESSES: Final = "credential_attack"
SCANS: Final = "port_scan"
"""The category whose bursts count as one attempt each."""


class AttemptBook:
    """Alerts as they close, kept together per rule and origin; bounded.

    When ``most`` entries are reached, the mildest and smallest half is forgotten and
    ``forgotten`` says how many that were.
    """

    def __init__(self, most: int = 50_000) -> None:
        """Empty."""
        self.forgotten = 0
        self._most = most
        self._entries: dict[tuple[str, str | None, str], _Entry] = {}

    def add(self, alert: Alert, raw_lines: Mapping[tuple[str, int], str]) -> None:
        """Enter a closed alert; ``raw_lines`` are the lines at hand, by file and number."""
        origin = _origin(alert)
        others = "" if origin else repr(sorted(alert.group.items(), key=str))
        key = (alert.rule.id, origin, others)
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= self._most:
                self._forget()
            entry = self._entries[key] = _Entry(alert.rule, origin)
        entry.add(alert, raw_lines)

    def attempts(self, places: Places) -> tuple[Attempt, ...]:
        """One attempt per rule and origin, the gravest and most numerous first.

        Rules that differ only in how fast the same events must come (six in a minute, ten in a
        quarter of an hour) tell one story: what they saw at the same time is one attempt.
        """
        entries = _told_once(self._entries.values())
        attempts = with_tries([entry.attempt(places) for entry in entries])
        attempts.sort(
            key=lambda attempt: (
                not attempt.success, -attempt.level.rank, -attempt.count, attempt.first or 0,
                attempt.rule_title, attempt.origin,
            )
        )  # fmt: skip
        return tuple(attempts)

    def _forget(self) -> None:
        ranked = sorted(
            self._entries.items(), key=lambda item: (item[1].rule.level.rank, item[1].count)
        )
        for key, _entry in ranked[: self._most // 2]:
            del self._entries[key]
            self.forgotten += 1


class _Entry:
    """What is kept of the alerts of one rule about one origin."""

    def __init__(self, rule: AnyRule, origin: str | None) -> None:
        self.rule = rule
        self.count = 0
        self._origin = origin
        self.first: int | None = None
        self.last: int | None = None
        self.values: dict[str, dict[Value, None]] = {}
        self.files: dict[str, None] = {}
        self.evidence: list[Evidence] = []

    @property
    def story(self) -> object:
        """What tells apart the things that rules speak of, whatever the speed they ask for."""
        rule = self.rule
        if self._origin is None or not isinstance(rule, Correlation):
            return self
        counted = (rule.kind, rule.rules, rule.group_by, rule.fields, rule.terms)
        return (self._origin, rule.advice.kind, rule.advice.success, counted)

    @property
    def is_scan(self) -> bool:
        """Whether a burst counts as one, whatever the number of its packets."""
        return self.rule.advice.category == SCANS

    def add(self, alert: Alert, raw_lines: Mapping[tuple[str, int], str]) -> None:
        self.count += 1 if self.is_scan else alert.count
        if alert.first is not None:
            self.first = alert.first if self.first is None else min(self.first, alert.first)
        if alert.last is not None:
            self.last = alert.last if self.last is None else max(self.last, alert.last)
        for name, samples in alert.values.items():
            self._sample(name, samples)
        for name, value in alert.group.items():
            self._sample(name, (value,))
        for place in alert.evidence:
            self.files.setdefault(place.origin)
            if len(self.evidence) < _MOST_SAMPLES:
                raw = raw_lines.get((place.origin, place.line), "")
                self.evidence.append(Evidence(place.origin, place.line, raw))

    def joins(self, other: _Entry) -> bool:
        """Whether another saw some of the same time."""
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return False
        return self.first <= other.last and other.first <= self.last

    def joined(self, other: _Entry) -> _Entry:
        """Both as one, which goes by this one's rule."""
        entry = _Entry(self.rule, self._origin)
        entry.count = max(self.count, other.count)
        for one in (self, other):
            for when in (one.first, one.last):
                if when is not None:
                    entry.first = when if entry.first is None else min(entry.first, when)
                    entry.last = when if entry.last is None else max(entry.last, when)
            for name, samples in one.values.items():
                entry._sample(name, samples)
            entry.files.update(one.files)
            entry.evidence.extend(one.evidence)
        entry.evidence = list(dict.fromkeys(entry.evidence))[:_MOST_SAMPLES]
        return entry

    def _sample(self, name: str, samples: Iterable[Value]) -> None:
        kept = self.values.setdefault(name, {})
        for value in samples:
            if value is not None and len(kept) < _MOST_SAMPLES:
                kept.setdefault(value)

    def attempt(self, places: Places) -> Attempt:
        rule, advice, values = self.rule, self.rule.advice, self.values
        country, network = places(self._origin)
        return Attempt(
            rule_id=rule.id,
            rule_title=rule.title,
            rule_name=slug_of(rule),
            level=rule.level,
            category=advice.category,
            kind=advice.kind or rule.title,
            count=self.count,
            first=self.first,
            last=self.last,
            src_ip=self._origin,
            src_host=next((str(value) for value in values.get("src_host", ())), None),
            country=country,
            network=network,
            users=_texts(_joined(values, "user", "User", "TargetUserName")),
            ports=tuple(port for port in values.get("dst_port", ()) if isinstance(port, int)),
            paths=_texts(values.get("url_path", ())),
            hosts=_texts(_joined(values, "host", "Computer")),
            services=(advice.service,) if advice.service else _texts(values.get("service", ())),
            techniques=rule.techniques,
            files=tuple(self.files),
            meaning=advice.meaning or rule.description.strip().partition("\n")[0],
            todo=advice.todo,
            falsepositives=rule.falsepositives,
            attempt=advice.attempt,
            success=advice.success,
            author=rule.author,
            licence=rule.licence,
            evidence=tuple(self.evidence),
        )


def _told_once(entries: Iterable[_Entry]) -> list[_Entry]:
    """The entries, with those joined that counted the same events at the same time."""
    told: list[_Entry] = []
    by_story: dict[object, list[int]] = defaultdict(list)
    ranked = sorted(entries, key=lambda entry: (-entry.rule.level.rank, -entry.count))
    for entry in ranked:
        places = by_story[entry.story]
        for place in places:
            if told[place].joins(entry):
                told[place] = told[place].joined(entry)
                break
        else:
            places.append(len(told))
            told.append(entry)
    return told


def with_tries(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Guessed logins count the tries that went before them, which other rules saw."""
    tries: Counter[tuple[str, str]] = Counter()
    for attempt in attempts:
        if not attempt.success and attempt.category == _GUESSES:
            for service in attempt.services:
                key = (attempt.origin, service)
                tries[key] = max(tries[key], attempt.count)
    return [
        replace(
            attempt,
            count=max(
                attempt.count,
                *(tries[attempt.origin, service] for service in attempt.services),
            ),
        )
        if attempt.success and attempt.services and attempt.category == _GUESSES
        else attempt
        for attempt in attempts
    ]


def slug_of(rule: AnyRule) -> str:
    """The short name of a rule: its folder's name for bundled rules, else its id."""
    folder, _, file = rule.path.rpartition("/")
    return folder.rpartition("/")[2] if file == "rule.yml" and folder else rule.id


def _origin(alert: Alert) -> str | None:
    address = alert.group.get("src_ip")
    if address is None:
        sampled = alert.values.get("src_ip", ())
        address = sampled[0] if len(sampled) == 1 else None
    return None if address is None else str(address)


def _joined(values: Mapping[str, Iterable[Value]], *names: str) -> Iterator[Value]:
    for name in names:
        yield from values.get(name, ())


def _texts(values: Iterable[Value]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value is not None))[:_MOST_SAMPLES]


def shares_of(attempts: Sequence[Attempt]) -> Mapping[int, int]:
    """How much of each attempt's count is its own, by its place in ``attempts``.

    Several rules may see the same tries: one about SSH, one about unknown users, one about
    any service. Per origin and category the kind that names the service counts first, then
    the one about the fewest services; a later one counts only what goes beyond the tries
    already counted for its services.
    """
    breadth: dict[str, set[str]] = defaultdict(set)
    for attempt in attempts:
        breadth[attempt.kind].update(attempt.services)
    order = sorted(
        range(len(attempts)),
        key=lambda place: (
            attempts[place].success,
            not _names_service(attempts[place]),
            len(breadth[attempts[place].kind]),
            -attempts[place].count,
            place,
        ),
    )
    counted: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    shares: dict[int, int] = {}
    for place in order:
        attempt = attempts[place]
        if not attempt.attempt:
            shares[place] = 0
            continue
        before = counted[attempt.origin, attempt.category]
        services = attempt.services or ("",)
        known = sum(before.get(service, 0) for service in services)
        own = max(0, attempt.count - known)
        shares[place] = own
        before[services[0]] = before.get(services[0], 0) + own
    return shares


def _names_service(attempt: Attempt) -> bool:
    """Whether the kind itself says what was aimed at: SSH guessing, mailbox guessing."""
    kind = attempt.kind.lower()
    return any(service in kind for service in attempt.services)


def kinds_of(attempts: Sequence[Attempt]) -> tuple[KindRow, ...]:
    """The table of attempts by kind, the most numerous first."""
    rows = []
    shares = shares_of(attempts)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for place, attempt in enumerate(attempts):
        if attempt.attempt and (shares[place] or attempt.success):
            by_kind[attempt.kind].append(place)
    for kind, places in by_kind.items():
        members = [attempts[place] for place in places]
        counts: Counter[str] = Counter()
        targets: Counter[str] = Counter()
        for place, member in zip(places, members, strict=True):
            counts[member.origin] += shares[place] or 1
            for target in member.users or member.paths or tuple(str(port) for port in member.ports):
                targets[target] += 1
        rows.append(
            KindRow(
                kind=kind,
                category=members[0].category,
                level=max((member.level for member in members), key=lambda level: level.rank),
                count=sum(counts.values()),
                origins=tuple(origin for origin, _count in counts.most_common()),
                targets=tuple(target for target, _count in targets.most_common(_MOST_SAMPLES)),
            )
        )
    rows.sort(key=lambda row: (-row.count, row.kind))
    return tuple(rows)


def attackers_of(attempts: Sequence[Attempt], tally: Tally) -> tuple[Attacker, ...]:
    """Every origin of an attempt, the gravest and busiest first."""
    shares = shares_of(attempts)
    by_origin: dict[str, list[int]] = defaultdict(list)
    for place, attempt in enumerate(attempts):
        if attempt.attempt:
            by_origin[attempt.origin].append(place)
    attackers = []
    for origin, places in by_origin.items():
        members = [attempts[place] for place in places]
        kinds: dict[str, int] = {}
        for place in places:
            if shares[place]:
                kind = attempts[place].kind
                kinds[kind] = kinds.get(kind, 0) + shares[place]
        firsts = [member.first for member in members if member.first is not None]
        lasts = [member.last for member in members if member.last is not None]
        attackers.append(
            Attacker(
                origin=origin,
                is_address=members[0].src_ip is not None,
                count=sum(kinds.values()),
                first=min(firsts, default=None),
                last=max(lasts, default=None),
                kinds=kinds,
                level=max((member.level for member in members), key=lambda level: level.rank),
                succeeded=any(member.success for member in members),
                country=members[0].country,
                network=members[0].network,
                users=_texts(user for member in members for user in member.users),
                ports=tuple(dict.fromkeys(port for member in members for port in member.ports))[
                    :_MOST_SAMPLES
                ],
                blocked=tally.blocked_from.get(origin, 0),
            )
        )
    attackers.sort(
        key=lambda attacker: (
            not attacker.succeeded, -attacker.level.rank, -attacker.count, attacker.origin,
        )
    )  # fmt: skip
    return tuple(attackers)


def hours_of(
    attackers: Sequence[Attacker], tally: Tally, first: int | None, last: int | None
) -> tuple[tuple[Hour, ...], int]:
    """(columns of the plot, their length in microseconds): events of attackers by hour."""
    if first is None or last is None:
        return (), _HOUR
    origins = {attacker.origin for attacker in attackers}
    attempts: Counter[int] = Counter()
    for (hour, origin), count in tally.matched.items():
        if origin is not None and str(origin) in origins:
            attempts[hour] += count
    length = _HOUR
    while (last - first) // length >= _MOST_HOURS:
        length *= 2
    step = length // _HOUR
    spots = range(first // length, last // length + 1)
    by_spot: Counter[int] = Counter()
    blocked: Counter[int] = Counter()
    for hour, count in attempts.items():
        by_spot[hour // step] += count
    for hour, count in tally.blocked_hours.items():
        blocked[hour // step] += count
    return tuple(Hour(spot * length, by_spot[spot], blocked[spot]) for spot in spots), length
