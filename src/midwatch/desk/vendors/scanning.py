"""Has clamd, where it runs, look at a file before it is kept (the INSTREAM command).

``[desk] antivirus`` names its socket; empty: the usual places are tried. A file is not refused
because nobody could look at it: that nobody did is written beside it.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError

USUAL: Final = ("/run/clamav/clamd.ctl", "/var/run/clamav/clamd.ctl", "/run/clamd.scan/clamd.sock")
_PIECE: Final = 1 << 16
_PATIENCE: Final = 60.0
_LONGEST: Final = 4096
_CLEAN: Final = "OK"
_FOUND: Final = "FOUND"


class InfectedError(BadInputError):
    """The antivirus found something in a file."""


def place() -> str:
    """Where clamd listens: ``unix:PATH`` or ``tcp:HOST:PORT``; empty where there is none."""
    named = desk_setup().configuration.desk.antivirus
    if named:
        return named
    return next((f"unix:{each}" for each in USUAL if Path(each).is_socket()), "")


def scan(data: bytes) -> bool:
    """Whether something looked at the file and found nothing; False: nothing could look.

    Raises:
        InfectedError: It found something.
    """
    where = place()
    if not where:
        return False
    try:
        told = _ask(where, data)
    except (OSError, ValueError):
        return False
    _stream, _colon, verdict = told.partition(":")
    verdict = verdict.strip(" \0\n")
    if verdict.endswith(_FOUND):
        name = verdict.removesuffix(_FOUND).strip()[:80]
        raise InfectedError(
            _("the antivirus found %(name)s in it") % {"name": name or "?"},
            remedy=_("the file was not kept; have it made anew on a clean machine"),
        )
    return verdict == _CLEAN


def _ask(where: str, data: bytes) -> str:
    with _connected(where) as line:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
        told = b""
        while len(told) < _LONGEST and (got := line.recv(_LONGEST)):
            told += got
            if got.endswith(b"\0"):
                break
        return told.decode("utf-8", "replace")


def _connected(where: str) -> socket.socket:
    kind, _colon, rest = where.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_PATIENCE)
        try:
            line.connect(rest)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = rest.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE)
