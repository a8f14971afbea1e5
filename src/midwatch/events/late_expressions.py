r"""Regular expressions that are compiled when they are first used.

Compiling those for all languages and stamps takes longer than reading a short log, which
needs few of them. One that is used is as quick as any other: its methods are taken over.

Example:
    >>> number = compiled_late(r"[0-9]+")
    >>> number.search("port 22")[0]
    '22'
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

_METHODS: Final = ("match", "search", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _Late:
    """Stands for an expression; everything is asked of the compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the expression has
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def compiled_late(text: str, flags: int = 0) -> re.Pattern[str]:
    """The expression, compiled at its first use; it is no instance of ``re.Pattern``.

    Raises:
        re.error: at that first use, if ``text`` is no expression.
    """
    return cast("re.Pattern[str]", _Late(text, flags))
