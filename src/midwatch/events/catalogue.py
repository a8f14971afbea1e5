"""All log sources that Midwatch knows, found by their folders."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from midwatch.events import sources as _sources
from midwatch.events.source import Source


@lru_cache(maxsize=1)
def all_sources() -> tuple[Source, ...]:
    """Every source, by name. Each folder under ``events/sources`` holds one ``SOURCE``."""
    names = [
        f"{_sources.__name__}.{module.name}.source"
        for module in pkgutil.iter_modules(_sources.__path__)
        if module.ispkg
    ]
    found = [import_module(name).SOURCE for name in names if find_spec(name) is not None]
    return tuple(sorted(found, key=lambda source: source.name))


def source_named(name: str) -> Source | None:
    """The source of that name, or None."""
    return next((source for source in all_sources() if source.name == name), None)
