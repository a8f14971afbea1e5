"""The lake: every line the firm's machines wrote, in one Delta Lake table per state folder.

``LakeWriter`` commits batches, each delivery once; ``LakeReader`` answers SQL for certain tenants
and nothing else; ``LakeKeeper`` expires, compacts, checks and erases; ``read_batches`` gives
events back to the rules; ``lake.search`` is the search language.

Each part is loaded when it is first asked for: who only masks or only writes should not hold
DuckDB, which takes as much memory as the rest of a process.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from midwatch.lake.maintaining import LakeKeeper
    from midwatch.lake.masking import KeyHolder, Masking, MaskKind
    from midwatch.lake.reading import Answer, LakeReader
    from midwatch.lake.replaying import days_of, read_batches
    from midwatch.lake.values import Commit, Erased, Erasure, Maintained, Placed
    from midwatch.lake.writing import LakeWriter


__all__ = [
    "Answer",
    "Commit",
    "Erased",
    "Erasure",
    "KeyHolder",
    "LakeKeeper",
    "LakeReader",
    "LakeWriter",
    "Maintained",
    "MaskKind",
    "Masking",
    "Placed",
    "days_of",
    "read_batches",
]

_HOMES: Final = {
    "Answer": "reading",
    "Commit": "values",
    "Erased": "values",
    "Erasure": "values",
    "KeyHolder": "masking",
    "LakeKeeper": "maintaining",
    "LakeReader": "reading",
    "LakeWriter": "writing",
    "Maintained": "values",
    "MaskKind": "masking",
    "Masking": "masking",
    "Placed": "values",
    "days_of": "replaying",
    "read_batches": "replaying",
}

if not TYPE_CHECKING:  # where types are checked, names are those above and no others

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{home}"), name)
