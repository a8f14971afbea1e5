"""The header of a log line: wrappers, time, host and program → and the message after it.

Takes off, in this order: a byte-order mark, the prefixes of container run times
(``name | ``, ``2024-… stdout F ``, Docker's JSON) and journald's JSON export, a syslog
priority, an RFC 5424 header (with those structured data that only speak of the transport)
or a leading time stamp of any form with host and tag after it (RFC 3164, RFC 3339).
What is no header is left in the message. Never raises.

Sources: RFC 3164 section 4.1, RFC 5424 sections 6 and 7, Kubernetes CRI logging format,
systemd.journal-fields(7), Solaris syslog message IDs (log.conf, ``msgid``).
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from midwatch.events.readers.json_object import decode_object
from midwatch.events.timestamps import StampReader


class Header(Struct, frozen=True, gc=False):
    """What stands before the message. ``time`` is UTC microseconds since 1970."""

    time: int | None
    host: str | None
    program: str | None
    pid: int | None
    message: str
    severity: str | None = None


PairsStart = tuple[str | None, int]
"""The severity, and how many characters stand before the first key."""

_LONGEST_PAIRS_START: Final = 40
_PAIRS: Final = re.compile(r"(?:<(\d{1,3})>)? ?([A-Za-z_][\w.-]{0,30}=)")
_COMPOSE: Final = re.compile(r"[\w.-]{1,64} {1,40}\| ")
_CRI: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] "
)
_PRIORITY: Final = re.compile(r"\s{0,3}<(\d{1,3})>\s?")
_RFC5424: Final = re.compile(r"1 (\S{1,64}) (\S{1,255}) (\S{1,128}) (\S{1,128}) (\S{1,64}) ?")
_TAG: Final = re.compile(
    r"(?!(?:CE|LEE)F:)(?P<program>[A-Za-z0-9_][\w./+@-]{0,63}?(?:\([\w.:-]{1,40}\))?)"
    r"(?:\[(?P<pid>\d{1,10})\]|\[[\w.:-]{1,40}\])?\s?:(?:\s+|$)"
)
_TAG_WITHOUT_COLON: Final = re.compile(
    r"(?P<program>[A-Za-z][\w./-]{0,63})\[(?P<pid>\d{1,10})\]\s+"
)
_ODD_TAG: Final = re.compile(
    r"(?P<program>/[\w./+-]{1,63}|\([\w./+-]{1,63}\))\[(?P<pid>\d{1,10})\]:(?:\s+|$)"
)
_METALOG_TAG: Final = re.compile(r"\[(?P<program>[A-Za-z][\w./-]{0,63})\] ")
_HOST: Final = re.compile(r"[A-Za-z0-9_.:-]{1,255}(?:/[A-Za-z0-9_.:-]{1,64})?,?")
_ELEMENT: Final = r'(?: [^ \]="]{1,64}="(?:[^"\\]|\\.)*")*\]'
_TRANSPORT_DATA: Final = re.compile(
    rf'\[(?:timeQuality|origin|meta){_ELEMENT}(?:\[[^ \]="]{{1,64}}{_ELEMENT})* ?'
)
_SOLARIS_ID: Final = re.compile(r"\[ID \d{1,10} [\w.]{1,32}\] ")
# What an access log writes after the server's own address; how Exim names messages and IIS
# sites. The word before the one, and the other itself, are no host names.
_METHOD: Final = re.compile(r"[A-Z_]{3,32} (?:/|\*|https?://)")
_NO_HOST: Final = re.compile(
    r"[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})|W3SVC\d+|"
    r"(?:[^/]*/)?\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}|[A-Z]{3,10}\d?\.\d{2,5}"
)
_HOST_AND_TAG: Final = re.compile(
    r"(?P<host>[A-Za-z0-9_.-]{1,255}) (?P<program>[A-Za-z][\w./-]{0,63})\[(?P<pid>\d{1,10})\]: "
)
# UniFi devices put hardware address and firmware beside the name; RouterOS writes topics
# after it, and CEF its own beginning.
_UNIFI: Final = re.compile(
    r'(?:\(")?(?:(?P<host>[^,"]{1,64}?)[, ])?(?P<mac>[0-9a-f]{12}),[\w.+-]{1,64}(?:"\))?:? +'
)
_AFTER_HOST: Final = re.compile(r"[a-z0-9-]{2,20}(?:,[a-z0-9-]{2,20}){1,6} |(?:CEF|LEEF): ?[0-9]")
# Python's loggers: a dotted name, the process number perhaps padded away from it, a level.
_LOGGER: Final = re.compile(
    r"(?P<program>[A-Za-z][\w-]{0,31}\.[A-Za-z]\w{0,31})(?: *\[(?P<pid>\d{1,10})\])?: "
    r"(?=[A-Z]{4,8} )"
)
_LEVELS: Final = frozenset(
    [
        "emerg",
        "emergency",
        "alert",
        "crit",
        "critical",
        "err",
        "error",
        "warn",
        "warning",
        "notice",
        "info",
        "information",
        "debug",
        "trace",
        "fatal",
        "severe",
        "fine",
        "audit",
        "verbose",
        "note",
        "log",
        "panic",
        "unknown",
    ]
)
_FACILITY: Final = re.compile(
    r"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])\."
    r"(?:emerg|alert|crit|err(?:or)?|warn(?:ing)?|notice|info|debug|none)\s+",
    re.IGNORECASE,
)
# Network devices name the message after the header: %SYS-5-CONFIG_I, %ASA-6-302013, %%01SSH/4/…
_DEVICE_MESSAGE: Final = re.compile(
    r"%(?:%\d\d[\w-]{1,40}/\d/|[A-Za-z]\w{0,40}(?:-\w{0,40}){0,3}-[0-7]-\w)"
)
_DEVICE_PREFIX: Final = re.compile(r"[\w .:,*/()\[\]+-]{0,200}")
_DEVICE_WORD: Final = re.compile(r"[^\s,]*[^\s:,]")
_ZONE: Final = re.compile(r"[A-Za-z]{2,5}|[+-]\d\d:?\d\d")
_ADDRESS: Final = re.compile(r"[\d.]+|[\da-fA-F:]*:[\da-fA-F:.]*")
_SLOT: Final = re.compile(r"\Aslot\d{1,2}/")  # a blade of F5's chassis
_LONGEST_DEVICE_PREFIX: Final = 200
_BETWEEN: Final = " \t:-,*|"
_SYSLOG_SEVERITIES: Final = (
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "debug",
)
_HIGHEST_PRIORITY: Final = 191
_LATEST_START: Final = 2
_ADDRESS_FIRST: Final = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}[ :,]")
"""An access log's line: its stamp stands further on and is no header's."""


def read_header(line: str, stamps: StampReader) -> Header:  # noqa: C901  # a list of cases, the surest first
    """Split a line into header and message; see the module's documentation."""
    text = line
    severity = None
    text = text.removeprefix("\ufeff")
    start = pairs_start(text[: text.find("=", 0, _LONGEST_PAIRS_START) + 1])
    if start is not None:
        return Header(None, None, None, None, text[start[1] :], start[0])
    wrapped_time = None
    if text[:1] == "{" and '"log":' in text[:4096] and '"stream"' in text:
        unwrapped = _unwrap_docker(text, stamps)
        if unwrapped is not None:
            wrapped_time, text = unwrapped
    elif text[:1] == "{" and '"__REALTIME_TIMESTAMP"' in text and '"MESSAGE"' in text:
        entry = _read_journal(text)
        if entry is not None:
            return entry
    elif (found := _CRI.match(text)) is not None:
        wrapped_time = stamps.read(text[: text.index(" ")])
        text = text[found.end() :]
    elif " | " in text[:110] and (found := _COMPOSE.match(text)) is not None:
        text = text[found.end() :]
    found = _PRIORITY.match(text)
    if found is not None and int(found[1]) <= _HIGHEST_PRIORITY:
        severity = _SYSLOG_SEVERITIES[int(found[1]) & 7]
        text = text[found.end() :]
    if text[:2] == "1 " and (found := _RFC5424.match(text)) is not None:
        header = _read_5424(found, text, stamps, severity)
        if header is not None:
            return header
    return _read_stamped(text, stamps, severity, wrapped_time)


