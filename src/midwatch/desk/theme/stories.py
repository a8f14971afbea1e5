"""What an incident is and how it stands, in the reader's language, made when it is shown.

The same sentences as ``reports.telling`` and ``reports.incident_telling`` write in English for mail
and documents; a test holds the two to each other. Whatever comes from rules (their titles, what
they advise) and from logs stands in it as it is. Sentences come without a full stop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    ngettext,
    npgettext,
    pgettext,
    pgettext_lazy,
)

from midwatch.desk.theme import own_alarms
from midwatch.desk.theme.templatetags.midwatch import amount
from midwatch.incidents import (
    Disposition,
    Incident,
    IncidentKind,
    IncidentState,
    Signal,
)
from midwatch.reports.defusing import defuse
from midwatch.reports.incident_telling import gravest_of
from midwatch.reports.labels import SERVICES
from midwatch.reports.telling import name
from midwatch.reports.values import Attempt

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_MOST_KINDS: Final = 4
_LONGEST_NOTE: Final = 200
_STATES: Final[dict[IncidentState, Promise]] = {
    IncidentState.NEW: pgettext_lazy("incident", "new"),
    IncidentState.ACKNOWLEDGED: pgettext_lazy("incident", "acknowledged"),
    IncidentState.WORKING: pgettext_lazy("incident", "working"),
    IncidentState.RESOLVED: pgettext_lazy("incident", "resolved"),
    IncidentState.REOPENED: pgettext_lazy("incident", "reopened"),
}
_LABELS: Final[dict[str, Promise]] = {
    "administration": gettext_lazy("administration"),
    "database": gettext_lazy("database"),
    "intrusion detection": gettext_lazy("intrusion detection"),
    "mail": gettext_lazy("mail"),
    "telephone (SIP)": gettext_lazy("telephone (SIP)"),
    "Windows file sharing": gettext_lazy("Windows file sharing"),
    "web": gettext_lazy("web"),
}
"""Of the services' names, those that are words of a language."""


def story(incident: Incident) -> str:
    """Who did what to whom, how often; of a storm, how much of what."""
    if incident.kind is IncidentKind.STORM:
        return _storm(incident)
    if not incident.signals:
        return defuse(incident.title, _LONGEST_NOTE)
    gravest, attempt = gravest_of(incident.signals)
    told = finding(gravest, attempt)
    others = incident.alerts - 1
    if not others:
        return told
    more = ngettext(
        "%(n)s more finding belongs to it", "%(n)s more findings belong to it", others
    ) % {"n": amount(others)}
    return f"{told}; {more}"


def standing(incident: Incident, now: int) -> str:
    """``new, nobody has answered for 12 minutes``; ``acknowledged, answered by …``."""
    state = str(_STATES[incident.state])
    if incident.state is IncidentState.RESOLVED:
        if incident.disposition is None:
            return state
        return _("resolved as %(what)s") % {"what": _disposition(incident.disposition)}
    if incident.answered is None:
        waits = length(max(0, now - incident.alarmed))
        return _("%(state)s, nobody has answered for %(time)s") % {"state": state, "time": waits}
    return _("%(state)s, answered by %(who)s after %(time)s") % {
        "state": state,
        "who": defuse(incident.answered_by, 48),
        "time": length(incident.answered - incident.alarmed),
    }


def finding(signal: Signal, attempt: Attempt) -> str:
    """What one alert says, be it about the watch itself."""
    if own_alarms.is_own(signal):
        return own_alarms.told_of(signal).removesuffix(".")
    return sentence(attempt)


def sentence(attempt: Attempt) -> str:
    """What one burst was: who did what to whom, how often."""
    who = _who(attempt)
    tell = _TOLD.get(attempt.category, _plain)
    if attempt.success and attempt.category not in _TOLD_OF_SUCCESS:
        tell = _plain
    return tell(attempt, who)


