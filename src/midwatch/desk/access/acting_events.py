"""What people do with events: look at one unmasked, take them out, watch for more of them."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.scope_events import Events, subject_of
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Reveal
from midwatch.desk.audit.services import note, reveal
from midwatch.kernel import BadInputError
from midwatch.rules import RuleText, compile_rules

if TYPE_CHECKING:  # loaded with the first search, see Scope.lake
    from midwatch.lake import Answer

_BEHIND_THE_MASK = ("user names", "machines and internal addresses", "file names", "raw lines")
_COMMON = "common"


def reveal_event(scope: Scope, event: str, reason: str) -> Reveal:
    """See one event unmasked for an hour.

    Raises:
        Http404: There is none, or not for this viewer.
        BadInputError: No reason is given, or today's reveals are used up.
    """
    row = Events(scope).event(event)
    scope.forget_reveals()
    return reveal(scope.viewer, row.tenant, subject_of(event), reason, _BEHIND_THE_MASK, scope.now)


def note_export(scope: Scope, answer: Answer, form: str, address: str) -> None:
    """Keep that events were taken out, in the record of each client they are of."""
    counts = Counter(map(str, answer.table["tenant"].to_pylist()))
    for tenant, rows in sorted(counts.items()):
        note(
            scope.viewer, "search.export", tenant=tenant, subject=form,
            detail={"rows": rows, "masked": scope.masks(tenant)}, address=address,
        )  # fmt: skip


def put_rule(scope: Scope, tenant: str, name: str, text: str, address: str = "") -> str:
    """Put a rule in force for one client: a file in its folder, which the watch reads anew.

    Returns:
        The file's name.

    Raises:
        Http404: The client's alerts are not the viewer's to change.
        BadInputError: The rule is not sound, or the client is called as the common folder is.
    """
    scope.tenant(tenant, Permission.TRIAGE)
    if tenant == _COMMON:
        raise Http404
    found = compile_rules([RuleText(name, text.encode())])
    if found.problems or not (found.rules or found.correlations):
        cause = str(found.problems[0]) if found.problems else _("it holds no rule")
        raise BadInputError(
            _("the rule would not work: %(cause)s") % {"cause": cause},
            remedy=_("change the search it was made of"),
        )
    folder = stores().folder.rules / tenant
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{name}.yml"
    beside = folder / f".{name}.{secrets.token_hex(4)}.part"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
    note(scope.viewer, "rule.add", tenant=tenant, subject=place.name, address=address)
    return place.name
