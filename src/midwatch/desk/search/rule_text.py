"""A search becomes a Sigma rule: the same conditions, asked of every event as it comes.

What a rule cannot say is refused with its place (an own field compared by order, where the event
lies in the lake), or left out and told where leaving it out changes nothing but the time looked
at (``since:7d``, the client's own name).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, summarize_address_range
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from midwatch.events.schema import ALIASES, FIELDS, FieldType
from midwatch.lake.search import All, Not, Query, SearchError, Term, Word

_TIMES: Final = frozenset({"since", "until", "time", "received"})
_EITHER: Final = {"ip": ("src_ip", "dst_ip"), "port": ("src_port", "dst_port")}
_ORDERS: Final = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_OWN: Final = "fields."
_ONLY_IN_LAKE: Final = frozenset({"feed", "office", "parsed", "failure", "id", "spool", "delivery",
                                  "line", "masked", "dated_by_receipt", "day"})  # fmt: skip
LEVELS: Final = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Counting:
    """The rule fires at so many events of one origin within so many minutes."""

    events: int
    minutes: int
    by: str = "src_ip"


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule's text, and what of the search it leaves out."""

    text: str
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Writer:
    tenant: str
    selections: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def condition(self, query: Query, *, top: bool = False) -> str:
        if isinstance(query, Word):
            return self._named({"raw|contains": _escaped(query.text, star=True)})
        if isinstance(query, Term):
            return self._term(query, top=top)
        if isinstance(query, Not):
            denied = self.condition(query.part)
            if not denied:
                raise _nothing()
            return f"not {denied}"
        joined = " and " if isinstance(query, All) else " or "
        told = [self.condition(part, top=top and isinstance(query, All)) for part in query.parts]
        if not isinstance(query, All) and not all(told):
            return ""  # one of the choices is everything, so all of them together are
        told = [each for each in told if each]
        return f"({joined.join(told)})" if len(told) > 1 else "".join(told)

    def _term(self, term: Term, *, top: bool) -> str:
        name = term.name.lower()
        if name in _TIMES or name == "tenant":
            same = name != "tenant" or (term.operator == "=" and term.value == self.tenant)
            if top and same:
                self.left_out.append(f"{term.name}:{term.value}")
                return ""
            raise _inexpressible(term, _("a rule looks at events as they come"))
        if name in _ONLY_IN_LAKE:
            raise _inexpressible(term, _("a rule does not know where an event will lie"))
        if name in _EITHER:
            sides = [self._named(self._compared(side, term)) for side in _EITHER[name]]
            return f"({' or '.join(sides)})"
        if name == "has":
            return self._named({f"{_column(term.value)}|exists": True})
        if not term.value:
            return f"not {self._named({f'{_column(term.name)}|exists': True})}"
        return self._named(self._compared(_column(term.name), term))

    def _compared(self, name: str, term: Term) -> Mapping[str, Any]:
        known = FIELDS.get(name)
        kind = FieldType.TEXT if known is None else known.type
        if kind is FieldType.ADDRESS:
            return _address(name, term)
        if kind is FieldType.INTEGER:
            if term.operator == "..":
                return {f"{name}|gte": int(term.value), f"{name}|lte": int(term.end)}
            if term.operator in _ORDERS:
                return {f"{name}|{_ORDERS[term.operator]}": int(term.value)}
            return {name: int(term.value)}
        if term.operator != "=":
            raise _inexpressible(term, _("a rule compares texts for equality only"))
        return {name: _escaped(term.value, star=term.quoted)}

    def _named(self, selection: Mapping[str, Any]) -> str:
        for name, known in self.selections.items():
            if known == selection:
                return name
        name = f"sel{len(self.selections) + 1}"
        self.selections[name] = dict(selection)
        return name


def rule_text(
    query: Query, tenant: str, title: str, level: str, author: str, *,
    counting: Counting | None = None, now: int,
) -> Draft:  # fmt: skip
    """The rule of a search; ``now`` in UTC microseconds dates it.

    Raises:
        SearchError: A part of the search cannot be said in a rule, with its place.
    """
    writer = _Writer(tenant)
    condition = writer.condition(query, top=True)
    if not condition:
        raise _nothing()
    name = f"search_{uuid.uuid4().hex[:12]}"
    common: dict[str, Any] = {
        "status": "experimental",
        "description": _("Made of a search on the desk."),
        "author": author,
        "date": datetime.fromtimestamp(now / 1_000_000, UTC).date(),
    }
    events: dict[str, Any] = {
        "title": title if counting is None else f"{title} ({_('one event')})",
        "id": str(uuid.uuid4()),
        "name": name,
        **common,
        "logsource": {"product": "midwatch"},
        "detection": {
            **writer.selections,
            "condition": condition[1:-1] if _enclosed(condition) else condition,
        },
    }
    said = {"category": "other", "kind": title.lower(), "meaning": title, "attempt": False}
    if counting is None:
        documents = [{**events, "level": level, "midwatch": said}]
    else:
        documents = [
            events,
            {
                "title": title,
                "id": str(uuid.uuid4()),
                **common,
                "correlation": {
                    "type": "event_count",
                    "rules": [name],
                    "group-by": [counting.by],
                    "timespan": f"{counting.minutes}m",
                    "condition": {"gte": counting.events},
                },
                "level": level,
                "midwatch": said,
            },
        ]
    text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=100)
    return Draft(text, tuple(writer.left_out))


def _nothing() -> SearchError:
    return SearchError(
        _("a rule of this search would find every event"), 1, remedy=_("say first what to find")
    )


def _enclosed(condition: str) -> bool:
    """Whether one pair of parentheses holds the whole condition."""
    depth = 0
    for spot, sign in enumerate(condition):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return sign == ")" and spot == len(condition) - 1
    return False


def _column(name: str) -> str:
    if name.lower().startswith(_OWN):
        return name[len(_OWN) :]
    plain = name.lower()
    return plain if plain in FIELDS else ALIASES.get(plain, plain)


def _address(name: str, term: Term) -> Mapping[str, Any]:
    if term.operator == "..":
        first: Any = ip_address(term.value)
        last: Any = ip_address(term.end)
        return {f"{name}|cidr": [str(each) for each in summarize_address_range(first, last)]}
    if "/" in term.value:
        return {f"{name}|cidr": term.value}
    return {name: _escaped(term.value, star=term.quoted)}


def _escaped(text: str, *, star: bool) -> str:
    """A text whose signs mean themselves in Sigma; an asterisk stays one unless ``star``."""
    text = text.replace("\\", "\\\\").replace("?", "\\?")
    return text.replace("*", "\\*") if star else text


def _inexpressible(term: Term, why: str) -> SearchError:
    return SearchError(
        _("%(field)s cannot stand in a rule: %(why)s") % {"field": term.name, "why": why},
        term.position, remedy=_("take it out of the search"),
    )  # fmt: skip
