"""The lake as the pipeline sees it: a process of its own writes it.

Lines become columns and files in that process, on another core, while the pipeline detects.
It ends when the pipeline does, after the commit it is at; the next one waits for that, so
never two of them write. If it ends before its time, the commit counts as refused: the
pipeline hands it in again, and a new process leaves out what the old one had committed.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from midwatch.kernel import (
    BadInputError,
    ConfigurationError,
    MidwatchError,
    RemoteFailureError,
)
from midwatch.watch.feeds import FeedEvents
from midwatch.watch.lake_post import packed, receive, send

_PATIENCE: Final = 60.0
"""Seconds that it may take to end."""
_LOG: Final = logging.getLogger(__name__)
_FAMILIES: Final[dict[str, type[MidwatchError]]] = {
    family.__name__: family for family in (BadInputError, ConfigurationError, RemoteFailureError)
}


class DistantLake:
    """See ``pipeline.EventSink`` and the module's documentation. One caller at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the process at once, so that it is ready when it is needed.

        ``command``: ``midwatch watch lake``, with what names the state folder.
        """
        self._command = command
        self._process: subprocess.Popen[bytes] | None = self._started()

    def committed(self, application: str) -> int:
        """The offset that was committed last.

        Raises:
            MidwatchError: The lake cannot be opened.
        """
        (offset,) = self._ask([("committed", application)])
        return int(offset)

    def commit(self, events: Sequence[FeedEvents], application: str, offset: int) -> None:
        """Write events; on return they are on disk.

        Raises:
            MidwatchError: The lake refuses them, or its process ended.
        """
        self._ask([*map(packed, events), ("commit", application, offset)])

    def close(self) -> None:
        """Let the process end, and wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _LOG.warning("the lake's process did not end within %.0f s; killed", _PATIENCE)
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own command
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def _ask(self, messages: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
        """Send messages and wait for the answer to the last."""
        if self._process is None:
            self._process = self._started()
        process = self._process
        assert process.stdin is not None  # noqa: S101  # it was asked for
        assert process.stdout is not None  # noqa: S101  # it was asked for
        try:
            for message in messages:
                send(process.stdin, message)
            answer = receive(process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self.close()
            raise RemoteFailureError(
                f"the process that writes the lake ended with status {process.returncode}",
                remedy="it is started again; its log tells more",
            )
        kind, *rest = answer
        if kind == "refused":
            family, cause, remedy, path = rest
            raise _FAMILIES.get(family, MidwatchError)(cause, remedy=remedy, path=path)
        return tuple(rest)
