"""Keeps searches, lets them go, takes events out, and puts rules in force."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.acting_events import note_export, put_rule
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.scope_events import Asked, Events
from midwatch.desk.audit.services import note
from midwatch.desk.search.models import EVERY_CLIENT, SavedSearch
from midwatch.desk.search.question import Question
from midwatch.kernel import BadInputError
from midwatch.lake.exporting import write_answer

__all__ = ["keep", "let_go", "put_rule", "take_out"]
_MOST_KEPT = 500


@transaction.atomic
def keep(
    scope: Scope, question: Question, title: str, tenant: str, address: str = ""
) -> SavedSearch:
    """Keep a question by name; one of the same name of the same person is replaced.

    Raises:
        Http404: The client is not the viewer's to search.
        BadInputError: There is no name, or they have kept too many.
    """
    if tenant != EVERY_CLIENT:
        scope.tenant(tenant, Permission.SEARCH)
    elif not scope.viewer.may(Permission.SEARCH):
        raise Http404
    name = " ".join(title.split())[:120]
    if not name:
        raise BadInputError(_("a kept search needs a name"), remedy=_("say what it finds"))
    if SavedSearch.objects.filter(owner=scope.viewer.id).count() >= _MOST_KEPT:
        raise BadInputError(
            _("you have kept too many searches"), remedy=_("let go of some that you do not need")
        )
    Events(scope, [tenant] if tenant else []).ask(question.text)
    kept, _new = SavedSearch.objects.update_or_create(
        tenant=tenant, owner_id=scope.viewer.id, title=name,
        defaults={
            "text": question.text,
            "span": question.span,
            "masked": bool(tenant) and scope.masks(tenant),
        },
    )  # fmt: skip
    note(scope.viewer, "search.keep", tenant=tenant, subject=f"search {kept.pk}", address=address)
    return kept


@transaction.atomic
def let_go(scope: Scope, kept: SavedSearch, address: str = "") -> None:
    """Remove a kept search; others' only by who manages people of that client.

    Raises:
        Http404: It is somebody else's.
    """
    if kept.owner_id != scope.viewer.id and not scope.viewer.may(
        Permission.PEOPLE, kept.tenant or None
    ):
        raise Http404
    note(
        scope.viewer, "search.remove", tenant=kept.tenant, subject=f"search {kept.pk}",
        address=address,
    )  # fmt: skip
    kept.delete()


def take_out(
    events: Events, scope: Scope, asked: Asked, form: str, address: str = ""
) -> tuple[bytes, int, bool]:
    """The events of a question as a file, how many they are, and whether there were more.

    That they left is kept in the record of each client, with their number.

    Raises:
        BadInputError: It took too long, or there is no turn.
        ConfigurationError: There is no lake yet.
    """
    answer = events.export(asked)
    sink = io.BytesIO()
    write_answer(answer, form, sink)
    note_export(scope, answer, form, address)
    return sink.getvalue(), len(answer.table), answer.cut


def file_name(form: str, now: int) -> str:
    """What a file of events is called."""
    ending = {"json": "jsonl", "ocsf": "ocsf.jsonl"}.get(form, form)
    return f"events-{datetime.fromtimestamp(now / 1_000_000, UTC):%Y%m%d-%H%M%S}.{ending}"
