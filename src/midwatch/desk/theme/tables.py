"""The twins of a page's table: CSV for spreadsheets, JSON for programs, always in English.

What a spreadsheet would take for a formula gets an apostrophe before it, as attackers choose what
stands in logs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final

from django.http import Http404, HttpResponse, JsonResponse

from midwatch.desk.audit.twins import harmless

FORMS: Final = ("csv", "json")


def table(
    form: str, name: str, columns: Iterable[str], rows: Iterable[Mapping[str, object]]
) -> HttpResponse:
    """The rows as a file ``name``; each has all ``columns``.

    Raises:
        Http404: There is no such form.
    """
    if form == "json":
        return JsonResponse({name: list(rows)}, json_dumps_params={"ensure_ascii": False})
    if form != "csv":
        raise Http404
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns))
    writer.writeheader()
    for row in rows:
        writer.writerow({key: harmless(value) for key, value in row.items()})
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