def pairs_start(text: str) -> PairsStart | None:
    """What stands before pairs: ``text`` is a line up to its first ``=``.

    >>> pairs_start("<13>date="), pairs_start("at noon date=")
    (('notice', 4), None)
    """
    found = _PAIRS.fullmatch(text)
    if found is None or (found[1] is not None and int(found[1]) > _HIGHEST_PRIORITY):
        return None
    severity = None if found[1] is None else _SYSLOG_SEVERITIES[int(found[1]) & 7]
    return severity, len(text) - len(found[2])


def _unwrap_docker(text: str, stamps: StampReader) -> tuple[int | None, str] | None:
    decoded = decode_object(text)
    if decoded is None or not isinstance(decoded.get("log"), str):
        return None
    stamp = decoded.get("time")
    log = str(decoded["log"]).rstrip("\r\n")
    return (stamps.read(stamp) if isinstance(stamp, str) else None), log


def _read_journal(text: str) -> Header | None:
    """An entry of ``journalctl --output=json``: its fields are the header."""
    decoded = decode_object(text)
    if decoded is None:
        return None
    message = decoded.get("MESSAGE")
    if isinstance(message, list):
        message = bytes(
            byte for byte in message if isinstance(byte, int) and 0 <= byte < 256
        ).decode(errors="replace")
    if not isinstance(message, str):
        return None
    stamp, host = str(decoded.get("__REALTIME_TIMESTAMP")), decoded.get("_HOSTNAME")
    program = decoded.get("SYSLOG_IDENTIFIER") or decoded.get("_COMM")
    pid = str(decoded.get("SYSLOG_PID") or decoded.get("_PID"))
    level = str(decoded.get("PRIORITY"))
    return Header(
        int(stamp) if re.fullmatch(r"[0-9]{1,18}", stamp) else None,
        host if isinstance(host, str) else None,
        program if isinstance(program, str) else None,
        int(pid) if re.fullmatch(r"[0-9]{1,10}", pid) else None,
        message.rstrip("\r\n"),
        _SYSLOG_SEVERITIES[int(level)] if re.fullmatch(r"[0-7]", level) else None,
    )


