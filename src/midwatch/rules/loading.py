"""From rule files to a ``RuleSet``, by way of the cache where the caller gives one.

Parsing thousands of Sigma rules takes seconds and the Sigma library half a second to
import, so the compiled plan is kept as one msgpack file, named by the digest of all rule
texts, their names and the values of placeholders, by ``PLAN_VERSION`` and the library's
version. A cache file that cannot be read counts as absent. The cache is never the only copy of
anything.
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

from midwatch.rules.placeholders import Placeholders
from midwatch.rules.plan import PLAN_VERSION
from midwatch.rules.ruleset import RuleSet
from midwatch.rules.texts import RuleText, read_texts

_NO_VALUES: Final[Placeholders] = {}


def load_rules(
    paths: Iterable[Path | str],
    *,
    cache: Path | None = None,
    placeholders: Placeholders = _NO_VALUES,
    pipelines: Sequence[RuleText] = (),
) -> RuleSet:
    """Rules of files, folders, zip and tar packs.

    Args:
        paths: Where the rules lie. A folder is searched for ``*.yml`` and ``*.yaml``.
        cache: Folder for compiled rule sets; it is made when missing. None: no cache.
        placeholders: Values for Sigma's ``expand`` modifier, by placeholder name.
        pipelines: pySigma's processing pipelines, as YAML texts.

    Returns:
        The rules, and among ``problems`` whatever could not be read. Never raises for
        what a rule file holds.

    Raises:
        BadInputError: a pipeline is not sound.
    """
    texts, unread = read_texts(paths)
    ruleset = compile_rules(texts, cache=cache, placeholders=placeholders, pipelines=pipelines)
    if unread:
        ruleset = msgspec.structs.replace(ruleset, problems=tuple(unread) + ruleset.problems)
    return ruleset


def compile_rules(
    texts: Sequence[RuleText],
    *,
    cache: Path | None = None,
    placeholders: Placeholders = _NO_VALUES,
    pipelines: Sequence[RuleText] = (),
) -> RuleSet:
    """The rule set of these texts; see ``load_rules``."""
    digest = rules_digest(texts, placeholders, pipelines)
    kept = _read_cache(cache, digest)
    if kept is not None:
        return kept
    # The Sigma library takes half a second to import; a warm start must not pay for it.
    from midwatch.rules.compiling import compile_texts  # noqa: PLC0415  # pySigma is slow to load

    with _uncollected():
        ruleset = compile_texts(texts, placeholders, pipelines, digest)
    if cache is not None:
        _write_cache(cache, ruleset)
    return ruleset


@contextmanager
def _uncollected() -> Iterator[None]:
    """Parsing makes millions of small objects that live on; walking them costs a fifth of it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def rules_digest(
    texts: Iterable[RuleText],
    placeholders: Placeholders = _NO_VALUES,
    pipelines: Iterable[RuleText] = (),
) -> str:
    """SHA-256, in hexadecimal, of the rule texts, their names and what changes their meaning."""
    digest = hashlib.sha256()
    for text in texts:
        content = hashlib.sha256(text.content).hexdigest()
        told = f"{content} {text.path} {text.licence} {text.pack}\n"
        digest.update(told.encode(errors="surrogatepass"))
    for name, values in sorted(placeholders.items()):
        digest.update(msgspec.json.encode([name, list(values)]))
    for pipeline in pipelines:
        content = hashlib.sha256(pipeline.content).hexdigest()
        digest.update(f"pipeline {content} {pipeline.path}\n".encode(errors="surrogatepass"))
    return digest.hexdigest()


def _cache_file(cache: Path, digest: str) -> Path:
    return cache / f"rules-{PLAN_VERSION}-{_library()}-{digest[:32]}.msgpack"


def _library() -> str:
    """The installed version of the Sigma library, found without importing anything large."""
    spec = find_spec("sigma")
    if spec is None or spec.origin is None:
        return "none"
    folder = Path(spec.origin).parents[1]
    return next(
        (found.name.split("-")[1] for found in folder.glob("[pP]y[sS]igma-*.dist-info")), "0"
    )


def _read_cache(cache: Path | None, digest: str) -> RuleSet | None:
    if cache is None:
        return None
    try:
        ruleset = msgspec.msgpack.decode(_cache_file(cache, digest).read_bytes(), type=RuleSet)
    except (OSError, msgspec.MsgspecError):
        return None
    return ruleset if ruleset.digest == digest else None


def _write_cache(cache: Path, ruleset: RuleSet) -> None:
    """Write beside and rename, so that a reader never meets half a file."""
    target = _cache_file(cache, ruleset.digest)
    beside = target.with_suffix(f".{os.getpid()}.tmp")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(msgspec.msgpack.encode(ruleset))
        beside.replace(target)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
