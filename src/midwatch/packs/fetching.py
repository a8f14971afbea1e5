"""A pack from a URL or file into a file beside its final place; never believed, only bounded.

Streams, with a limit on size, a timeout on every wait and one on the whole, and a digest made
on the way. What does not end well leaves nothing behind. A redirect from https to http is
refused.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from midwatch.kernel import ConfigurationError, RemoteFailureError

LARGEST: Final = 256 * 1024 * 1024
WAIT: Final = 30.0
"""Seconds that one answer may take."""
LONGEST: Final = 900.0
"""Seconds that everything may take."""
_PIECE: Final = 1 << 16
Progress = Callable[[int, int | None], None]
"""Told bytes so far and in all, where the server says so."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched: where it lies, its SHA-256 in hexadecimal and size in bytes."""

    path: Path
    digest: str
    size: int


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # the signature is urllib's
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        wanted = urlsplit(newurl).scheme
        if wanted not in ("http", "https") or (req.type == "https" and wanted != "https"):
            fp.close()
            raise RemoteFailureError(
                f"the server sends us on to {newurl}, which is not protected",
                remedy="ask its owner, or fetch the file yourself and name it",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_url(text: str) -> bool:
    """Whether it is an address rather than a file."""
    return urlsplit(text).scheme in ("http", "https")


def fetch(
    origin: str, target: Path, *, progress: Progress | None = None, largest: int = LARGEST
) -> Fetched:
    """Copy ``origin`` (URL or file) to ``target``, which holds all of it or is not there.

    Raises:
        ConfigurationError: there is no such file, or the target cannot be written.
        RemoteFailureError: the server did not answer as agreed, or sent too much or too little.
    """
    try:
        with _opened(origin) as (stream, total), target.open("wb") as kept:
            digest, size = _copy(origin, stream, total, kept, progress, largest)
            kept.flush()
            os.fsync(kept.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Fetched(target, digest, size)


def _copy(  # one caller, which has them all at hand
    origin: str,
    stream: IO[bytes],
    total: int | None,
    kept: IO[bytes],
    progress: Progress | None,
    largest: int,
) -> tuple[str, int]:
    """SHA-256 and size of what was copied; raises RemoteFailureError as ``fetch`` says."""
    digest = hashlib.sha256()
    size = 0
    deadline = time.monotonic() + LONGEST
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > largest:
            raise RemoteFailureError(
                f"it is larger than {largest >> 20} MiB, which no rule pack is",
                remedy="check the address",
                path=origin,
            )
        if time.monotonic() > deadline:
            raise RemoteFailureError("it takes too long", remedy="try again later", path=origin)
        digest.update(piece)
        kept.write(piece)
        if progress is not None:
            progress(size, total)
    if total is not None and size != total:
        raise RemoteFailureError(
            f"the connection ended after {size} of {total} bytes", remedy="try again", path=origin
        )
    return digest.hexdigest(), size


@contextmanager
def _opened(origin: str) -> Iterator[tuple[Any, int | None]]:
    """The bytes of a URL or file and how many there should be."""
    if not is_url(origin):
        try:
            with Path(origin).open("rb") as stream:
                yield stream, None
        except OSError as error:
            raise ConfigurationError(
                f"it cannot be read: {error.strerror}", remedy="check the path", path=origin
            ) from error
        return
    opener = urllib.request.build_opener(_NoDowngrade)
    request = urllib.request.Request(origin, headers={"User-Agent": "midwatch"})  # noqa: S310  # http or https only, see is_url
    try:
        with opener.open(request, timeout=WAIT) as answer:
            length = answer.headers.get("Content-Length", "")
            yield answer, int(length) if length.isdecimal() else None
    except urllib.error.HTTPError as error:
        error.close()
        raise RemoteFailureError(
            f"the server answers {error.code} {error.reason}",
            remedy="check the address, or try again later",
            path=origin,
        ) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise RemoteFailureError(
            f"it cannot be fetched: {reason}", remedy="check address and network", path=origin
        ) from error
