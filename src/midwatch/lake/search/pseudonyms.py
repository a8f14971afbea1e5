"""A search for a value also finds the pseudonym that was written instead of it.

Whole values only: of a part, a network or a range nobody can tell the pseudonym.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from midwatch.events.schema import ALIASES
from midwatch.lake.masking import KeyHolder, MaskKind, pseudonym
from midwatch.lake.search.tree import All, Any, Not, Query, Term, Word, any_of

_EITHER: Final = {"ip": ("src_ip", "dst_ip")}
_OWN: Final = "fields."
_KINDS: Final = (MaskKind.PSEUDONYM, MaskKind.ADDRESS)


def with_pseudonyms(query: Query, fields: Collection[str], keys: KeyHolder, tenant: str) -> Query:
    """The search, wherever it names a whole value of a masked field widened by its pseudonyms.

    Args:
        query: The search.
        fields: What is or was masked.
        keys: Holds the tenant's key.
        tenant: Whose events are searched.
    """
    if isinstance(query, Not):
        return Not(with_pseudonyms(query.part, fields, keys, tenant))
    if isinstance(query, All | Any):
        parts = [with_pseudonyms(each, fields, keys, tenant) for each in query.parts]
        return All(tuple(parts)) if isinstance(query, All) else any_of(*parts)
    if isinstance(query, Word):
        texts = _pseudonyms(keys, tenant, query.text)
        return any_of(query, *(Word(text, query.position) for text in texts))
    pattern = "*" in query.value and not query.quoted
    if query.operator != "=" or not query.value or pattern or not _is_masked(query.name, fields):
        return query
    return any_of(
        query,
        *(
            Term(query.name, "=", text, quoted=True, position=query.position)
            for text in _pseudonyms(keys, tenant, query.value)
        ),
    )


def _pseudonyms(keys: KeyHolder, tenant: str, value: str) -> list[str]:
    return list(dict.fromkeys(pseudonym(keys, tenant, value, kind) for kind in _KINDS))


def _is_masked(name: str, fields: Collection[str]) -> bool:
    plain = name.lower()
    if plain.startswith(_OWN):
        return name[len(_OWN) :] in fields
    names = _EITHER.get(plain, (plain, ALIASES.get(plain, plain)))
    return any(each in fields for each in names)
