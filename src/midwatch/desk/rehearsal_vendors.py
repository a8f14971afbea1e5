"""Vendors of both rehearsed clients, to rehearse the vendor file with. Needs Django set up."""

from __future__ import annotations

from typing import Final

from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.vendor import Vendor as VendorFile

REFERENCES: Final = {"bakery": "bkvndr0001", "forge": "frgvndr001"}
"""The reference of each client's first vendor."""


def furnish_vendors(tenant: str) -> Vendor:
    """A client's first vendor; its name names the client."""
    made = Vendor(tenant=tenant, reference=REFERENCES[tenant])
    made.put(VendorFile(id=made.reference, name=f"Helpers of {tenant}", country="DE"))
    made.save()
    return made