def _read_5424(
    found: re.Match[str], text: str, stamps: StampReader, severity: str | None
) -> Header | None:
    stamp, host, program, pid, message_id = found.groups()
    time = None if stamp == "-" else stamps.read(stamp)
    if time is None and stamp != "-":
        return None
    if program.startswith(("CEF:", "LEEF:")) or "," in program or "=" in program:
        # The rest of RFC 5424's header is left out.
        return Header(time, host, None, None, text[found.start(3) :], severity)
    if stamp.replace(".", "").isdecimal():  # Meraki: seconds, name, and no tag as RFC 5424 has it
        return Header(time, host, None, None, text[found.end(2) + 1 :], severity)
    rest = text[found.end() :]
    if rest.startswith("- "):
        rest = rest[2:]
    elif (data := _TRANSPORT_DATA.match(rest)) is not None:
        rest = rest[data.end() :]
    rest = rest.removeprefix("\ufeff")
    if rest.startswith("[junos@") and message_id != "-":
        rest = f"{message_id} {rest}"  # Junos names the event nowhere else
    program = program.rstrip(":")
    return Header(
        time,
        None if host == "-" else host,
        None if program == "-" else program,
        int(pid) if pid.isdecimal() and len(pid) <= 10 else None,  # 32 bits
        rest,
        severity,
    )


def _read_stamped(
    text: str, stamps: StampReader, severity: str | None, wrapped_time: int | None
) -> Header:
    if _ADDRESS_FIRST.match(text) is not None:
        return Header(wrapped_time, None, None, None, text, severity)
    start = len(text) - len(text.lstrip(" \t:*.["))
    if "%" in text[:_LONGEST_DEVICE_PREFIX]:
        header = _read_device(text, stamps, severity, wrapped_time)
        if header is not None:
            return header
    if text[start : start + 1].isalnum() or text[start : start + 1] == "@":
        found = stamps.find(text[:96])
        if found is not None and found[1] <= max(start, _LATEST_START):
            time, _begin, end = found
            while text[end : end + 1] in ("]", ")") and text[end : end + 1]:
                end += 1
            return _read_origin(text, end, time, severity)
    found_tag = _TAG.match(text)
    if found_tag is not None and found_tag["pid"] is not None:
        return _tagged(found_tag, text, wrapped_time, None, severity)
    if "]: " in text[:128] and (found_tag := _HOST_AND_TAG.match(text)) is not None:
        return _tagged(found_tag, text, wrapped_time, found_tag["host"], severity)
    return Header(wrapped_time, None, None, None, text, severity)


def _read_device(
    text: str, stamps: StampReader, severity: str | None, wrapped_time: int | None
) -> Header | None:
    """The header of a network device, up to the name of its message; None if it is none.

    Cisco's puts counters, the host's name and the stamp in many orders, and a relay puts
    its own stamp and name for the device before them. A stamp that the device marks as
    not set (``*``, ``.``) gives way to the relay's.
    """
    found = _DEVICE_MESSAGE.search(text, 0, _LONGEST_DEVICE_PREFIX + 60)
    if found is None or _DEVICE_PREFIX.fullmatch(text, 0, found.start()) is None:
        return None
    prefix = text[: found.start()]
    time, words, position = wrapped_time, [], 0
    while (stamp := stamps.find(prefix[position:])) is not None:
        before = prefix[position : position + stamp[1]]
        unset = before.rstrip(" ")[-1:] in ("*", ".")
        if time is None or not unset:
            time = stamp[0]
        words.extend(_DEVICE_WORD.findall(before))
        position += stamp[2]
    rest = _DEVICE_WORD.findall(prefix[position:])
    ends_with_colon = position and rest and prefix[position:].lstrip(" ")[len(rest[0]) :][:1] == ":"
    if ends_with_colon and _ZONE.fullmatch(rest[0]) is not None:
        del rest[0]
    words.extend(rest)
    names = [
        word
        for word in words
        if not word.isdecimal() and word[0] not in "*.(" and "/" not in word and "[" not in word
    ]
    host = next((name for name in names if _ADDRESS.fullmatch(name) is None), None)
    if host is None and names:
        host = names[0]
    return Header(time, host, None, None, text[found.start() :], severity)


