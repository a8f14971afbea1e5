"""Rule packs from elsewhere: fetched, verified, kept, compared, taken back.

A pack is a zip or tar archive of Sigma rules. It is taken only if its SHA-256 is the one
that a person pinned, if a key that a person trusts signed it, or if a person says expressly
that neither is wanted. The last good one is kept, so that one command goes back.
"""

from midwatch.packs.comparing import Changes, compare
from midwatch.packs.fetching import Fetched, fetch
from midwatch.packs.store import PackStore, Release, name_from
from midwatch.packs.verifying import Trust, verify

__all__ = [
    "Changes",
    "Fetched",
    "PackStore",
    "Release",
    "Trust",
    "compare",
    "fetch",
    "name_from",
    "verify",
]
