"""Identifiers: random ones, and ones that the same facts always give.

Written in Crockford's base 32, lower case, 26 characters for 128 bits; they sort as text.
"""

from __future__ import annotations

import hashlib
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26
_BITS: Final = 128
_RANDOM_BITS: Final = 80


def derived_id(*parts: str | int) -> str:
    """The identifier of these facts; the same facts always give the same one.

    >>> derived_id("alert", 7) == derived_id("alert", 7) != derived_id("alert7")
    True
    """
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BITS // 8)
    return _encode(int.from_bytes(digest.digest(), "big"))


def timed_id(microseconds: int, randomness: bytes) -> str:
    """An identifier that sorts by its time, made from the first ten random bytes.

    >>> timed_id(1_000_000, bytes(10)) < timed_id(2_000_000, bytes(10))
    True
    """
    milliseconds = max(microseconds // 1000, 0) & ((1 << (_BITS - _RANDOM_BITS)) - 1)
    random = int.from_bytes(randomness[: _RANDOM_BITS // 8], "big")
    return _encode(milliseconds << _RANDOM_BITS | random)


def _encode(number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
