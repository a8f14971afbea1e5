"""What somebody who answers a questionnaire by its link may know of the client: its name, no more.

They have no account, so the link alone decides whose rows are read; see ``answers.links``.
"""

from __future__ import annotations

from midwatch.desk.access.rows import every_row
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Entry
from midwatch.reports.defusing import defuse


def client_called(tenant: str) -> str:
    """What the client is called."""
    known = stores().tenants.tenant(tenant)
    return defuse(known.title) if known is not None else "Midwatch"


def keep(
    verb: str, *, name: str, address: str, tenant: str = "", subject: str = "", **detail: object
) -> None:
    """Keep in the record what somebody without an account did."""
    with every_row():
        Entry.objects.create(
            actor=None, name=name[:254] or "nobody", tenant=tenant, verb=verb,
            subject=subject[:200], detail=detail, address=address,
        )  # fmt: skip
