"""Draws a page as a PDF with WeasyPrint. Imported when a paper is wanted: it is slow to load.

WeasyPrint asks for other files by address. Ours answers for our typefaces alone and refuses every
other address, so that nothing a vendor wrote can reach out.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from midwatch.reports import __file__ as _reports

_FACES: Final = Path(_reports).parent / "assets"
_STYLE: Final = Path(__file__).parent / "static" / "choosing" / "board.css"
_OURS: Final = "midwatch:"
_ONE_AT_A_TIME: Final = threading.Lock()
"""Drawing takes a processor for a second or two, and memory."""


class _Typefaces(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Answers for our own typefaces; everything else is refused."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """A typeface.

        Raises:
            ValueError: It is none of ours.
        """
        name = url.removeprefix(_OURS)
        if url == name or "/" in name or not name.endswith(".woff2"):
            raise ValueError("nothing is fetched for a paper")
        return URLFetcherResponse(url, (_FACES / name).read_bytes(), {"Content-Type": "font/woff2"})


def pdf(html: str) -> bytes:
    """The page as a PDF."""
    with _ONE_AT_A_TIME:
        fonts = FontConfiguration()
        style = CSS(string=_STYLE.read_text("utf-8"), font_config=fonts, url_fetcher=_Typefaces())
        made = HTML(string=html, url_fetcher=_Typefaces()).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_tags=True
        )
    assert isinstance(made, bytes)  # noqa: S101  # without a target the bytes are given back
    return made
