"""From rule files to a ``RuleSet``, by way of the cache where the caller gives one.

Parsing thousands of Sigma rules takes seconds and the Sigma library half a second to
import, so the compiled plan is kept (see ``rules.plan_cache``), known by the digest of all rule
texts, their names and the values of placeholders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from midwatch.rules.placeholders import Placeholders
from midwatch.rules.plan_cache import (
    keep,
    keep_for,
    kept_for,
    packs_key,
    read_kept,
    texts_digest,
    uncollected,
    with_unread,
)
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
    places = list(map(Path, paths))
    meaning = rules_digest((), placeholders, pipelines)
    key = packs_key(places, meaning) if cache is not None else ""
    if cache is not None and key:
        known = kept_for(cache, key)
        if known is not None:
            return known
    texts, unread = read_texts(places)
    ruleset = compile_rules(texts, cache=cache, placeholders=placeholders, pipelines=pipelines)
    # Packs may have been exchanged while they were read; then nothing is remembered.
    if cache is not None and key and key == packs_key(places, meaning):
        keep_for(cache, key, ruleset.digest, unread)
    return with_unread(ruleset, unread)


def compile_rules(
    texts: Sequence[RuleText],
    *,
    cache: Path | None = None,
    placeholders: Placeholders = _NO_VALUES,
    pipelines: Sequence[RuleText] = (),
) -> RuleSet:
    """The rule set of these texts; see ``load_rules``."""
    digest = rules_digest(texts, placeholders, pipelines)
    kept = None if cache is None else read_kept(cache, digest)
    if kept is not None:
        return kept
    # The Sigma library takes half a second to import; a warm start must not pay for it.
    from midwatch.rules.compiling import compile_texts  # noqa: PLC0415  # pySigma is slow to load

    with uncollected():
        ruleset = compile_texts(texts, placeholders, pipelines, digest)
    if cache is not None:
        keep(cache, ruleset)
    return ruleset


def rules_digest(
    texts: Iterable[RuleText],
    placeholders: Placeholders = _NO_VALUES,
    pipelines: Iterable[RuleText] = (),
) -> str:
    """SHA-256, in hexadecimal, of the rule texts, their names and what changes their meaning."""
    digest = texts_digest(texts)
    for name, values in sorted(placeholders.items()):
        digest.update(msgspec.json.encode([name, list(values)]))
    for pipeline in pipelines:
        content = hashlib.sha256(pipeline.content).hexdigest()
        digest.update(f"pipeline {content} {pipeline.path}\n".encode(errors="surrogatepass"))
    return digest.hexdigest()
