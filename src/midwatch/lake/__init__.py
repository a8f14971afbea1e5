"""The lake: every line the firm's machines wrote, in one Delta Lake table per state folder.

``LakeWriter`` commits batches, each delivery once; ``LakeReader`` answers SQL for certain tenants
and nothing else; ``LakeKeeper`` expires, compacts, checks and erases; ``read_batches`` gives
events back to the rules; ``lake.search`` is the search language.
"""

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
