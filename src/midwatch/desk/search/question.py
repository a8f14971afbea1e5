"""What stands in the address of a search: text, clients, span, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midwatch.kernel import BadInputError
from midwatch.lake.search import Not, Query, SearchError, Term, all_of, parse, written

_HOUR: Final = 3_600_000_000
SPANS: Final[dict[str, tuple[int | None, Promise]]] = {
    "1h": (_HOUR, gettext_lazy("1 hour")),
    "24h": (24 * _HOUR, gettext_lazy("24 hours")),
    "7d": (7 * 24 * _HOUR, gettext_lazy("7 days")),
    "30d": (30 * 24 * _HOUR, gettext_lazy("30 days")),
    "all": (None, gettext_lazy("all there is")),
}
"""By the word in the address: its length in microseconds (None: no bound), and its name."""
USUAL: Final = "24h"


@dataclass(frozen=True, slots=True)
class Question:
    """See the module's documentation. ``since`` and ``until``: UTC microseconds, both or none."""

    text: str = ""
    clients: tuple[str, ...] = ()
    span: str = USUAL
    since: int | None = None
    until: int | None = None
    after: str = ""

    @classmethod
    def of(cls, asked: QueryDict) -> Question:
        """The question of an address; an unknown span is the usual one.

        Raises:
            BadInputError: A time in it is none.
        """
        span = asked.get("span", USUAL)
        since, until = _moment(asked.get("since", "")), _moment(asked.get("until", ""))
        return cls(
            asked.get("q", "").strip(),
            tuple(dict.fromkeys(each for each in asked.getlist("client") if each)),
            span if span in SPANS else USUAL,
            since if until is not None else None,
            until if since is not None else None,
            asked.get("after", ""),
        )

    def bounds(self, now: int) -> tuple[int | None, int | None]:
        """Since and until, as far as the text states no time of its own."""
        if self.since is not None:
            return self.since, self.until
        length = SPANS[self.span][0]
        return (None if length is None else now - length), None

    def address(self, **changes: str | None) -> str:
        """The question as the end of an address; ``after`` only where it is given."""
        plain: dict[str, str | None] = {
            "q": self.text or None,
            "span": self.span if self.span != USUAL else None,
            "since": _stamp(self.since),
            "until": _stamp(self.until),
        }
        plain |= changes
        pairs = [(name, value) for name, value in plain.items() if value is not None]
        pairs[1:1] = [("client", each) for each in self.clients]
        return f"?{urlencode(pairs)}"

    def narrowed(self, field: str, value: str | None) -> str:
        """The address of this question with one more condition."""
        found = parse(self.text)
        more: Query = (
            Not(Term("has", "=", field)) if value is None else Term(field, "=", value, quoted=True)
        )
        return self.address(q=written(all_of(found, _shorter(more))))

    def within(self, since: int, until: int) -> str:
        """The address of this question over another span."""
        return self.address(since=_stamp(since), until=_stamp(until), span=None)


def _shorter(query: Query) -> Query:
    """A value without quotation marks, where that means the same."""
    if isinstance(query, Term) and query.quoted and "*" not in query.value:
        bare = Term(query.name, query.operator, query.value)
        try:
            if parse(written(bare)) == bare:
                return bare
        except SearchError:
            pass
    return query


def zone_of(request: HttpRequest) -> str:
    """The name of the zone that times in a question are read in."""
    viewer = getattr(request, "viewer", None)
    own: str = viewer.zone if viewer is not None else ""
    return own or request.COOKIES.get("zone", "")


def _moment(text: str) -> int | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1_000_000)
    except (ValueError, OverflowError) as error:
        raise BadInputError(
            _("the address names a time that is none"), remedy=_("write 2026-11-22T08:00:00Z")
        ) from error


def _stamp(micros: int | None) -> str | None:
    if micros is None:
        return None
    return datetime.fromtimestamp(micros / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
