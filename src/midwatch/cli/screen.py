"""The terminal, for commands that print prose and tables rather than records."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class Screen(Console):
    """Rich's console; that its reader has gone is left to ``main``, as everywhere else."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> NoReturn:
        """Rich would exit here, with a status that means something else."""
        raise BrokenPipeError
