"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from midwatch.events.catalogue import all_sources, source_named
from midwatch.events.source import Source
from midwatch.events.timestamps import ClockContext, StampReader
from midwatch.intake.folder import Finding, find_logs
from midwatch.kernel import ConfigurationError
from midwatch.watch.streams import Clock

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Options = TypeVar("_Options")
_Taking: TypeAlias = Callable[..., None]
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")
_AGO: Final = re.compile(r"(\d{1,6})\s*(m|min|h|d|w)")
_UNITS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SECOND: Final = 1_000_000


class LogPath(click.Path):
    """A path to read, told apart from an empty text; whether it can be read is seen later."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, readable=False)

    def convert(
        self,
        value: Any,  # noqa: ANN401  # the signature is click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401  # the signature is click's
        """An empty text is most likely a variable that was never set, not this folder."""
        if value == "":
            self.fail("it is empty; is a variable unset? This folder is named by a dot.")
        return super().convert(value, param, ctx)


def taken_as(kind: Callable[..., _Options]) -> Callable[[Callable[[_Options], None]], _Taking]:
    """Hand a command its options as one value of ``kind``, whose fields bear the options' names."""

    def decorate(command: Callable[[_Options], None]) -> _Taking:
        @wraps(command)
        def taking(**given: object) -> None:
            command(kind(**given))

        return taking

    return decorate


def log_options(command: _Command) -> _Command:
    """Paths, ``--timezone``, ``--source``: how logs are read."""
    for decorate in (
        click.argument("paths", nargs=-1, type=LogPath(), metavar="PATH…"),
        click.option(
            "--timezone",
            "zone",
            envvar="MIDWATCH_TIMEZONE",
            metavar="ZONE",
            help="Zone of stamps that state none, such as Europe/Berlin or +02:00. "
            "Default: this machine's.",
        ),
        click.option(
            "--source",
            "product",
            metavar="NAME",
            help="Read everything as this product instead of recognising it "
            "(midwatch source list).",
        ),
    ):
        command = decorate(command)
    return command


def zone_of(text: str | None) -> tzinfo:
    """The zone that a person named; this machine's when they named none.

    Raises:
        ConfigurationError: there is no such zone.
    """
    if text is None:
        return _local_zone()
    offset = _OFFSET.fullmatch(text)
    if offset is not None and int(offset[2]) < 24:
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"there is no time zone called {text!r}",
            remedy="name it like Europe/Berlin, UTC or +02:00",
        ) from error


def _local_zone() -> tzinfo:
    """This machine's zone, by its database name if that can be told.

    As everywhere, the variable TZ goes before the file. A file that is no link still knows
    the summer times; only where there is neither, the offset of today has to do.
    """
    file = Path("/etc/localtime")
    wanted = os.environ.get("TZ", "").removeprefix(":")
    try:
        name = wanted or str(file.resolve()).partition("zoneinfo/")[2]
        if name in ("Etc/UTC", "UTC"):
            return UTC
        if name:
            return ZoneInfo(name)
        with file.open("rb") as data:
            return ZoneInfo.from_file(data, key="/".join(dict.fromkeys(time.tzname)))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local = datetime.now(UTC).astimezone().tzinfo
        return UTC if local is None or local.utcoffset(None) == timedelta(0) else local


def clock_of(zone: str | None) -> Clock:
    """The clock by which stamps are completed."""
    return Clock(zone_of(zone), int(time.time() * _SECOND))


def instant_of(text: str | None, clock: Clock, option: str) -> int | None:
    """The same as ``instant``, where the option may be left away."""
    return None if text is None else instant(text, clock, option)


def instant(text: str, clock: Clock, option: str) -> int:
    """``2026-11-21``, ``2026-11-21 18:00`` or ``12h`` ago → UTC microseconds.

    Raises:
        ConfigurationError: it is none of these.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return clock.now - int(ago[1]) * _UNITS[ago[2]] * _SECOND
    bare = text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", bare):
        bare += " 00:00:00"
    elif re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", bare):
        bare += ":00"
    found = StampReader(ClockContext(clock.now, clock.zone)).read(bare)
    if found is None:
        raise ConfigurationError(
            f"{option} {text!r} is no time",
            remedy="write 2026-11-21, '2026-11-21 18:00' or 12h (twelve hours ago)",
        )
    return found


def product_of(name: str | None) -> Source | None:
    """The source that a person named.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name is None:
        return None
    source = source_named(name)
    if source is None:
        close = [each.name for each in all_sources() if name.lower() in each.name]
        raise ConfigurationError(
            f"there is no log source called {name!r}",
            remedy=f"did you mean {', '.join(close)}?" if close else "see midwatch source list",
        )
    return source


def logs_of(paths: tuple[Path, ...]) -> Finding:
    """The log files behind the paths a person gave.

    Raises:
        ConfigurationError: no path was given.
    """
    if not paths:
        raise ConfigurationError(
            "no path was given", remedy="name log files or folders, or - for standard input"
        )
    return find_logs(paths)
