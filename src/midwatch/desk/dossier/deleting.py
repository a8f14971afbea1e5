"""Deletes a vendor's file with all that hangs on it: an owner's act, and nobody else's.

What stays: the record (that there was a file, and who deleted it why), the firm's own policies
with their measures' words, and backups until they are removed. A choice that was decided stays
without the vendor's column and without its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.stores import stores
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.choosing.models import Choice
from midwatch.desk.dossier.models import Hold
from midwatch.desk.reminders.models import Notice
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.desk.vendors.models import Paper, Vendor
from midwatch.desk.vendors.selectors import AT_WORK
from midwatch.kernel import BadInputError

_SHORTEST: Final = 10
_LONGEST: Final = 400
NOBODY: Final = "–"
"""What stands in a decision where a deleted vendor was named."""


def what_hinders(acts: VendorActs, vendor: Vendor, today: date) -> tuple[str, ...]:
    """Why a vendor's file cannot be deleted now; nothing where it can."""
    return tuple(_hinders(acts, vendor, today))


def _hinders(acts: VendorActs, vendor: Vendor, today: date) -> Iterator[str]:
    if vendor.state in AT_WORK:
        yield _("It works for you. Take it to its end first.")
    if vendor.is_provider:
        yield _("The watch itself is bought from it: its file proves what was promised.")
    if acts.scope.tenant(vendor.tenant, Permission.VENDORS_SEE).legal_hold:
        yield _("The client is under legal hold: nothing of it is deleted.")
    for hold in Hold.objects.filter(vendor=vendor):
        if hold.holds(today):
            told = {"why": hold.why, "who": hold.set_by}
            yield (
                _("It must be kept, as %(who)s set: %(why)s") % told
                if hold.until is None
                else _("It must be kept until %(day)s, as %(who)s set: %(why)s")
                % {**told, "day": date_format(hold.until, _("j M Y"))}
            )
    held = vendor.holdings.filter(returned=None).count()
    if held:
        yield ngettext(
            "It still holds %(n)d kind of data of yours; note that it was returned or deleted.",
            "It still holds %(n)d kinds of data of yours; note that they were returned or deleted.",
            held,
        ) % {"n": held}


def delete_file(acts: VendorActs, reference: str, *, typed: str, why: str, today: date) -> str:
    """Delete a vendor's file; its name, which is told this last time. Kept in the record.

    Raises:
        Http404: There is no such vendor, or the viewer is no owner of the client.
        BadInputError: Its name was not typed, no reason is given, or something hinders.
    """
    _overwrite(on=True)
    try:
        name = _delete(acts, reference, typed=typed, why=why, today=today)
    finally:
        _overwrite(on=False)
    return name


@transaction.atomic
def _delete(acts: VendorActs, reference: str, *, typed: str, why: str, today: date) -> str:
    vendor = acts.held(reference)
    if not acts.scope.vendors.may_delete(vendor):
        raise Http404
    if " ".join(typed.split()) != " ".join(vendor.name.split()):
        raise BadInputError(_("that is not its name"), remedy=_("type it as it stands above"))
    if len(why.strip()) < _SHORTEST:
        raise BadInputError(
            _("a reason is needed"), remedy=_("say in a sentence why; it stays in the record")
        )
    hindered = what_hinders(acts, vendor, today)
    if hindered:
        raise BadInputError(" ".join(hindered), remedy=_("put that right first"))
    name, tenant, digests = vendor.name, vendor.tenant, _digests(vendor)
    acts.keep(
        "vendor.delete", vendor, name=name, why=why.strip()[:_LONGEST], papers=len(digests),
        state=vendor.state,
    )  # fmt: skip
    _forget_in_choices(vendor)
    _forget_in_reminders(vendor)
    vendor.delete()
    left = set(
        Paper.objects.filter(tenant=tenant, sha256__in=digests).values_list("sha256", flat=True)
    )
    folder = stores().folder.papers(tenant)
    transaction.on_commit(lambda: _unlink(folder, digests - left))
    return name


def _digests(vendor: Vendor) -> set[str]:
    return set(vendor.papers.exclude(sha256="").values_list("sha256", flat=True))


def _unlink(folder: Path, digests: set[str]) -> None:
    for each in digests:
        (folder / each).unlink(missing_ok=True)


def _forget_in_choices(vendor: Vendor) -> None:
    """The decision keeps who decided and why; the vendor's name and figures go."""
    for row in vendor.candidacies.select_related("choice"):
        choice = Choice.objects.select_for_update().get(pk=row.choice_id)
        made = choice.made
        if made is None:
            continue
        names = {vendor.name, (row.frozen or {}).get("name", vendor.name)}
        chosen = made.chosen in names
        choice.decision = msgspec.to_builtins(
            msgspec.structs.replace(
                made, chosen=NOBODY if chosen else made.chosen,
                fits=tuple(each for each in made.fits if each[0] not in names),
                against=() if chosen else made.against,
            )
        )  # fmt: skip
        choice.save(update_fields=["decision"])


def _forget_in_reminders(vendor: Vendor) -> None:
    asked = [f"questionnaire:{each.reference}" for each in vendor.askings.all()]
    Notice.objects.filter(tenant=vendor.tenant, whom__in=asked).delete()
    for notice in Notice.objects.filter(tenant=vendor.tenant):
        told = [each for each in notice.items if each.get("vendor") != vendor.reference]
        if len(told) < len(notice.items):
            notice.items = told
            notice.save(update_fields=["items"])


def _overwrite(*, on: bool) -> None:
    """Have SQLite write zeros over what it deletes, and empty its journal of it afterwards."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA secure_delete = {'ON' if on else 'OFF'}")
        if not on and not connection.in_atomic_block:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# ---------------------------------------------------------------- holds


@transaction.atomic
def hold(acts: VendorActs, reference: str, until: date | None, why: str) -> Hold:
    """Have a file kept until a day, or until an owner ends that.

    Raises:
        Http404: The vendor is not the viewer's to judge.
        BadInputError: No reason is given.
    """
    vendor = acts.held(reference)
    if len(why.strip()) < _SHORTEST:
        raise BadInputError(
            _("a reason is needed"), remedy=_("name the law, the dispute or the contract")
        )
    made = Hold.objects.create(
        tenant=vendor.tenant, vendor=vendor, until=until, why=" ".join(why.split())[:_LONGEST],
        set_by=acts.scope.viewer.name, set_at=moment_of(acts.scope.now),
    )  # fmt: skip
    acts.keep("vendor.hold", vendor, until="" if until is None else str(until), why=made.why)
    return made


@transaction.atomic
def end_hold(acts: VendorActs, reference: str, number: int, why: str) -> Hold:
    """End that a file must be kept; an owner's act.

    Raises:
        Http404: There is none, or the viewer is no owner of the client.
        BadInputError: No reason is given.
    """
    vendor = acts.held(reference)
    known = Hold.objects.filter(vendor=vendor, pk=number, ended=None).first()
    if known is None or not acts.scope.vendors.may_delete(vendor):
        raise Http404
    if len(why.strip()) < _SHORTEST:
        raise BadInputError(
            _("a reason is needed"), remedy=_("say in a sentence why; it stays in the record")
        )
    known.ended, known.ended_by = moment_of(acts.scope.now), acts.scope.viewer.name
    known.ended_why = " ".join(why.split())[:_LONGEST]
    known.save()
    acts.keep("vendor.hold_end", vendor, why=known.ended_why)
    return known
