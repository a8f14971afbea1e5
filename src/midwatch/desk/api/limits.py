"""How much a token or a person may ask in a minute."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache

from midwatch.kernel import BadInputError

A_MINUTE: Final = 240
"""What may be asked in a minute; a search weighs more than other questions."""
_SECOND: Final = 1_000_000
_MINUTE: Final = 60


class TooManyError(BadInputError):
    """More was asked than a minute allows. ``wait``: seconds until the next begins."""

    def __init__(self, wait: int) -> None:
        """Keep how long to wait."""
        super().__init__(
            "too much was asked in this minute", remedy=f"wait {wait} seconds, and ask more slowly"
        )
        self.wait = wait


def spend(who: str, weight: int, now: int) -> None:
    """Count a request; ``who``: a token's or a person's name; ``now`` in UTC microseconds.

    Raises:
        TooManyError: The minute is used up.
    """
    minute, into = divmod(now // _SECOND, _MINUTE)
    key = f"api-{who}-{minute}"
    cache.add(key, 0, timeout=2 * _MINUTE)
    try:
        spent = cache.incr(key, weight)
    except ValueError:  # it was pushed out of the cache meanwhile
        spent = weight
        cache.set(key, spent, timeout=2 * _MINUTE)
    if spent > A_MINUTE:
        raise TooManyError(_MINUTE - into)
