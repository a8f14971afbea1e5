"""What a firewall rule's log prefix says the rule did.

Packet logs of Linux and RouterOS name no verdict: whoever wrote the rule put a word into
its prefix, or nothing. This module reads the customary words and the letters that UniFi
and VyOS put at the end of a rule's name.
"""

from __future__ import annotations

import re
from typing import Final

BLOCK: Final = "block"
ALLOW: Final = "allow"

_WORDS: Final = re.compile(
    r"(?P<block>drop|block|den(?:y|ied)|reject|discard|refuse|banned|blacklist|spoof|flood|martian"
    r"|smurf|bogon|invalid|(?<![a-z])(?:rej|ill|bl)(?![a-z]))"
    r"|(?P<allow>accept|allow|pass|permit|audit|redirect|dnat|snat|masq|portfwd|forwardfw|inputfw"
    r"|outgoingfw|(?<![a-z])(?:acc|ret)(?![a-z]))",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"\[[^\]]{0,80}-(?P<letter>[ABDR])(?:-[0-9]{1,12})?\]")
_LONGEST: Final = 256


def verdict_of(prefix: str) -> str | None:
    """``block``, ``allow`` or, when the prefix does not say, None.

    Of several words the last decides, since the verdict follows the chain's name.

    >>> verdict_of("[WAN_IN-default-D]"), verdict_of("Shorewall:net2fw:DROP:")
    ('block', 'block')
    >>> verdict_of("[UFW AUDIT INVALID] "), verdict_of("new ssh: ")
    ('allow', None)
    """
    prefix = prefix[:_LONGEST]
    letter = _LETTER.search(prefix)
    if letter is not None:
        return ALLOW if letter["letter"] == "A" else BLOCK
    if "AUDIT" in prefix:  # UFW only watches such packets, valid or not
        return ALLOW
    verdict = None
    for found in _WORDS.finditer(prefix):
        verdict = BLOCK if found["block"] else ALLOW
    return verdict
