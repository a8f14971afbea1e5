"""Our own way in: lines, or JSON documents, in the body of a request."""

from __future__ import annotations

from typing import Final

import msgspec

from midwatch.intake.framing import LONGEST_LINE
from midwatch.intake.web.refusals import Refusal

_DOCUMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_DOCUMENT: Final = msgspec.json.Decoder(msgspec.Raw)


def lines_of(body: bytes, content_type: str) -> list[bytes]:
    """The lines of a body: each line is one, and so is each document of a JSON array.

    Blank lines are none. Documents over several lines are told by ``Content-Type:
    application/json``.

    Raises:
        Refusal: It begins like an array of JSON documents and is none.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if content_type == "application/json":
        if body.lstrip()[:1] == b"[":
            return _documents(body)
        try:
            return [_in_one_line(bytes(_DOCUMENT.decode(body)).strip())]
        except (msgspec.DecodeError, RecursionError):
            pass  # one document a line, mislabelled, or no JSON at all: lines in any case
    return [line for line in body.replace(b"\r\n", b"\n").split(b"\n") if line.strip()]


def shorten(lines: list[bytes]) -> tuple[list[bytes], int]:
    """The lines, none longer than ``LONGEST_LINE``, and how many were cut; empty ones left out."""
    cut = sum(len(line) > LONGEST_LINE for line in lines)
    return [line[:LONGEST_LINE] for line in lines if line], cut


def _documents(body: bytes) -> list[bytes]:
    try:
        documents = _DOCUMENTS.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refusal(
            400,
            "malformed",
            "the body is no array of JSON documents",
            remedy="send one document a line, as application/x-ndjson",
        ) from error
    return [_in_one_line(bytes(document)) for document in documents]


def _in_one_line(document: bytes) -> bytes:
    return document if b"\n" not in document else msgspec.json.format(document, indent=-1)
