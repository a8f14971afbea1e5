r"""JSON with comments and joined strings, as VSAQ writes it, made into JSON.

Taken out are ``// …`` and ``/* … */`` outside of strings; ``"a" + "b"`` becomes ``"ab"``.
Nothing else is forgiven: what remains has to be JSON, and is read by the standard library.

>>> strict_json('{"a": "x" + // why\n "y"}')
'{"a": "xy"}'
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<blank>\s+)
    |(?P<joint>\+)
    |(?P<other>[^\s"/+]+|/)
    """,
    re.VERBOSE | re.DOTALL,
)


def strict_json(text: str) -> str:
    """The text as JSON.

    Raises:
        ValueError: A string is not closed, or something other than strings is joined.
    """
    parts: list[str] = []
    joining = False
    at = 0
    gap = ""
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            line = text.count("\n", 0, at) + 1
            raise ValueError(f"a string that begins in line {line} is not closed")
        at = found.end()
        token = found[0]
        match found.lastgroup:
            case "comment":
                continue
            case "blank":
                gap += " " if "\n" not in token else "\n"
                continue
            case "joint":
                if not parts or not parts[-1].endswith('"') or joining:
                    line = text.count("\n", 0, at) + 1
                    raise ValueError(f"line {line}: only strings can be joined by +")
                joining = True
            case "string" if joining:
                parts[-1] = parts[-1][:-1] + token[1:]
                joining = False
            case _:
                if joining:
                    line = text.count("\n", 0, at) + 1
                    raise ValueError(f"line {line}: only strings can be joined by +")
                parts.append(gap[:1] + token)
        gap = ""
    if joining:
        raise ValueError("the text ends in the middle of a joined string")
    return "".join(parts).lstrip()
