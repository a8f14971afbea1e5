"""Tokens of programs that ask in a person's name: never more than the person may."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import ApiToken
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.kernel import BadInputError

PREFIX: Final = "mwt_"
"""So that a scanner for secrets, or a person, recognises a token where it should not be."""
LONGEST: Final = timedelta(days=366)
MOST: Final = 20
_SHOWN: Final = 10
NOT_FOR_PROGRAMS: Final = frozenset({Permission.PEOPLE, Permission.STAFF})
"""Who may come in is decided by people."""


@transaction.atomic
def make_token(
    viewer: Viewer, name: str, permissions: Iterable[Permission], lasts: timedelta,
    address: str = "",
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token, and its text, which is told this once.

    Raises:
        BadInputError: It would last too long, may nothing, or may what the person may not.
    """
    allowed = frozenset(permissions)
    if not timedelta(0) < lasts <= LONGEST:
        raise BadInputError(_("A token lasts a year at most."), remedy=_("choose fewer days"))
    if not allowed:
        raise BadInputError(_("This token may do nothing."), remedy=_("choose what it may do"))
    if allowed & NOT_FOR_PROGRAMS or not all(viewer.may_somewhere(each) for each in allowed):
        raise BadInputError(_("You cannot give this to a program."), remedy=_("choose less"))
    open_now = ApiToken.objects.filter(user=viewer.id, revoked=None, expires__gt=timezone.now())
    if open_now.count() >= MOST:
        raise BadInputError(_("You have too many tokens."), remedy=_("revoke those not in use"))
    token, digest = new_token(PREFIX)
    made = ApiToken.objects.create(
        user_id=viewer.id,
        name=name,
        digest=digest,
        start=token[:_SHOWN],
        permissions=sorted(each.value for each in allowed),
        expires=timezone.now() + lasts,
    )
    note(
        viewer, "token.make", subject=f"{made.name} ({made.start}…)",
        detail={"permissions": made.permissions}, address=address,
    )  # fmt: skip
    return made, token


def revoke_token(viewer: Viewer, token: ApiToken, address: str = "") -> None:
    """Let it open nothing from now on."""
    ApiToken.objects.filter(pk=token.pk, user=viewer.id, revoked=None).update(
        revoked=timezone.now()
    )
    note(viewer, "token.revoke", subject=f"{token.name} ({token.start}…)", address=address)


def viewer_of_token(token: str, now: int) -> Viewer | None:
    """Who asks with that token at ``now`` (UTC microseconds); None: it opens nothing.

    The roles are the person's of this moment: who has left takes their tokens along. One of the
    provider's people needs a second factor for tokens too.
    """
    if not token.startswith(PREFIX):
        return None
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    with every_row():
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest_of(token), revoked=None, expires__gt=moment)
            .first()
        )
        if found is None:
            return None
        allowed = {each for each in Permission if each.value in found.permissions}
        only = frozenset(allowed - NOT_FOR_PROGRAMS)
        viewer = viewer_of(found.user, now, only=only)
        if not viewer.grants or (viewer.provider and not viewer.second_factor):
            return None
        if found.used is None or moment - found.used > timedelta(minutes=1):
            ApiToken.objects.filter(pk=found.pk).update(used=moment)
    return viewer
