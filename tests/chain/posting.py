"""A sender over HTTP that knows of each line whether it was acknowledged."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Final, Self

from midwatch.tenants import Mark, MarkKind, hash_of_token
from midwatch.watch.rehearsal import RehearsedWatch, as_long_as_it_moves, eventually

TOKEN: Final = secrets.token_urlsafe(16)
MARK: Final = Mark(MarkKind.TOKEN, hash_of_token(TOKEN))
_EACH: Final = 20


class Poster(threading.Thread):
    """Posts numbered lines, twenty at once, until it is left; never the same line twice.

    ``filling``: random characters added to each line. ``pause``: seconds between requests.
    """

    def __init__(self, port: int, *, filling: int = 0, pause: float = 0.02) -> None:
        super().__init__(name="poster", daemon=True)
        self._port, self._filling, self._pause = port, filling, pause
        self._ending = threading.Event()
        self._number = 0
        self.acknowledged: list[str] = []
        self.unsure: list[str] = []
        self.refused: Counter[int] = Counter()
        """Requests by the status of their refusal: nothing of them was kept."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._ending.is_set():
            lines = [self._line() for _ in range(_EACH)]
            try:
                connection.request(
                    "POST", "/v1/ingest", "\n".join(lines).encode(),
                    {"Authorization": f"Bearer {TOKEN}"},
                )  # fmt: skip
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self.unsure += lines
            else:
                if answer.status == http.client.OK:
                    self.acknowledged += lines
                else:
                    self.refused[answer.status] += 1
            time.sleep(self._pause)
        connection.close()

    def _line(self) -> str:
        self._number += 1
        noise = secrets.token_hex(self._filling // 2)
        return (
            f"<38>{datetime.now(UTC):%b %e %H:%M:%S} gate cron[{self._number}]: "
            f"({self._number}) CMD ({noise})"
        )

    def goes_on(self, lines: int = 100) -> None:
        """Wait until so many more lines are acknowledged."""
        before = len(self.acknowledged)
        eventually(lambda: len(self.acknowledged) >= before + lines, 90)


def assert_all_are_kept_once(watch: RehearsedWatch, poster: Poster, tenant: str) -> Counter[str]:
    """Wait for the last line, then look at each; how often each line is in the lake."""
    last = poster.acknowledged[-1]
    as_long_as_it_moves(
        lambda: any(raw == last for (raw,) in watch.lake(tenant)), lambda: watch.rows(tenant)
    )
    kept = Counter(str(raw) for (raw,) in watch.lake(tenant))
    lost = [line for line in poster.acknowledged if not kept[line]]
    doubled = [line for line, count in kept.items() if count > 1]
    assert (lost, doubled) == ([], []), (
        f"of {len(poster.acknowledged)} lines {len(lost)} are lost: {lost[:3]} … {lost[-3:]}; "
        f"{len(doubled)} are doubled: {doubled[:3]} … {doubled[-3:]}"
    )
    return kept
