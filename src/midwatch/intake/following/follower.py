"""All followed files and watched folders of all feeds, in the event loop.

Which they are, the feeds' path marks say: the path of a file (with ``*`` and ``?`` in it, of
several), or of a folder. The system tells of changes (``watchfiles``: inotify, FSEvents);
where it cannot, and in any case once a second, everything is looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import glob
import logging
from functools import partial
from pathlib import Path
from typing import Final

from watchfiles import awatch

from midwatch.intake.delivering import Delivery, parcel, placed
from midwatch.intake.following.dropped import DroppedFolder
from midwatch.intake.following.places import Places
from midwatch.intake.following.tail import Batch, Tail, packed
from midwatch.intake.identification import Owner, Roll
from midwatch.intake.parcels import Transport

_LOG: Final = logging.getLogger(__name__)
_POLL_SECONDS: Final = 1.0
_MAGIC: Final = "*?["


class Follower:
    """See the module's documentation."""

    def __init__(
        self, delivery: Delivery, roll: Roll, places: Places, *, poll: float = _POLL_SECONDS
    ) -> None:
        """``poll``: seconds between looks at everything."""
        self._delivery, self._roll, self._places, self._poll = delivery, roll, places, poll
        self._open: dict[str, tuple[Tail | DroppedFolder, Owner]] = {}
        self._troubled: set[str] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._watched: frozenset[str] = frozenset()
        self._stopping = False

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop; what was read is on disk, and its place saved, on return."""
        self._stopping = True
        self._woken.set()
        if self._task is not None:
            await self._task
        await self._watch(frozenset())
        for followed, _owner in self._open.values():
            followed.close()
        self._open.clear()

    async def _run(self) -> None:
        while not self._stopping:
            await self._look_around()
            if not await self._step_all():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._woken.wait()
                self._woken.clear()

    async def _look_around(self) -> None:
        """Which files and folders there are to follow now."""
        wanted: dict[str, Owner] = {}
        for mark, owner in self._roll.directory.paths.items():
            if any(sign in mark for sign in _MAGIC):
                found = await asyncio.to_thread(glob.glob, mark)
                wanted.update({path: owner for path in found if not packed(path)})
            else:
                wanted[mark] = owner
        for path in self._open.keys() - wanted.keys():
            self._open.pop(path)[0].close()
        folders = {folder for folder in map(self._admit, wanted, wanted.values()) if folder}
        await self._watch(frozenset(folders))

    def _admit(self, path: str, owner: Owner) -> str:
        """Follow a path from now on; the folder to be watched for it, if it is there."""
        known = self._open.get(path)
        if known is not None:
            self._open[path] = (known[0], owner)
        elif Path(path).is_dir():
            folder = DroppedFolder(path, self._places.of, self._delivery.clock)
            self._open[path] = (folder, owner)
        elif not Path(path).is_socket():
            self._open[path] = (Tail(path, self._places.of, self._delivery.clock), owner)
        else:
            return ""
        parent = Path(path)
        if not isinstance(self._open[path][0], DroppedFolder):
            parent = parent.parent
        return str(parent) if parent.is_dir() else ""

    async def _step_all(self) -> bool:
        """One step of each; whether any had lines."""
        any_lines = False
        for path, (followed, owner) in list(self._open.items()):
            now = asyncio.get_running_loop().time()
            try:
                batch = await asyncio.to_thread(followed.step, now)
            except OSError as error:
                if path not in self._troubled:
                    self._troubled.add(path)
                    _LOG.warning(
                        "a followed file cannot be read",
                        extra={"path": path, "cause": error.strerror},
                    )
                self._delivery.counters.event(Transport.FILE, "unreadable")
                continue
            self._troubled.discard(path)
            if batch is not None:
                any_lines = True
                await self._take(batch, followed, owner)
        return any_lines

    async def _take(self, batch: Batch, followed: Tail | DroppedFolder, owner: Owner) -> None:
        """On to the spool; then the place is saved, never before."""
        evtx = isinstance(followed, DroppedFolder) and followed.kind == "evtx"
        transport = Transport.EVTX if evtx else Transport.FILE
        place = batch.place
        if batch.lines:
            whole = parcel(owner, transport, place.path, self._delivery.clock(), batch.lines)
            await self._delivery.insist(
                transport, partial(self._delivery.submit, [placed(whole, place.written())])
            )
        self._delivery.counters.cut(transport, batch.cut)
        await asyncio.to_thread(self._places.save, place, batch.done)

    async def _watch(self, folders: frozenset[str]) -> None:
        if folders == self._watched and (self._watcher is None or not self._watcher.done()):
            return
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        self._watched = folders
        if folders:
            self._watcher = asyncio.get_running_loop().create_task(self._listen(folders))

    async def _listen(self, folders: frozenset[str]) -> None:
        try:
            async for _changes in awatch(*folders, recursive=False, debounce=100, step=20):
                self._woken.set()
        except (OSError, RuntimeError) as error:
            _LOG.info("changes of files are looked for once a second", extra={"cause": str(error)})
            await asyncio.Event().wait()
