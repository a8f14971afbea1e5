"""How a request is refused: a status, a reason and a remedy, in one form for all ways in.

The form holds what the clients of Elastic (``error.type``, ``error.reason``, ``status``) and of
Splunk (``text``) look for.
"""

from __future__ import annotations

import math

import msgspec

from midwatch.kernel import MidwatchError


class Refusal(MidwatchError):  # noqa: N818  # an answer, as much as an error
    """A request is not taken. ``retry``: seconds after which to try again, or None."""

    def __init__(
        self, status: int, kind: str, cause: str, *, remedy: str, retry: float | None = None
    ) -> None:
        """``kind``: one word for programs and counters."""
        super().__init__(cause, remedy=remedy)
        self.status = status
        self.kind = kind
        self.retry = retry

    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        headers = {}
        if self.retry is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry)))
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="midwatch"'
        return headers

    def body(self) -> bytes:
        """The answer as JSON."""
        error = {"type": self.kind, "reason": self.cause, "remedy": self.remedy}
        return msgspec.json.encode({"error": error, "status": self.status, "text": self.cause})


def too_large(most: int) -> Refusal:
    """The body, or what it unpacks to, is larger than allowed."""
    return Refusal(
        413,
        "too_large",
        f"the request holds more than {most} bytes",
        remedy="send smaller batches",
    )


def no_room() -> Refusal:
    """The spool is full."""
    return Refusal(
        503,
        "no_room",
        "there is no room for more at the moment; nothing of this request was kept",
        remedy="send it again later",
        retry=5,
    )