def length(microseconds: int) -> str:
    """A length of time in its largest fitting unit."""
    if microseconds < _SECOND:
        return pgettext("in, after, for", "less than a second")
    if microseconds < 90 * _SECOND:
        count = (microseconds + _SECOND // 2) // _SECOND
        told = npgettext("in, after, for", "%(n)d second", "%(n)d seconds", count)
    elif microseconds < 90 * _MINUTE:
        count = (microseconds + _MINUTE // 2) // _MINUTE
        told = npgettext("in, after, for", "%(n)d minute", "%(n)d minutes", count)
    elif microseconds < 36 * _HOUR:
        count = (microseconds + _HOUR // 2) // _HOUR
        told = npgettext("in, after, for", "%(n)d hour", "%(n)d hours", count)
    else:
        count = (microseconds + _DAY // 2) // _DAY
        told = npgettext("in, after, for", "%(n)d day", "%(n)d days", count)
    return told % {"n": count}


# ------------------------------------------------------------------ by kind


def _probing(attempt: Attempt, who: str) -> str:
    return _("%(who)s probed the web server %(often)s%(within)s%(paths)s") % {
        "who": who, "often": _times(attempt.count), "within": _within(attempt),
        "paths": _paths(attempt),
    }  # fmt: skip


def _exploiting(attempt: Attempt, who: str) -> str:
    return _("%(who)s tried to exploit %(target)s %(often)s%(within)s%(paths)s") % {
        "who": who, "target": _target(attempt, _("a service")), "often": _times(attempt.count),
        "within": _within(attempt), "paths": _paths(attempt),
    }  # fmt: skip


def _flooding(attempt: Attempt, who: str) -> str:
    return _("%(who)s flooded %(target)s: %(amount)s%(within)s") % {
        "who": who, "target": _target(attempt, _("the network")),
        "amount": ngettext("%(n)s event", "%(n)s events", attempt.count)
        % {"n": amount(attempt.count)},
        "within": _within(attempt),
    }  # fmt: skip


def _misusing(attempt: Attempt, who: str) -> str:
    return _("%(who)s tried to misuse the mail server %(often)s%(within)s") % {
        "who": who, "often": _times(attempt.count), "within": _within(attempt),
    }  # fmt: skip


def _logging_in(attempt: Attempt, who: str) -> str:
    place = attempt.src_ip or attempt.src_host
    return _("%(users)s logged in from %(origin)s: %(title)s, %(often)s") % {
        "users": _users(attempt) or who,
        "origin": name(place) if place else _("an unknown place"),
        "title": _title(attempt),
        "often": _times(attempt.count),
    }


def _plain(attempt: Attempt, who: str) -> str:
    tail = f"{_times(attempt.count)}{_within(attempt)}"
    told = {"who": who, "title": _title(attempt), "tail": tail}
    if attempt.src_ip or attempt.src_host:
        if attempt.hosts:
            told["host"] = name(attempt.hosts[0])
            return _("%(who)s on %(host)s: %(title)s, %(tail)s") % told
    elif attempt.users and attempt.hosts:
        told["users"] = _users(attempt)
        return _("%(who)s: %(title)s, by %(users)s, %(tail)s") % told
    return f"{who}: {told['title']}, {tail}"


def _guessing(attempt: Attempt, who: str) -> str:
    label = _service(attempt)
    count = attempt.count
    told = {"who": who, "label": label, "n": amount(count)}
    if attempt.success:
        told["password"] = (
            _("the %(label)s password") % told if label else pgettext("guessed", "the password")
        )
        told["whose"] = _(" of %(users)s") % {"users": _users(attempt)} if attempt.users else ""
        told["after"] = (
            ngettext(" after %(n)s try", " after %(n)s tries", count) % told if count > 1 else ""
        )
        return _("%(who)s guessed %(password)s%(whose)s%(after)s") % told
    told["passwords"] = (
        ngettext("%(n)s %(label)s password", "%(n)s %(label)s passwords", count)
        if label
        else ngettext("%(n)s password", "%(n)s passwords", count)
    ) % told
    told["whose"] = _(" for %(users)s") % {"users": _users(attempt)} if attempt.users else ""
    told["within"] = _within(attempt)
    return _("%(who)s tried %(passwords)s%(whose)s%(within)s") % told


def _scanning(attempt: Attempt, who: str) -> str:
    often = f", {_times(attempt.count)}" if attempt.count > 1 else ""
    told = {"who": who, "tail": f"{often}{_lasting(attempt)}"}
    ports = attempt.ports
    if len(ports) == 1:
        told["port"] = str(ports[0])
        if len(attempt.hosts) > 1:
            told["machines"] = amount(len(attempt.hosts))
            return _("%(who)s looked for port %(port)s on %(machines)s machines%(tail)s") % told
        return _("%(who)s looked for port %(port)s%(tail)s") % told
    if ports:
        told["ports"] = _sampled([str(port) for port in ports], most=4)
        return _("%(who)s scanned ports %(ports)s%(tail)s") % told
    return _("%(who)s scanned ports%(tail)s") % told


def _storm(incident: Incident) -> str:
    kinds = sorted(incident.kinds.items(), key=lambda item: (-item[1], item[0]))
    shares = [f"{defuse(kind, 48)} ({amount(count)})" for kind, count in kinds]
    addresses = len({each for signal in incident.signals for each in signal.addresses})
    alerts = ngettext("%(n)s alert", "%(n)s alerts", incident.alerts) % {
        "n": amount(incident.alerts)
    }
    told = {"alerts": alerts, "kinds": _listed(shares, most=_MOST_KINDS)}
    if not addresses:
        return _("A storm of %(alerts)s, told as one: %(kinds)s") % told
    told["places"] = ngettext("%(n)s address", "%(n)s addresses", addresses) % {
        "n": amount(addresses)
    }
    return _("A storm of %(alerts)s from at least %(places)s, told as one: %(kinds)s") % told


# ------------------------------------------------------------------ parts


def _who(attempt: Attempt) -> str:
    if attempt.src_ip or attempt.src_host or attempt.hosts:
        return name(attempt.src_ip or attempt.src_host or attempt.hosts[0])
    return _quoted(attempt.users[0]) if attempt.users else _("An unknown origin")


def _users(attempt: Attempt) -> str:
    if len(attempt.users) == 1:
        return _quoted(attempt.users[0])
    return _sampled([name(user) for user in attempt.users], most=3)


def _quoted(text: str) -> str:
    return pgettext("quotation marks", '"%(text)s"') % {"text": name(text)}


def _service(attempt: Attempt) -> str:
    label = next((SERVICES.get(each, name(each)) for each in attempt.services), "")
    return str(_LABELS.get(label, label))


def _target(attempt: Attempt, otherwise: str) -> str:
    label = _service(attempt)
    return _("the %(label)s service") % {"label": label} if label else otherwise


def _title(attempt: Attempt) -> str:
    return defuse(own_alarms.title(attempt.rule_id, attempt.rule_title), 120).rstrip(".")


def _times(count: int) -> str:
    if count == 1:
        return _("once")
    if count == 2:  # the word says so
        return _("twice")
    return _("%(n)s times") % {"n": amount(count)}


def _within(attempt: Attempt) -> str:
    return _lasting(attempt) if attempt.count > 1 else ""


def _lasting(attempt: Attempt) -> str:
    if attempt.first is None or attempt.last is None:
        return ""
    lasted = attempt.last - attempt.first
    return _(" in %(time)s") % {"time": length(lasted)} if lasted >= _SECOND else _(
        " within a second"
    )  # fmt: skip


def _paths(attempt: Attempt) -> str:
    shown = _sampled([name(path) for path in attempt.paths], most=2)
    return f" ({shown})" if shown else ""


def _sampled(items: Sequence[str], most: int) -> str:
    """Of what is a sample itself: ``a, b, c and others``."""
    if len(items) > most:
        return _("%(items)s and others") % {"items": ", ".join(items[:most])}
    return _joined(items)


def _listed(items: Sequence[str], most: int) -> str:
    if len(items) > most:
        return _("%(items)s and %(n)s more") % {
            "items": ", ".join(items[:most]),
            "n": amount(len(items) - most),
        }
    return _joined(items)


def _joined(items: Sequence[str]) -> str:
    if len(items) < 2:  # nothing to join
        return "".join(items)
    return _("%(items)s and %(last)s") % {"items": ", ".join(items[:-1]), "last": items[-1]}


def _disposition(what: Disposition) -> str:
    return str(
        {
            Disposition.TRUE_POSITIVE: gettext_lazy("true positive"),
            Disposition.FALSE_POSITIVE: gettext_lazy("false positive"),
            Disposition.BENIGN: gettext_lazy("benign"),
            Disposition.DUPLICATE: gettext_lazy("duplicate"),
        }[what]
    )


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
