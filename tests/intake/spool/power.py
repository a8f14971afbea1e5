"""A model of a power cut: replays what a process did to files, and forgets what was not synced.

``strace`` records every write, truncation, sync and change of names under a folder, and what
the process printed. At any point of that record ``disk_after`` tells what the disk may hold
then: what was synced is there; of what was not, a chosen part, sectors of a write torn apart
included. Names (files made, renamed, deleted) are there once their folder was synced; of
others, those up to some moment. Shared memory (``-shm``) never outlives the power.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename,mkdir,rmdir,unlinkat"
_SECTOR = 512
_CALL = re.compile(r"^(\d+) +(\w+)\((.*?)(?: <unfinished \.\.\.>|\) += (-?\d+).*)$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>.*= (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(r"^\d+<([^>]*)>")

_ON_FILES = {
    "pwrite64": "write",
    "write": "append",
    "ftruncate": "truncate",
    "fsync": "sync",
    "fdatasync": "sync",
}
_ON_NAMES = {
    "openat": "make",
    "unlink": "delete",
    "unlinkat": "delete",
    "rmdir": "delete",
    "rename": "rename",
    "mkdir": "folder",
}
Fate = Literal["all", "none", "some"]


@dataclass(frozen=True)
class Event:
    """One thing the process did. ``path`` is relative to the folder."""

    kind: str
    path: str = ""
    data: bytes = b""
    number: int = 0


def events(trace: Path, folder: Path) -> Iterator[Event]:
    """What the record tells of a folder, and the lines printed (kind ``told``)."""
    waiting: dict[str, Event | None] = {}
    with trace.open() as lines:
        for line in lines:
            if resumed := _RESUMED.match(line):
                event = waiting.pop(resumed[1] + resumed[2], None)
                if event is not None and int(resumed[3]) >= 0:
                    yield event
                continue
            call = _CALL.match(line)
            if call is None:
                continue
            event = _event(call[2], call[3], folder)
            if call[4] is None:
                waiting[call[1] + call[2]] = event
            elif event is not None and int(call[4]) >= 0:
                yield event


def _event(call: str, given: str, folder: Path) -> Event | None:
    strings = [bytes.fromhex(text.replace("\\x", "")) for text in _STRING.findall(given)]
    if handle := _HANDLE.match(given):
        if call == "write" and given.startswith("1<"):
            return Event("told", data=strings[0])
        name = handle[1]
        if "\\x" in name:
            name = bytes.fromhex(name.replace("\\x", "")).decode()
        path = _inside(name, folder)
        number = int(given.rsplit(", ", 1)[-1]) if call in {"pwrite64", "ftruncate"} else 0
        data = strings[0] if strings else b""
        kind = _ON_FILES.get(call)
        return Event(kind, path, data, number) if kind and path is not None else None
    paths = [_inside(text.decode(), folder) for text in strings]
    kind = _ON_NAMES.get(call)
    if not paths or paths[0] is None or (call == "openat" and "O_CREAT" not in given):
        return None
    target = (paths[1] or "") if len(paths) > 1 else ""
    return Event(kind, paths[0], target.encode()) if kind else None


def _inside(name: str, folder: Path) -> str | None:
    if name == str(folder):
        return "."
    prefix = f"{folder}/"
    return name.removeprefix(prefix) if name.startswith(prefix) else None


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)
    length: int = 0


@dataclass
class Disk:
    """What was done so far, and what of it is certain to be on the platters."""

    heed_syncs: bool = True
    _names: dict[str, _File | None] = field(default_factory=dict)
    _durable: dict[str, _File | None] = field(default_factory=dict)
    _renamings: list[Event] = field(default_factory=list)
    _files: dict[Event, _File] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Do what the process did."""
        known = self._names.get(event.path)
        match event.kind:
            case "make" if event.path not in self._names:
                self._names[event.path] = _File()
                self._note(event)
            case "folder" | "delete" | "rename":
                self._rename(self._names, event, None)
                self._note(event)
            case "append" if known is not None:
                self._write(known, Event("write", event.path, event.data, known.length))
            case "write" | "truncate" if known is not None:
                self._write(known, event)
            case "sync" if self.heed_syncs:
                if known is not None:
                    for each in known.pending:
                        _change(known.durable, each)
                    known.pending.clear()
                else:
                    self._sync_names(event.path)

    def _note(self, event: Event) -> None:
        # An event may be equal to an older one; a fresh object tells them apart.
        fresh = Event(event.kind, event.path, event.data, len(self._files) + 1)
        made = self._names.get(event.path) if event.kind == "make" else None
        self._files[fresh] = made or _File()
        self._renamings.append(fresh)

    @staticmethod
    def _write(file: _File, event: Event) -> None:
        file.pending.append(event)
        end = event.number + len(event.data)
        file.length = event.number if event.kind == "truncate" else max(file.length, end)

    def _sync_names(self, folder: str) -> None:
        """A folder's sync makes its names durable; those told before in others as well stay."""
        left = []
        for event in self._renamings:
            if str(Path(event.path).parent) == folder:
                self._rename(self._durable, event, self._files[event])
            else:
                left.append(event)
        self._renamings = left

    @staticmethod
    def _rename(names: dict[str, _File | None], event: Event, made: _File | None) -> None:
        match event.kind:
            case "make":
                names.setdefault(event.path, made)
            case "folder":
                names[event.path] = None
            case "delete":
                names.pop(event.path, None)
            case "rename":
                target = event.data.decode()
                for name in [n for n in names if n == event.path or n.startswith(event.path + "/")]:
                    names[target + name[len(event.path) :]] = names.pop(name)

    def write_out(self, folder: Path, fate: Fate, chance: random.Random) -> None:
        """Make a folder as it may be found when the power comes back."""
        names = dict(self._durable)
        count = {"all": len(self._renamings), "none": 0}.get(
            fate, chance.randint(0, len(self._renamings))
        )
        for event in self._renamings[:count]:
            self._rename(names, event, self._files[event])
        folder.mkdir()
        for name, file in sorted(names.items()):
            path = folder / name
            if file is None:
                path.mkdir(parents=True, exist_ok=True)
            elif not name.endswith("-shm"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_content(file, fate, chance))


def _content(file: _File, fate: Fate, chance: random.Random) -> bytes:
    content = bytearray(file.durable)
    for event in file.pending:
        if fate == "all":
            _change(content, event)
        elif fate == "some":
            for piece in _pieces(event):
                if chance.random() < 0.5:
                    _change(content, piece)
    return bytes(content)


def _pieces(event: Event) -> Iterator[Event]:
    """A write sector by sector: any of them may have reached the platters."""
    if event.kind == "truncate":
        yield event
        return
    for start in range(0, len(event.data), _SECTOR):
        piece = event.data[start : start + _SECTOR]
        yield Event("write", event.path, piece, event.number + start)


def _change(content: bytearray, event: Event) -> None:
    if event.kind == "truncate":
        del content[event.number :]
        content.extend(bytes(event.number - len(content)))
        return
    content.extend(bytes(max(0, event.number + len(event.data) - len(content))))
    content[event.number : event.number + len(event.data)] = event.data
