"""The search language: ``src_ip:203.0.113.0/24 user:admin since:7d -source:filterlog "bad"``.

Text becomes a tree (``parse``), a tree becomes text again (``written``: parsing that gives the
same tree) or SQL with parameters (``compile_search``).

>>> written(parse('user:admin  (port:>1024 OR "two words") -source:sshd'))
'user:admin (port:>1024 OR "two words") -source:sshd'
"""

from midwatch.lake.search.compiling import Compiled, compile_search
from midwatch.lake.search.instants import SearchClock
from midwatch.lake.search.parsing import SearchError, parse
from midwatch.lake.search.pseudonyms import with_pseudonyms
from midwatch.lake.search.tree import All, Any, Not, Query, Term, Word, all_of, any_of, written

__all__ = [
    "All",
    "Any",
    "Compiled",
    "Not",
    "Query",
    "SearchClock",
    "SearchError",
    "Term",
    "Word",
    "all_of",
    "any_of",
    "compile_search",
    "parse",
    "with_pseudonyms",
    "written",
]
