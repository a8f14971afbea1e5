"""What ``midwatch vendor export-file`` and ``import-file`` do and tell."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from django.utils import translation

from midwatch.desk.access.keeping import keeper_of
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.dossier.exporting import export_file
from midwatch.desk.dossier.importing import import_file
from midwatch.desk.dossier.words import part_named
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.reports.defusing import defuse
from midwatch.vendors.dossier import open_package

_MOST: Final = 200


def export_to(place: Path, vendor: str, client: str | None) -> str:
    """Write a vendor's whole file; what there is to tell.

    Raises:
        BadInputError: There is no such vendor, there are several, or a document is gone.
        ConfigurationError: The ZIP cannot be written.
    """
    with every_row():
        known = _vendor(vendor, client)
        acts = VendorActs(keeper_of(known.tenant))
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as sink:
                made = export_file(acts, known.reference, sink)
                sink.flush()
                os.fsync(sink.fileno())
            beside.replace(place)
        except OSError as error:
            raise ConfigurationError(
                f"the file cannot be written: {error.strerror}",
                remedy="check the folder and the space left", path=str(place),
            ) from error  # fmt: skip
        finally:
            beside.unlink(missing_ok=True)
    return (
        f"Wrote {place}: {defuse(known.name, 80)}, {len(made.documents)} documents. Whoever has it "
        "reads all of it; keep it like the state folder."
    )


def _vendor(vendor: str, client: str | None) -> Vendor:
    here = Vendor.objects.filter(tenant=client) if client else Vendor.objects.all()
    found = list(here.filter(reference=vendor)) or list(here.filter(name__iexact=vendor.strip()))
    if not found:
        raise BadInputError(
            f"there is no vendor {defuse(vendor, 80)!r}",
            remedy="name it as the desk does, or by its reference, the end of its page's address",
        )
    if len(found) > 1:
        known = ", ".join(f"{each.reference} ({each.tenant})" for each in found[:10])
        raise BadInputError(
            "several clients have a vendor of that name",
            remedy=f"name the client with --client, or one of: {known}",
        )
    return found[0]


def import_from(place: Path, client: str) -> tuple[str, bool]:
    """Bring a file in for a client; what there is to tell, and whether a part was refused.

    Raises:
        BadInputError: There is no such client, or the file is refused as a whole.
    """
    try:
        source = place.open("rb")
    except OSError as error:
        raise BadInputError(
            f"the file cannot be read: {error.strerror}", remedy="check the path", path=str(place)
        ) from error
    with source, every_row(), translation.override("en"):
        acts = VendorActs(keeper_of(client))
        report = import_file(acts, client, open_package(source, str(place)))
    name = defuse(report.vendor.name, 80)
    told = f"{name} is here now" if report.created else f"{name} was here; what it lacked was added"
    lines = [f"{told} ({report.vendor.reference}, client {client})."]
    lines += [
        f"  {part_named(part)}: {taken} taken, {there} there already, {lost} refused"
        for part, taken, there, lost in report.parts
    ]
    for each in report.refused[:_MOST]:
        lines.append(f"Refused: {defuse(each.place, 100)}: {defuse(each.why, 300)}")
    if len(report.refused) > _MOST:
        lines.append(f"and {len(report.refused) - _MOST} more")
    return "\n".join(lines), bool(report.refused)
