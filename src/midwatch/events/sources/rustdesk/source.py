"""RustDesk's own servers: ``hbbs`` (rendezvous) and ``hbbr`` (relay)."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:\[[^\]]{10,50}\] )?(?:(?:INFO|WARN|ERROR|DEBUG) )?\[(?:src|libs)/[^\]]*\.rs:\d+\] "
)
_PEER: Final = r"(?P<src>\[?[0-9A-Fa-f:.]+\]?(?::\d+)?)"

SOURCE = Source(
    name="rustdesk",
    title="RustDesk server",
    logsource=Logsource(product="rustdesk"),
    programs=("hbbs", "hbbr", "rustdesk-hbbs", "rustdesk-hbbr"),
    marks=(
        "[src/rendezvous_server.rs:",
        "[src/relay_server.rs:",
        "[src/peer.rs:",
        "[src/common.rs:",
    ),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?P<why>[^\n]*?(?:[Kk]ey mismatch|[Ii]nvalid key|[Aa]uthentication failed|LICENSE_MISMATCH|[Ww]rong password)) ?(?:from|for|:)? ?{_PEER}",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>[^\n]*?(?:[Kk]ey mismatch|LICENSE_MISMATCH)[^\n]*)",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>[^\[\n]*?(?:[Bb]lock(?:ed|ing)?|[Bb]lacklist(?:ed)?)[^\[\n]*?) {_PEER}",
                category="network",
                action="block",
            ),
            Pattern(
                rf"{_LEAD}update_pk (?P<peer_id>[^ ]+) {_PEER}",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>New relay request|Relay request|relayrequest|Tcp connection|Failure accepting|Both are raw)[^\n]*? from {_PEER}",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="system"),
        ),
    ),
)
