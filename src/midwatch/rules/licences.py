"""Which licence a pack's rules are under: read from the licence text that lies with them.

Licences of rules ask that the author, and often the licence itself, stay with every alert
the rule raises; the Detection Rule License does so expressly. A rule that states its own
``license`` keeps it.
"""

from __future__ import annotations

import re
from typing import Final

LARGEST_LICENCE: Final = 64 * 1024
_FILE: Final = re.compile(
    r"(?:LICEN[CS]E|COPYING)(?:\.(?:md|txt|rst)|[-_.][\w.-]*)?", re.IGNORECASE
)
_KNOWN: Final = (
    ("DRL-1.1", r"Detection Rule License \(DRL\) 1\.1"),
    ("DRL-1.0", r"Detection Rule License \(DRL\) 1\.0"),
    ("Elastic-2.0", r"Elastic License 2\.0"),
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("CC-BY-SA-4.0", r"Attribution-ShareAlike 4\.0 International"),
    ("CC-BY-4.0", r"Attribution 4\.0 International"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("BSD-3-Clause", r"Neither the name of .{0,200} nor the names of its\s+contributors"),
)
_PATTERNS: Final = tuple((name, re.compile(text, re.DOTALL)) for name, text in _KNOWN)


def is_licence(name: str) -> bool:
    """Whether a file of that name (without its folders) states a licence.

    >>> is_licence("LICENSE.Detection.Rules.md"), is_licence("license_check.yml")
    (True, False)
    """
    return _FILE.fullmatch(name) is not None and not name.lower().endswith((".yml", ".yaml"))


def licence_of(text: str) -> str:
    """The short name (SPDX where there is one) of the licence a text states; empty if unknown.

    >>> licence_of("The rules are released under the Detection Rule License (DRL) 1.1")
    'DRL-1.1'
    """
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), "")
