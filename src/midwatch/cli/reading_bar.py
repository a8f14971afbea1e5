"""What shows on standard error that work goes on: a bar, or a turning mark.

It is apart from the commands since they import it only where something is shown.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.status import Status


def reading_bar(word: str) -> Progress:
    """A bar in bytes that begins with ``word`` and is gone when it is done."""
    columns = (
        TextColumn(word), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=Console(stderr=True), transient=True)


def counting_bar(word: str) -> Progress:
    """A bar in pieces that begins with ``word`` and is gone when it is done."""
    columns = (TextColumn(word), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def turning_mark(word: str) -> Status:
    """A mark before ``word`` that turns and is gone when it is done."""
    return Status(word, console=Console(stderr=True))
