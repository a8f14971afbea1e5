"""Rows of the lake for a viewer without need: which columns stay, which become codes, which go.

What is not named here is hidden, so that a new column is masked until somebody decides
otherwise. ``OPEN`` holds what the product or Midwatch wrote out of a small stock of words, and
numbers; ``CODED`` what names a person, a machine or a file of the client, as a code of that kind;
``ADDRESSES`` become codes where they are internal. Lines, texts and the product's own fields go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from midwatch.desk.access.masking import HIDDEN_LINE, Masker

if TYPE_CHECKING:  # loaded with the first search, see Scope.lake
    import pyarrow as pa

OPEN: Final = frozenset(
    {"time", "received", "day", "tenant", "office", "feed", "source", "category", "outcome",
     "action", "service", "severity", "src_port", "dst_port", "protocol", "tcp_flags",
     "bytes_in", "bytes_out", "auth_method", "http_method", "http_status", "http_version",
     "signature", "signature_id", "signature_class", "signature_severity", "country", "parsed",
     "dated_by_receipt", "masked", "spool", "delivery", "line", "id"}
)  # fmt: skip
"""Shown and asked for as they are."""
CODED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "user": "user", "src_user": "user", "domain": "host", "host": "host", "src_host": "host",
        "dst_host": "host", "http_host": "host", "query_name": "host", "mail_from": "mail",
        "mail_to": "mail", "file": "file", "url_path": "file", "url_stem": "file",
        "process": "file", "program": "program", "session": "session",
    }
)  # fmt: skip
"""By column, the kind of its codes."""
ADDRESSES: Final = frozenset({"src_ip", "dst_ip"})


def masked_value(masker: Masker, column: str, value: Any) -> Any:  # noqa: ANN401  # any value of the lake
    """What a masked viewer reads instead of a value."""
    if value is None or column in OPEN:
        return value
    if column in CODED:
        return masker.code(CODED[column], str(value))
    if column in ADDRESSES:
        text = str(value)
        return masker.address(text) if _is_address(text) else masker.code("host", text)
    return HIDDEN_LINE if column == "raw" else None


def masked_table(
    table: pa.Table, hides: Callable[[str, str], bool], masker_of: Callable[[str], Masker]
) -> pa.Table:
    """The rows with what is masked for this viewer.

    Args:
        table: Rows with the columns ``tenant`` and ``id``, and any others of the lake.
        hides: Whether that row (tenant, id) is masked.
        masker_of: Masks the names of a client.
    """
    tenants, ids = table["tenant"].to_pylist(), table["id"].to_pylist()
    hidden = [hides(str(tenant), str(row)) for tenant, row in zip(tenants, ids, strict=True)]
    if not any(hidden):
        return table
    import pyarrow as pa  # noqa: PLC0415  # loaded with the first search, see Scope.lake

    maskers = {str(tenant): masker_of(str(tenant)) for tenant in set(tenants)}
    columns: list[Any] = []
    for name in table.column_names:
        column = table[name]
        if name in OPEN or column.null_count == len(column):
            columns.append(column)
            continue
        values = [
            masked_value(maskers[str(tenant)], name, value) if masks else value
            for value, tenant, masks in zip(column.to_pylist(), tenants, hidden, strict=True)
        ]
        columns.append(pa.array(values, column.type))
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
