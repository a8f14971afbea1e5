"""Compiled rule sets kept between runs, and the short way to them from packs as they lie.

A rule set is one msgpack file named by its digest, by ``PLAN_VERSION`` and by the version of
the Sigma library. Unpacking an archive only to compute the digest of its texts takes longer
than reading the rule set, so a second, small file, named by the bytes of what was asked for,
tells which rule set that gave and what could not be read. Its name also holds
``READING_VERSION``. A file that cannot be read counts as absent; the cache is never the only
copy of anything.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from midwatch.rules.plan import PLAN_VERSION
from midwatch.rules.ruleset import RuleProblem, RuleSet
from midwatch.rules.texts import RuleText, files_in, plain_bytes

READING_VERSION: Final = 1
"""Changes with the way texts, names and licences are taken out of packs."""


class _Told(Struct, frozen=True):
    """What a reading of packs gave: the digest of the texts, and what was unreadable."""

    digest: str
    unread: tuple[RuleProblem, ...]


@contextmanager
def uncollected() -> Iterator[None]:
    """Rules are many small objects that live on; walking them in between costs much time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def texts_digest(texts: Iterable[RuleText]) -> hashlib._Hash:
    """SHA-256 of rule texts, their names, licences and packs."""
    digest = hashlib.sha256()
    for text in texts:
        content = hashlib.sha256(text.content).hexdigest()
        told = f"{content} {text.path} {text.licence} {text.pack}\n"
        digest.update(told.encode(errors="surrogatepass"))
    return digest


def packs_key(paths: Sequence[Path], meaning: str) -> str:
    """SHA-256, in hexadecimal, of files as they lie, and of those in folders.

    ``meaning`` is a digest of all else that changes what the rules say. Empty where something
    cannot be read, so that the reading itself tells why.
    """
    digest = hashlib.sha256(meaning.encode())
    for path in paths:
        try:
            found, closed = files_in(path) if path.is_dir() else ([(path.name, path)], [])
            if closed:
                return ""
            digest.update(f"{len(found)} of {path.name}\n".encode(errors="surrogatepass"))
            for name, each in found:
                content = plain_bytes(each) if each.is_file() else None
                if content is None:
                    return ""
                told = f"{hashlib.sha256(content).hexdigest()} {name}\n"
                digest.update(told.encode(errors="surrogatepass"))
        except OSError:
            return ""
    return digest.hexdigest()


def kept_for(cache: Path, key: str) -> RuleSet | None:
    """The rule set that packs of this key gave before, with the problems of reading them."""
    try:
        told = msgspec.msgpack.decode(_packs_file(cache, key).read_bytes(), type=_Told)
    except (OSError, msgspec.MsgspecError):
        return None
    ruleset = read_kept(cache, told.digest)
    return None if ruleset is None else with_unread(ruleset, told.unread)


def keep_for(cache: Path, key: str, digest: str, unread: Sequence[RuleProblem]) -> None:
    """Remember which rule set packs of this key give."""
    _write(_packs_file(cache, key), msgspec.msgpack.encode(_Told(digest, tuple(unread))))


def with_unread(ruleset: RuleSet, unread: Sequence[RuleProblem]) -> RuleSet:
    """The rule set, its problems after those of reading the packs."""
    if not unread:
        return ruleset
    return msgspec.structs.replace(ruleset, problems=tuple(unread) + ruleset.problems)


def read_kept(cache: Path, digest: str) -> RuleSet | None:
    """The rule set of that digest, if it is there and sound."""
    try:
        content = _rules_file(cache, digest).read_bytes()
        with uncollected():
            ruleset = msgspec.msgpack.decode(content, type=RuleSet)
    except (OSError, msgspec.MsgspecError):
        return None
    return ruleset if ruleset.digest == digest else None


def keep(cache: Path, ruleset: RuleSet) -> None:
    """Keep a rule set; a cache that cannot be written is done without."""
    _write(_rules_file(cache, ruleset.digest), msgspec.msgpack.encode(ruleset))


def _rules_file(cache: Path, digest: str) -> Path:
    return cache / f"rules-{PLAN_VERSION}-{_library()}-{digest[:32]}.msgpack"


def _packs_file(cache: Path, key: str) -> Path:
    version = f"{PLAN_VERSION}.{READING_VERSION}"
    return cache / f"packs-{version}-{_library()}-{key[:32]}.msgpack"


def _library() -> str:
    """The installed version of the Sigma library, found without importing anything large."""
    spec = find_spec("sigma")
    places = () if spec is None else spec.submodule_search_locations or ()
    return next(
        (
            found.name.removesuffix(".dist-info").split("-")[1]
            for place in places
            for found in Path(place).parent.glob("[pP]y[sS]igma-*.dist-info")
        ),
        "none",
    )


def _write(target: Path, content: bytes) -> None:
    """Write beside and rename, so that a reader never meets half a file."""
    beside = target.with_suffix(f".{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
