"""Changes what analysts keep; each in one transaction with the record of it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from midwatch.desk.access.handling import Handling
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import User
from midwatch.desk.theme.templatetags.midwatch import amount
from midwatch.desk.triage.models import Assignment, HandOver, Tick
from midwatch.desk.triage.selectors import colleagues
from midwatch.incidents import Incident
from midwatch.kernel import BadInputError

LONGEST_NOTE = 20_000


@transaction.atomic
def assign(scope: Scope, address: str, name: str, user: int, why: str = "") -> User:
    """Give an incident to a colleague, or take it oneself.

    Raises:
        Http404: The incident is not the viewer's to give.
        BadInputError: The colleague may not work on that client's incidents.
    """
    incident = scope.incident_unmasked(name, Permission.TRIAGE)
    chosen = next((each for each in colleagues(scope, incident.tenant) if each.pk == user), None)
    if chosen is None:
        raise BadInputError(
            _("nobody of that name works on this client's incidents"),
            remedy=_("choose a colleague from the list"),
        )
    Assignment.objects.update_or_create(
        incident=incident.id,
        defaults={"tenant": incident.tenant, "user": chosen, "by": scope.viewer.name},
    )
    Handling(scope, address).assign(name, str(chosen), why)
    return chosen


@transaction.atomic
def tick(scope: Scope, address: str, name: str, step: str, *, done: bool) -> Incident:
    """Keep that a step was done, or that it was not after all.

    Raises:
        Http404: The viewer may not answer for the incident.
    """
    incident = Handling(scope, address).tick(name, step, done=done)
    if done:
        Tick.objects.get_or_create(
            incident=incident.id,
            step=step,
            defaults={"tenant": incident.tenant, "by": scope.viewer.name},
        )
    else:
        Tick.objects.filter(incident=incident.id, step=step).delete()
    return incident


@transaction.atomic
def keep_hand_over(scope: Scope, address: str, since: int, text: str) -> HandOver:
    """Keep what this shift tells the next. ``since``: when it began (UTC microseconds).

    Raises:
        BadInputError: Nothing is written, or too much.
    """
    written = _written(text)
    everywhere = scope.viewer.may(Permission.TRIAGE)
    mine = [] if everywhere else [each.id for each in scope.tenants(Permission.TRIAGE)]
    kept = HandOver.objects.create(
        author_id=scope.viewer.id,
        name=scope.viewer.name,
        tenants=mine,
        since=_moment(min(since, scope.now)),
        until=_moment(scope.now),
        text=written,
    )
    note(scope.viewer, "handover.keep", subject=str(kept.pk), address=address)
    return kept


@transaction.atomic
def change_hand_over(scope: Scope, address: str, kept: HandOver, text: str) -> HandOver:
    """Write it anew.

    Raises:
        BadInputError: Nothing is written, or too much.
    """
    kept.text = _written(text)
    kept.changed_by = scope.viewer.name
    kept.save(update_fields=["text", "changed_by", "changed"])
    note(scope.viewer, "handover.change", subject=str(kept.pk), address=address)
    return kept


def _written(text: str) -> str:
    written = text.replace("\r\n", "\n").strip()
    if not written:
        raise BadInputError(_("the note is empty"), remedy=_("say at least that all is quiet"))
    if len(written) > LONGEST_NOTE:
        raise BadInputError(
            _("the note is longer than %(most)s characters") % {"most": amount(LONGEST_NOTE)},
            remedy=_("shorten it"),
        )
    return written


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
