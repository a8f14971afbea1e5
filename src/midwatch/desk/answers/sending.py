"""Sends questionnaires: a version is frozen, a link is made, and it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.answers import links
from midwatch.desk.answers.answering import told_answer
from midwatch.desk.answers.counting import recount
from midwatch.desk.answers.models import Asking, Given, Link, Version, builtins
from midwatch.desk.answers.selectors import Whole, of_vendor
from midwatch.desk.answers.selectors import asking as asking_of
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import Answer, Reply, TemplateVersion, own_versions
from midwatch.vendors.questionnaires.answers import problem_of

_MOST: Final = 500
LONGEST: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be sent to whom. ``template`` is a digest; ``days``: how long the link opens.

    ``carry``: fill in what the vendor answered before.
    """

    template: str
    name: str
    email: str = ""
    message: str = ""
    due: date | None = None
    days: int = links.LASTS.days
    carry: bool = True
    by_mail: bool = False


def versions(scope: Scope, tenant: str) -> list[TemplateVersion]:
    """What can be sent: our own questionnaires, and those that were brought as such."""
    found = {each.digest: each for each in own_versions()}
    for kept in Version.objects.filter(tenant=tenant).order_by("-created"):
        found.setdefault(kept.digest, kept.frozen)
    del scope
    return list(found.values())


def freeze(tenant: str, version: TemplateVersion, by: str) -> Version:
    """Keep a version as it is now, for good."""
    made, _new = Version.objects.get_or_create(
        tenant=tenant, digest=version.digest,
        defaults={
            "template": version.id[:64], "version": version.version[:32],
            "title": version.title[:200], "minutes": version.minutes,
            "body": builtins(version), "created_by": by[:254],
        },
    )  # fmt: skip
    return made


@transaction.atomic
def send(scope: Scope, address: str, vendor: str, wish: Wish) -> tuple[Asking, links.Made]:
    """Freeze the version, make the questionnaire and its link; mail it where that is wished.

    Raises:
        Http404: The vendor is not the viewer's to judge.
        BadInputError: There is no such questionnaire, nobody to send it to, or no mail.
    """
    acts = VendorActs(scope, address)
    known = acts.held(vendor)
    version = next((v for v in versions(scope, known.tenant) if v.digest == wish.template), None)
    if version is None:
        raise BadInputError(
            _("there is no such questionnaire"), remedy=_("choose one from the list")
        )
    name = " ".join(wish.name.split())
    if not name:
        raise BadInputError(_("nobody is named who answers"), remedy=_("name a person"))
    if wish.by_mail and not (wish.email and links.mail_works()):
        raise BadInputError(
            _("it cannot be mailed"),
            remedy=_("name an address, and set up a mail server, or pass the link on yourself"),
        )
    if of_vendor(scope, known).count() >= _MOST:
        raise BadInputError(_("there are too many questionnaires"), remedy=_("close some first"))
    made = _make(scope, known, version, wish, name)
    link = links.make_link(
        made, name=name, email=wish.email, by=scope.viewer.name, expires=_expiry(made)
    )
    acts.keep(
        "answers.send", known, questionnaire=made.reference, template=version.id,
        digest=version.digest[:16], to=wish.email or name,
    )  # fmt: skip
    if wish.by_mail:
        links.mail_link(link, scope.viewer.name)
    return made, link


def _make(scope: Scope, vendor: Vendor, version: TemplateVersion, wish: Wish, name: str) -> Asking:
    lasts = min(timedelta(days=max(1, wish.days)), LONGEST)
    made = Asking.objects.create(
        tenant=vendor.tenant, vendor=vendor,
        version=freeze(vendor.tenant, version, scope.viewer.name), name=name[:120],
        email=wish.email.lower(), message=wish.message.strip()[:4000], due=wish.due,
        expires=timezone.now() + lasts, created_by_id=scope.viewer.id or None,
    )  # fmt: skip
    if wish.carry:
        carry_over(scope, made)
    recount(made)
    return made


