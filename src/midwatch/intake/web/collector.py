"""Splunk's HTTP Event Collector: JSON objects one after another, or raw lines.

Source: Splunk documentation, "Format events for HTTP Event Collector". Acknowledgement by
channel is not offered: an answer comes only when everything is on disk.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from midwatch.intake.web.documents import encoded, with_header
from midwatch.intake.web.refusals import Refusal

_BLANKS: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()


def lines_of(body: bytes) -> list[bytes]:
    """One line for each event.

    A text event is the line; its host is put before it when it has no header. An event with
    fields becomes one line of JSON, with ``host`` and ``time`` when it has none of its own.

    Raises:
        Refusal: The body holds something else.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _malformed("the body is no UTF-8") from error
    lines: list[bytes] = []
    spot = _skip(text, 0)
    while spot < len(text):
        try:
            found, spot = _DECODER.raw_decode(text, spot)
        except (ValueError, RecursionError) as error:
            raise _malformed(f"event {len(lines) + 1} is no JSON") from error
        if not isinstance(found, dict) or found.get("event") in (None, ""):
            raise _malformed(f"event {len(lines) + 1} has no field 'event'")
        lines.append(_line(found))
        spot = _skip(text, spot)
    return lines


def _line(found: dict[str, object]) -> bytes:
    event = found["event"]
    host, stamp = str(found.get("host") or ""), _stamp(found.get("time"))
    if isinstance(event, dict):
        event = dict(event)
        if host:
            event.setdefault("host", host)
        if stamp:
            event.setdefault("time", stamp)
        return encoded(event)
    if isinstance(event, str):
        return with_header(event, stamp=stamp, host=host)
    return encoded({"event": event, "host": host, "time": stamp})


def _stamp(value: object) -> str:
    """Seconds since 1970 as ISO 8601 in UTC; empty when they are none."""
    if not isinstance(value, int | float | str):
        return ""
    try:
        moment = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _skip(text: str, spot: int) -> int:
    while spot < len(text) and text[spot] in _BLANKS:
        spot += 1
    return spot


def _malformed(cause: str) -> Refusal:
    return Refusal(
        400, "malformed", cause, remedy='send objects of the form {"event": …}, or use /raw'
    )
