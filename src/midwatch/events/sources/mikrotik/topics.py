"""What RouterOS puts before a message, and its firewall's sentence.

A remote log line begins with the topics (``firewall,info``) unless BSD syslog is chosen, and
with the prefix of the log action, a colon after it. ``Topics`` takes both off. A message
that no sentence fits is still RouterOS's when topics stand before it.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.plain_text import read_plain
from midwatch.events.readers import Patterns
from midwatch.events.source import Form, Reading
from midwatch.events.sources.iptables.verdict import BLOCK, verdict_of

_TOPICS: Final = re.compile(r"(?:[\w.-]{1,64} )?(?:[a-z0-9-]{2,20},){1,6}[a-z0-9-]{2,20} ")
_ACTION_PREFIX: Final = re.compile(r"[^:]{1,48}: ")
_PACKET: Final = re.compile(
    r"(?P<policy>.{0,128}?)(?<![\w-])in:(?P<in_interface>\([^)]*\)|.{1,64}?) "
    r"out:(?P<out_interface>\([^)]*\)|[^,]{1,64}?),"
    r"(?: |[^>]{1,400}? )proto (?P<protocol>[\w-]{1,20})(?: \((?P<detail>[^)]{0,60})\))?, "
    r"(?P<src>[^ ,]{1,80}?)->(?P<dst>[^ ,]{1,80})"
)
_NAMES: Final = (
    "policy", "in_interface", "out_interface", "protocol", "tcp_flags", "src", "dst",
)  # fmt: skip
_MEMO_LIMIT: Final = 4096


class FirewallLine:
    """``PREFIX CHAIN: in:IF out:IF, … proto TCP (SYN), a:p->b:p, …``."""

    def __init__(self) -> None:
        self._forms = {
            action: Form(_NAMES, {"category": "network", "action": action})
            for action in ("block", "allow")
        }
        self._verdicts: dict[str, str] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if " out:" not in message[:320]:
            return None
        topics = _TOPICS.match(message)
        found = _PACKET.match(message, topics.end() if topics else 0)
        if found is None:
            return None
        policy, in_interface, out_interface, protocol, detail, src, dst = found.groups()
        policy = policy.rstrip(": ")
        action = self._verdicts.get(policy)
        if action is None:
            action = verdict_of(policy) or BLOCK
            if len(self._verdicts) >= _MEMO_LIMIT:
                self._verdicts.clear()
            self._verdicts[policy] = action
        flags = detail if protocol == "TCP" else None
        values = (policy, _interface(in_interface), _interface(out_interface), protocol, flags)
        return self._forms[action], (*values, src, dst)


def _interface(name: str) -> str | None:
    """The name of an interface; ``(unknown 0)`` and ``(none)`` mean there is none."""
    return None if name.startswith(("(unknown", "(none")) else name


class Topics:
    """Reads a message after its topics; see the module's documentation."""

    def __init__(self, sentences: Patterns) -> None:
        self._sentences = sentences

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        topics = _TOPICS.match(message)
        text = message[topics.end() :] if topics is not None else message
        reading = self._sentences.read(text)
        if reading is None:
            prefix = _ACTION_PREFIX.match(text)
            if prefix is not None:
                reading = self._sentences.read(text[prefix.end() :])
        if reading is None and topics is not None:
            return read_plain(text, anchored=True, logins=False)
        return reading