def carry_over(scope: Scope, asking: Asking) -> int:
    """Fill in what the vendor answered before to the same questions; how many."""
    whole = Whole(asking)
    kinds = {question.id: question.kind for question in whole.version.questions}
    found: dict[str, tuple[Answer, str]] = {}
    earlier = of_vendor(scope, asking.vendor).exclude(pk=asking.pk).exclude(handed_in=None)
    for each in earlier.order_by("handed_in"):
        other = Whole(each)
        for question in other.version.questions:
            answer = other.submission.answer(question.id)
            same_kind = kinds.get(question.id) is question.kind
            if same_kind and answer.reply is not Reply.UNANSWERED:
                found[question.id] = (answer, f"{each.version.title}, {each.handed_in:%Y-%m-%d}")
    now = int(timezone.now().timestamp() * 1_000_000)
    done = 0
    for name, (answer, source) in found.items():
        target = whole.version.question(name)
        told = told_answer(whole, answer, "", now, source)
        if target is not None and not problem_of(target, told):
            Given.objects.create(
                tenant=asking.tenant, asking=asking, question=name, body=builtins(told)
            )
            done += 1
    return done


@transaction.atomic
def new_link(
    scope: Scope, address: str, reference: str, *, by_mail: bool, days: int = links.LASTS.days
) -> links.Made:
    """A new link for who answers; those before open nothing any more.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
        BadInputError: It is closed or was taken back, or there is no mail.
    """
    asking = held(scope, reference)
    if asking.closed is not None or asking.revoked is not None:
        raise BadInputError(_("this is closed"), remedy=_("open it again, or send a new one"))
    if by_mail and not (asking.email and links.mail_works()):
        raise BadInputError(
            _("it cannot be mailed"),
            remedy=_("name an address, and set up a mail server, or pass the link on yourself"),
        )
    asking.expires = timezone.now() + min(timedelta(days=max(1, days)), LONGEST)
    asking.save(update_fields=["expires"])
    asking.links.filter(section="", revoked=None).update(revoked=timezone.now())
    asking.links.filter(revoked=None).update(expires=asking.expires)
    made = links.make_link(
        asking, name=asking.name, email=asking.email, by=scope.viewer.name,
        expires=_expiry(asking),
    )  # fmt: skip
    _keep(scope, address, "answers.link", asking)
    if by_mail:
        links.mail_link(made, scope.viewer.name)
    return made


@transaction.atomic
def revoke(scope: Scope, address: str, reference: str) -> Asking:
    """Take it back: no link to it opens anything any more. What was answered stays.

    Raises:
        Http404: The questionnaire is not the viewer's to judge.
    """
    asking = held(scope, reference)
    asking.revoked = asking.revoked or timezone.now()
    asking.save(update_fields=["revoked"])
    asking.links.filter(revoked=None).update(revoked=timezone.now())
    _keep(scope, address, "answers.revoke", asking)
    return asking


@transaction.atomic
def code_to_tell(scope: Scope, address: str, reference: str, number: int) -> tuple[Link, str]:
    """A code for a link, to be told by telephone.

    Raises:
        Http404: There is no such link, or not for this viewer.
        BadInputError: Too many were made.
    """
    asking = held(scope, reference)
    found = asking.links.filter(pk=number).first()
    if found is None or not found.works(timezone.now()):
        raise Http404
    code = links.told_code(found)
    _keep(scope, address, "answers.told_code", asking)
    return found, code


def held(scope: Scope, reference: str) -> Asking:
    """A questionnaire to change, held until the transaction ends.

    Raises:
        Http404: There is none, or not for this viewer to judge.
    """
    known = asking_of(scope, reference, judge=True)
    return (
        Asking.objects.select_for_update(of=("self",))
        .select_related("vendor", "version")
        .get(pk=known.pk)
    )


def _keep(scope: Scope, address: str, verb: str, asking: Asking, **detail: object) -> None:
    VendorActs(scope, address).keep(verb, asking.vendor, questionnaire=asking.reference, **detail)


def _expiry(asking: Asking) -> datetime:
    return asking.expires or timezone.now() + links.LASTS