def _read_origin(text: str, end: int, time: int, severity: str | None) -> Header:  # noqa: C901, PLR0911, PLR0912  # a list of cases, the surest first
    """Host and tag after a stamp; ``text[end:]`` is what follows the stamp."""
    rest = text[end:]
    body = rest.lstrip(_BETWEEN)
    if rest[:1] not in (" ", "\t", ":", ""):
        return Header(time, None, None, None, body, severity)
    facility = _FACILITY.match(body)
    if facility is not None:
        body = body[facility.end() :]
    if "," in body[:96] and (unifi := _UNIFI.match(body)) is not None:
        body = body[unifi.end() :]
        tag = _TAG.match(body)
        host = unifi["host"] or unifi["mac"]
        if tag is not None:
            return _tagged(tag, body, time, host, severity)
        return Header(time, host, None, None, body, severity)
    tag = _LOGGER.match(body) or _TAG.match(body)
    if tag is not None and (
        tag["pid"] is not None or tag.re is _LOGGER or "." not in tag["program"]
    ):
        if tag["program"].lower() not in _LEVELS:
            return _tagged(tag, body, time, None, severity)
        return Header(time, None, None, None, body, severity)
    if body[:1] == "[" and text[:1].isalpha():
        tag = _METALOG_TAG.match(body)
        if tag is not None and tag["program"].lower() not in _LEVELS:
            return _tagged(tag, body, time, None, severity)
    if rest[:1] == ":":
        return Header(time, None, None, None, body, severity)
    host, _, after = body.partition(" ")
    after = after.lstrip(" ")
    if _HOST.fullmatch(host) is None or host.lower().rstrip(":") in _LEVELS:
        tag = _TAG.match(after)
        if tag is not None and tag["pid"] is not None and host.isalpha():
            return _tagged(tag, after, time, None, severity or host.lower())
        return Header(time, None, None, None, body, severity)
    if facility is None and (facility := _FACILITY.match(after)) is not None:
        after = after[facility.end() :]
    level, _, said = after.partition(" ")
    if level.lower() in _LEVELS and (tag := _TAG.match(said)) is not None:
        return _tagged(tag, said, time, host, severity or level.lower())
    tag = _TAG.match(after) or _TAG_WITHOUT_COLON.match(after) or _ODD_TAG.match(after)
    if tag is not None and (tag["program"].lower() not in _LEVELS or tag["program"] == "audit"):
        return _tagged(tag, after, time, host, severity)
    if _AFTER_HOST.match(after) is not None:
        return Header(time, host, None, None, after, severity)
    if text[:1].isalpha() and not host.endswith(":") and not text[:3].istitle():
        return Header(time, None, None, None, body, severity)
    bracketed = text[:end].lstrip(" \t:*.")[:1] == "["
    if not bracketed and _looks_like_host(host) and _METHOD.match(after) is None:
        return Header(time, host.rstrip(":,"), None, None, after.lstrip(": "), severity)
    return Header(time, None, None, None, body, severity)


def _looks_like_host(text: str) -> bool:
    """Whether a word after a stamp, with no tag behind it, is likely a host name."""
    bare = text.rstrip(":,")
    if bare.isdecimal() or _NO_HOST.fullmatch(bare) is not None:
        return False
    return "." in bare or "-" in bare or any(character.isdecimal() for character in bare)


def _tagged(
    tag: re.Match[str], text: str, time: int | None, host: str | None, severity: str | None
) -> Header:
    pid = tag.groupdict().get("pid")
    end = tag.end()
    if text[end : end + 4] == "[ID " and (message_id := _SOLARIS_ID.match(text, end)) is not None:
        end = message_id.end()
    return Header(
        time,
        _SLOT.sub("", host.rstrip(":,")) if host else None,
        tag["program"],
        int(pid) if pid else None,
        text[end:],
        severity,
    )
