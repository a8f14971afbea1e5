"""Keeps the processes of one machine running: starts, restarts, reloads and stops them.

A child that ends by itself is started again, sooner or later: at once the first time, then
after 1, 2, 4 … up to 30 seconds, until it has run for a minute. Stopping goes in the order
in which lines travel, so that nothing more comes in before what came is worked off. A
child that does not stop within its time is killed, with all that it started; every part is made
to survive that. Where the supervisor itself is killed, its children end by their lifeline.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from midwatch.watch.lifeline import VARIABLE, lifeline

LONGEST_PAUSE: Final = 30.0
"""Seconds."""
SETTLED: Final = 60.0
"""Seconds after which a child counts as running well."""
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep running.

    ``stop_within``: seconds to end in when asked. ``may_end``: where it ends well (status 0)
    it is not started again.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_within: float = 20.0
    may_end: bool = False


def pause_before(failures: int) -> float:
    """Seconds to wait before a start, after so many failures in a row.

    >>> [pause_before(failures) for failures in range(8)]
    [0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    """
    if failures < 2:  # the first may be chance
        return 0.0
    return min(2.0 ** (failures - 2), LONGEST_PAUSE)


class Supervisor:
    """Runs children until it is told to stop; see the module's documentation."""

    def __init__(self, children: Sequence[Child], held: Sequence[int] = ()) -> None:
        """``children`` in the order in which they are started and stopped.

        ``held``: descriptors that each of them holds open too, such as a lock.
        """
        self._children = children
        self._held = held
        self._running: dict[str, Process] = {}
        self._stopping = asyncio.Event()
        self.starts: dict[str, int] = {child.name: 0 for child in children}

    async def run(self) -> None:
        """Start all and keep them running until ``stop``, SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        with lifeline() as line:
            keepers = [asyncio.create_task(self._keep(child, line)) for child in self._children]
            try:
                await self._stopping.wait()
                for child in self._children:
                    await self._end(child)
            finally:
                for keeper in keepers:
                    keeper.cancel()
                await asyncio.gather(*keepers, return_exceptions=True)
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Stop all children, then ``run`` returns."""
        self._stopping.set()

    def reload(self) -> None:
        """Tell all children to read configuration and rules again."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGHUP)

    async def _keep(self, child: Child, line: int) -> None:
        failures = 0
        while not self._stopping.is_set():
            await asyncio.sleep(pause_before(failures))
            began = monotonic()
            try:
                process = await asyncio.create_subprocess_exec(
                    *child.command,
                    env={**os.environ, **child.environment, VARIABLE: str(line)},
                    process_group=0,
                    pass_fds=(line, *self._held),
                )
            except OSError as error:
                _LOG.error("%s cannot be started: %s", child.name, error)
                failures += 2
                continue
            self._running[child.name] = process
            self.starts[child.name] += 1
            status = await process.wait()
            self._running.pop(child.name, None)
            if self._stopping.is_set() or (child.may_end and status == 0):
                return
            failures = 1 if monotonic() - began >= SETTLED else failures + 1
            _LOG.error(
                "%s ended with status %s; it is started again in %.0f s",
                child.name, status, pause_before(failures),
            )  # fmt: skip

    async def _end(self, child: Child) -> None:
        process = self._running.get(child.name)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), child.stop_within)
        except TimeoutError:
            _LOG.warning("%s did not stop within %.0f s; killed", child.name, child.stop_within)
            # With all that it started: a worker that is left would hold its port for ever.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
