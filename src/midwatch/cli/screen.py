"""The terminal, for commands that print prose and tables rather than records."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from rich.console import Console

_TRAILING: Final = re.compile(r"[ \t]+$", re.MULTILINE)


class Screen(Console):
    """Rich's console; that its reader has gone is left to ``main``, as everywhere else.

    Rich fills its tables and paragraphs up with blanks to the full width. Into a pipe or file
    they are not written.
    """

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401  # the signature is Rich's
        """Print as Rich does, without blanks at the ends of lines where no terminal is."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        self.file.write(_TRAILING.sub("", captured.get()))
        self.file.flush()

    def on_broken_pipe(self) -> NoReturn:
        """Rich would exit here, with a status that means something else."""
        raise BrokenPipeError
