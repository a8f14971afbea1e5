"""Errors, in families by who must act.

Every error that reaches a person says what went wrong (``cause``) and what to do
(``remedy``); an error about a file also says where (``path``, ``line``). Only ``cli``
turns an error into an exit status.
"""

from __future__ import annotations


class MidwatchError(Exception):
    """Base of all errors that Midwatch raises on purpose."""

    def __init__(
        self,
        cause: str,
        *,
        remedy: str = "",
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        """Keep cause, remedy and place; ``line`` counts from 1."""
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.path = path
        self.line = line

    @property
    def place(self) -> str:
        """``path:line``, ``path`` or an empty string."""
        if self.path is None:
            return ""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def __str__(self) -> str:
        """One line: place, cause, remedy."""
        head = f"{self.place}: {self.cause}" if self.place else self.cause
        return f"{head} ({self.remedy})" if self.remedy else head


class ConfigurationError(MidwatchError):
    """The operator's configuration or command line must change."""


class BadInputError(MidwatchError):
    """A file, rule or upload is not what it should be; its owner must act."""


class RemoteFailureError(MidwatchError):
    """Another system did not answer as agreed; trying again may help."""


class DefectError(MidwatchError):
    """Our own fault; the remedy is a bug report."""
