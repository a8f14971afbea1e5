"""What is known of addresses: clients' own machines and acquaintances, lists from elsewhere.

``KnowledgeStore`` keeps what people say and how each list is; ``update`` fetches one list, of
plain text, CSV, STIX 2.1 or TAXII 2.1, and keeps its last good content. What follows from it
is decided by ``incidents.Knowledge``.
"""

from midwatch.knowledge.asking import Credentials
from midwatch.knowledge.keeping import kept_list, read_kept
from midwatch.knowledge.store import KnowledgeStore
from midwatch.knowledge.updating import update
from midwatch.knowledge.values import EVERYBODY, ListForm, ListSource, ListState

__all__ = [
    "EVERYBODY",
    "Credentials",
    "KnowledgeStore",
    "ListForm",
    "ListSource",
    "ListState",
    "kept_list",
    "read_kept",
    "update",
]
