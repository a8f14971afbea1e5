r"""What a log source is: how its lines are recognised and read.

A source is one declarative folder under ``events/sources``: its ``source.py`` holds one
``SOURCE``. Reading a line gives a ``Reading``: a ``Form`` (which columns vary, which are
constant) and the values of the varying columns. Lines of one form make one batch, so
a rule that contradicts a form's constants costs nothing.

Example:
    >>> from midwatch.events.readers import Pattern, Patterns
    >>> SOURCE = Source(
    ...     name="doorbell",
    ...     title="Example doorbell",
    ...     logsource=Logsource(product="doorbell"),
    ...     programs=("doorbelld",),
    ...     readers=(Patterns(Pattern(r"ring from (?P<src_ip>\S+)", action="ring")),),
    ... )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from midwatch.events.schema import Logsource

if TYPE_CHECKING:
    from midwatch.events.json_runs import RunReader

Value = str | int | None
VendorFields = Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One shape of event: the columns that vary and those that do not.

    Forms are compared by identity; readers make each of theirs once.
    ``vendor`` gives all of the product's own fields of a message, under their own
    names, and is only called when somebody asks for one.
    """

    names: tuple[str, ...]
    constants: Mapping[str, Value]
    vendor: Callable[[str], VendorFields] | None = None


Reading = tuple[Form, tuple[Value, ...]]


class Reader(Protocol):
    """Reads the message of one line, header already taken off."""

    def read(self, message: str) -> Reading | None:
        """What the message says, or None when it is not of this reader's making."""
        ...


@dataclass(frozen=True, slots=True)
class Carry:
    """Columns that later lines of a session inherit from earlier ones of the same file.

    ``key`` is the column that names the session; ``columns`` are filled in where a later
    line of that session lacks them. Only the latest ``limit`` sessions are remembered.
    """

    key: str
    columns: tuple[str, ...]
    limit: int = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One product whose logs Midwatch reads.

    ``programs``: names in the syslog tag (lower case; a trailing ``*`` matches any ending)
    that announce it. ``marks``: literal texts, any one of which stands in every line of
    the product (case-sensitive); they recognise lines that no program announces.
    ``readers`` are tried in order; the first that understands wins. ``claims``: when a
    program announces the source but no reader understands, the line still belongs to
    this source (its address and user are then looked for by the generic reader; with
    ``plain_login`` also a plainly worded login). ``priority``: lower is tried first where
    several sources are candidates. ``header_clock``: trust the syslog header's time over
    the one in the body. ``distinct``: the readers understand nothing but this product's
    lines, so they may be tried before the marks are looked for. ``fallback``: tried on
    every line that nothing else understood. ``runs``: reads many structured lines at once.
    ``verbatim``: the product's own fields keep what stands for nothing (``-``), since rules are
    written against it.
    """

    name: str
    title: str
    logsource: Logsource
    readers: tuple[Reader, ...]
    programs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    priority: int = 50
    claims: bool = True
    plain_login: bool = True
    header_clock: bool = False
    distinct: bool = False
    fallback: bool = False
    carry: Carry | None = None
    constants: Mapping[str, Value] = field(default_factory=dict)
    runs: RunReader | None = None
    verbatim: bool = False
