"""An error as a page says it."""

from __future__ import annotations

from midwatch.kernel import MidwatchError


def told(error: MidwatchError) -> str:
    """Cause and remedy as two sentences.

    >>> from midwatch.kernel import BadInputError
    >>> told(BadInputError("a reveal needs a reason", remedy="say in a sentence what for"))
    'A reveal needs a reason. Say in a sentence what for.'
    """
    parts = (error.cause.strip().rstrip("."), error.remedy.strip().rstrip("."))
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)
