"""What one finding was, in one English sentence: who did what to whom, how often.

Sentences come without a full stop, so that they can stand in others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from midwatch.reports.amounts import SECOND, counted, duration, sampled, times
from midwatch.reports.defusing import defuse
from midwatch.reports.labels import SERVICES
from midwatch.reports.values import Attempt

LONGEST_NAME: Final = 48


def name(text: str) -> str:
    """A name from a log, harmless and of bearable length."""
    return defuse(text, LONGEST_NAME)


def file_name(path: str) -> str:
    """A file without the folders it lies in, on any system."""
    return name(path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path)


def quoted(text: str) -> str:
    """An account name, in quotation marks."""
    return f'"{name(text)}"'


def sentence(attempt: Attempt) -> str:
    """What one burst was, without the full stop: who did what to whom, how often."""
    who = _who(attempt)
    tell = _TOLD.get(attempt.category, _plain)
    if attempt.success and attempt.category not in _TOLD_OF_SUCCESS:
        tell = _plain
    return tell(attempt, who)


def _probing(attempt: Attempt, who: str) -> str:
    often = times(attempt.count)
    return f"{who} probed the web server {often}{_within(attempt)}{_paths(attempt)}"


def _exploiting(attempt: Attempt, who: str) -> str:
    target, often = _target(attempt, "a service"), times(attempt.count)
    return f"{who} tried to exploit {target} {often}{_within(attempt)}{_paths(attempt)}"


def _flooding(attempt: Attempt, who: str) -> str:
    amount = counted(attempt.count, "event", "events")
    return f"{who} flooded {_target(attempt, 'the network')}: {amount}{_within(attempt)}"


def _misusing(attempt: Attempt, who: str) -> str:
    return f"{who} tried to misuse the mail server {times(attempt.count)}{_within(attempt)}"


def _logging_in(attempt: Attempt, who: str) -> str:
    place = attempt.src_ip or attempt.src_host
    origin = name(place) if place else "an unknown place"
    often = times(attempt.count)
    return f"{_users(attempt) or who} logged in from {origin}: {_title(attempt)}, {often}"


def _plain(attempt: Attempt, who: str) -> str:
    tail = f"{times(attempt.count)}{_within(attempt)}"
    if attempt.src_ip or attempt.src_host:
        aimed = f" on {name(attempt.hosts[0])}" if attempt.hosts else ""
        return f"{who}{aimed}: {_title(attempt)}, {tail}"
    by = f", by {_users(attempt)}" if attempt.users and attempt.hosts else ""
    return f"{who}: {_title(attempt)}{by}, {tail}"


def _guessing(attempt: Attempt, who: str) -> str:
    label = _service(attempt)
    users = attempt.users
    if attempt.success:
        whose = f" of {_users(attempt)}" if users else ""
        after = f" after {counted(attempt.count, 'try', 'tries')}" if attempt.count > 1 else ""
        return f"{who} guessed the {label}{' ' if label else ''}password{whose}{after}"
    kind = f"{label} passwords" if label else "passwords"
    one = f"{label} password" if label else "password"
    whose = f" for {_users(attempt)}" if users else ""
    return f"{who} tried {counted(attempt.count, one, kind)}{whose}{_within(attempt)}"


def _scanning(attempt: Attempt, who: str) -> str:
    ports = attempt.ports
    if len(ports) == 1:
        what = f"looked for port {ports[0]}"
        if len(attempt.hosts) > 1:
            what += f" on {len(attempt.hosts)} machines"
    elif ports:
        what = f"scanned ports {sampled([str(port) for port in ports], most=4)}"
    else:
        what = "scanned ports"
    often = f", {times(attempt.count)}" if attempt.count > 1 else ""
    return f"{who} {what}{often}{_lasting(attempt)}"


def _who(attempt: Attempt) -> str:
    if attempt.src_ip or attempt.src_host or attempt.hosts:
        first = attempt.src_ip or attempt.src_host or attempt.hosts[0]
        return name(first)
    return quoted(attempt.users[0]) if attempt.users else "An unknown origin"


def _users(attempt: Attempt) -> str:
    if len(attempt.users) == 1:
        return quoted(attempt.users[0])
    return sampled([name(user) for user in attempt.users], most=3)


def _service(attempt: Attempt) -> str:
    return next((SERVICES.get(each, name(each)) for each in attempt.services), "")


def _target(attempt: Attempt, otherwise: str) -> str:
    label = _service(attempt)
    return f"the {label} service" if label else otherwise


def _title(attempt: Attempt) -> str:
    return defuse(attempt.rule_title, 120).rstrip(".")


def _within(attempt: Attempt) -> str:
    return _lasting(attempt) if attempt.count > 1 else ""


def _lasting(attempt: Attempt) -> str:
    if attempt.first is None or attempt.last is None:
        return ""
    length = attempt.last - attempt.first
    return f" in {duration(length)}" if length >= SECOND else " within a second"


def _paths(attempt: Attempt) -> str:
    return f" ({sampled([name(path) for path in attempt.paths], most=2)})" if attempt.paths else ""


_TOLD: Final[dict[str, Callable[[Attempt, str], str]]] = {
    "anomalous_login": _logging_in,
    "credential_attack": _guessing,
    "dos": _flooding,
    "exploit_attempt": _exploiting,
    "mail_abuse": _misusing,
    "port_scan": _scanning,
    "web_scan": _probing,
}
_TOLD_OF_SUCCESS: Final = frozenset({"anomalous_login", "credential_attack"})
