"""Asks a web server for one thing, within bounds: size, time, and no way round by plain http.

A redirect from https to http is refused, and so is one to another host where the request
carries credentials. What comes compressed with gzip is unpacked, within the same bound.
"""

from __future__ import annotations

import base64
import http.client
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Mapping
from typing import IO, Final, NamedTuple
from urllib.parse import urlsplit

from midwatch.kernel import ConfigurationError, RemoteFailureError

LARGEST: Final = 64 << 20
"""Bytes of one answer, also when unpacked."""
_WAIT: Final = 30.0
_LONGEST: Final = 300.0
_PIECE: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"


class Answer(NamedTuple):
    """What came; ``status`` is 200, or 304 with nothing in it. Names of headers are small."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Credentials(NamedTuple):
    """What a server asks for; a secret without a user is a token."""

    user: str = ""
    secret: str = ""

    @property
    def header(self) -> dict[str, str]:
        """The header that carries them."""
        if not self.secret:
            return {}
        if not self.user:
            return {"Authorization": f"Bearer {self.secret}"}
        pair = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


class _Careful(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # the signature is urllib's
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        weaker = new.scheme not in ("http", "https") or (old.scheme, new.scheme) == (
            "https",
            "http",
        )
        elsewhere = old.netloc != new.netloc and req.has_header("Authorization")
        if weaker or elsewhere:
            fp.close()
            why = "is another host than our password is for" if elsewhere else "is not protected"
            raise RemoteFailureError(
                f"the server sends us on to {newurl}, which {why}",
                remedy="ask its owner, or name that address yourself",
                path=req.full_url,
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER: Final = urllib.request.build_opener(_Careful)


def ask(url: str, headers: Mapping[str, str], largest: int = LARGEST) -> Answer:
    """What is at a URL.

    Raises:
        ConfigurationError: It is no web address.
        RemoteFailureError: The server did not answer as agreed, or sent too much.
    """
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.netloc or "@" in place.netloc:
        raise ConfigurationError(
            "this is no web address that can be fetched",
            remedy="write https://… without a password in it (see --user and --secret)",
            path=url,
        )
    request = urllib.request.Request(url, headers={"User-Agent": "midwatch", **headers})  # noqa: S310  # http or https only, see above
    try:
        with _OPENER.open(request, timeout=_WAIT) as answer:
            body = _body(answer, url, largest)
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, told, body, answer.url)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304:
                return Answer(304, {}, b"", url)
        remedy = {
            401: "give --user and --secret",
            403: "ask its owner whether you may read it",
            404: "check the address",
            406: "the server does not speak TAXII 2.1",
        }.get(error.code, "check the address, or try again later")
        raise RemoteFailureError(
            f"the server answers {error.code} {error.reason}", remedy=remedy, path=url
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise RemoteFailureError(
            f"it cannot be fetched: {reason}", remedy="check address and network", path=url
        ) from error


def _body(answer: http.client.HTTPResponse, url: str, largest: int) -> bytes:
    until = time.monotonic() + _LONGEST
    parts, size = [], 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > largest:
            raise too_large(url, largest)
        if time.monotonic() > until:
            raise RemoteFailureError("it takes too long", remedy="try again later", path=url)
        parts.append(piece)
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != size:
        raise RemoteFailureError(
            f"the connection ended after {size} of {length} bytes", remedy="try again", path=url
        )
    return unpacked(b"".join(parts), url, largest)


def unpacked(body: bytes, origin: str, largest: int = LARGEST) -> bytes:
    """The same without compression.

    Raises:
        RemoteFailureError: It is damaged, or too large.
    """
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, largest + 1)
    except zlib.error as error:
        raise RemoteFailureError(
            f"it cannot be unpacked: {error}", remedy="try again later", path=origin
        ) from error
    if len(plain) > largest:
        raise too_large(origin, largest)
    if not unpacker.eof:
        raise RemoteFailureError("it ends too soon", remedy="try again later", path=origin)
    return plain


def too_large(origin: str, largest: int) -> RemoteFailureError:
    """The error about too much."""
    return RemoteFailureError(
        f"it is larger than {largest >> 20} MiB",
        remedy="choose a smaller list; Midwatch uses addresses, not everything a feed may hold",
        path=origin,
    )
