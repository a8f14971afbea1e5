"""Papers: taken in, kept by their SHA-256 in the state folder, given out again, replaced.

What is filed may be anything. It is never opened here, never shown in the browser, and given
out as a download of no type.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.stores import stores
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.vendors.models import Paper, Vendor, new_reference
from midwatch.desk.vendors.scanning import scan
from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import (
    Assurance,
    Evidence,
    EvidenceKind,
    SocReview,
    digest_of,
    usual_assurance,
)

LARGEST: Final = 25_000_000
"""Bytes of the largest file that is taken."""
LARGEST_REQUEST: Final = LARGEST + 1_000_000
"""Bytes of a form with such a file."""
_MOST_PAPERS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A paper as somebody brings it. ``data`` is empty where there is no file to keep."""

    kind: EvidenceKind
    title: str
    received: date
    data: bytes = b""
    file_name: str = ""
    effective: date | None = None
    expires: date | None = None
    scope: str = ""
    issuer: str = ""
    assurance: Assurance | None = None
    replaces: str = ""


def keep_bytes(tenant: str, data: bytes) -> str:
    """Keep a file of a client's; its SHA-256. The same bytes are kept once.

    Raises:
        BadInputError: It is empty or too large, or the antivirus found something in it.
    """
    if not data or len(data) > LARGEST:
        raise BadInputError(
            _("the file is empty") if not data else _("the file has more than 25 MB"),
            remedy=_("choose another file"),
        )
    digest = digest_of(data)
    place = stores().folder.papers(tenant) / digest
    if not place.exists():
        scan(data)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = place.with_name(f".{digest[:16]}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    return digest


def bytes_of(paper: Paper) -> bytes:
    """The paper's file, as long as it is still what was filed.

    Raises:
        Http404: It has none.
        BadInputError: It is gone from the state folder, or was changed there.
    """
    if not paper.sha256:
        raise Http404
    data = b""
    with suppress(OSError):
        data = (stores().folder.papers(paper.tenant) / paper.sha256).read_bytes()
    if digest_of(data) != paper.sha256:
        raise BadInputError(
            _("the file of this paper is gone or was changed"),
            remedy=_("bring it back from a backup, or file it anew"),
        )
    return data


@transaction.atomic
def file_paper(vendor: Vendor, brought: Brought, *, by: str) -> Paper:
    """File a paper; whoever calls has looked whether they may.

    A paper that replaces another is its next version.

    Raises:
        BadInputError: It has no title, its dates run backwards, or the file cannot be taken.
    """
    title = " ".join(brought.title.split())
    if not title:
        raise BadInputError(_("a paper needs a title"), remedy=_("say what it is"))
    if brought.effective and brought.expires and brought.expires < brought.effective:
        raise BadInputError(
            _("it ends before it begins"), remedy=_("look at the two dates on the paper again")
        )
    if vendor.papers.count() >= _MOST_PAPERS:
        raise BadInputError(_("there are too many papers on file"), remedy=_("remove some first"))
    older = vendor.papers.filter(reference=brought.replaces, newer=None).first()
    if brought.replaces and older is None:
        raise BadInputError(
            _("the paper it replaces is not there, or was replaced already"),
            remedy=_("choose its newest version"),
        )
    made = Paper(
        tenant=vendor.tenant, vendor=vendor, reference=new_reference(), brought_by=by[:254]
    )
    made.put(
        Evidence(
            id=made.reference,
            vendor=vendor.reference,
            kind=brought.kind,
            title=title[:200],
            sha256=keep_bytes(vendor.tenant, brought.data) if brought.data else "",
            received=brought.received,
            assurance=brought.assurance or usual_assurance(brought.kind),
            effective=brought.effective,
            expires=brought.expires,
            scope=brought.scope.strip(),
            issuer=brought.issuer.strip(),
            file_name=plain_name(brought.file_name),
            size=len(brought.data),
            version=1 if older is None else older.struct.version + 1,
            replaces="" if older is None else older.reference,
        )
    )
    made.save()
    if older is not None:
        older.newer = made
        older.save()
    return made


def plain_name(name: str) -> str:
    """A file's name without folders and without what no file's name needs."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if each.isalnum() or each in " ._-()").strip(" .")
    return kept[-120:] or "file"


@transaction.atomic
def add_paper(acts: VendorActs, reference: str, brought: Brought) -> Paper:
    """File a paper as a reviewer.

    Raises:
        BadInputError: What ``file_paper`` raises.
    """
    vendor = acts.held(reference)
    made = file_paper(vendor, brought, by=acts.scope.viewer.name)
    acts.keep("vendor.paper", vendor, paper=made.reference, sort=made.sort, sha256=made.sha256)
    return made


@transaction.atomic
def change_paper(acts: VendorActs, reference: str, number: int, changed: Evidence) -> Paper:
    """Put right what stands about a paper; its file stays what it was."""
    vendor = acts.held(reference)
    paper = own(vendor, Paper, number)
    known = paper.struct
    paper.put(
        msgspec.structs.replace(
            changed, id=known.id, vendor=known.vendor, sha256=known.sha256, size=known.size,
            file_name=known.file_name, version=known.version, replaces=known.replaces,
        )
    )  # fmt: skip
    paper.save()
    acts.keep("vendor.paper_change", vendor, paper=paper.reference)
    return paper


@transaction.atomic
def remove_paper(acts: VendorActs, reference: str, number: int) -> str:
    """Remove a paper, and its file where no other paper of the client's has the same bytes."""
    vendor = acts.held(reference)
    paper = own(vendor, Paper, number)
    title, digest = paper.title, paper.sha256
    paper.delete()
    if digest and not Paper.objects.filter(tenant=vendor.tenant, sha256=digest).exists():
        transaction.on_commit(
            lambda: (stores().folder.papers(vendor.tenant) / digest).unlink(missing_ok=True)
        )
    acts.keep("vendor.paper_remove", vendor, paper=title, sha256=digest)
    return title


@transaction.atomic
def review_soc(acts: VendorActs, reference: str, number: int, review: SocReview) -> Paper:
    """Keep what somebody found in a SOC report.

    Raises:
        BadInputError: The paper is no SOC report, or its period runs backwards.
    """
    vendor = acts.held(reference)
    paper = own(vendor, Paper, number)
    if paper.sort != EvidenceKind.SOC_REPORT:
        raise BadInputError(
            _("this paper is no SOC report"), remedy=_("change its kind first, if it is one")
        )
    if review.end < review.start:
        raise BadInputError(
            _("the report's period ends before it begins"), remedy=_("look at its dates again")
        )
    paper.soc = msgspec.to_builtins(msgspec.structs.replace(review, evidence=paper.reference))
    paper.save()
    acts.keep("vendor.soc", vendor, paper=paper.reference)
    return paper
