"""A bounded memo of a pure function, for whole columns at once.

``list(map(memo.__getitem__, column))`` looks a column up without a Python call for what was
seen before. Logs repeat themselves, so nearly everything was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

_Key = TypeVar("_Key")
_Result = TypeVar("_Result")
_MOST: Final = 65_536


class Memo(dict[_Key, _Result]):
    """Remembers what a function gave; it forgets all when it is full.

    >>> lengths = Memo(len)
    >>> list(map(lengths.__getitem__, ["ab", "c", "ab"])), len(lengths)
    ([2, 1, 2], 2)
    """

    def __init__(self, function: Callable[[_Key], _Result], most: int = _MOST) -> None:
        """``most``: how many results are kept."""
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: _Key) -> _Result:
        """Work it out and keep it."""
        if len(self) >= self._most:
            self.clear()
        value = self._function(key)
        self[key] = value
        return value
