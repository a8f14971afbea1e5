"""The report as one HTML page that carries everything in itself.

No script, no request: style and typefaces are written into the page, and its content
security policy forbids anything else. It reads the same from a mail attachment, a share
or a memory stick, in ten years too. Text from logs is defused and escaped.

Example: ``Path("report.html").write_text(render_html(report, zone=UTC), "utf-8")``
"""

from __future__ import annotations

from base64 import b64encode
from datetime import tzinfo
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from midwatch.reports.charts import CHART_HEIGHT
from midwatch.reports.labels import PAGE
from midwatch.reports.marking import commands
from midwatch.reports.page import page_of
from midwatch.reports.palette import DARK, LIGHT, palette_css
from midwatch.reports.values import Report

_LATIN: Final = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_EXTENDED: Final = "U+0100-0130,U+0132-0151,U+0154-017F,U+0218-021B,U+1E9E"
FACES: Final = (
    ("Midwatch Text", "400 700", "midwatch-text-latin.woff2", _LATIN),
    ("Midwatch Text", "400 700", "midwatch-text-latin-ext.woff2", _EXTENDED),
    ("Midwatch Head", "600", "midwatch-head-latin.woff2", _LATIN),
    ("Midwatch Head", "600", "midwatch-head-latin-ext.woff2", _EXTENDED),
)


def render_html(report: Report, *, zone: tzinfo) -> str:
    """The report as the text of a page, to be written in UTF-8; times are in ``zone``."""
    style, digest = _style()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page_of(report, zone),
            t=PAGE,
            style=style,
            style_digest=digest,
            chart_height=CHART_HEIGHT,
            paper=LIGHT["paper"],
            night=DARK["paper"],
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("midwatch.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["commands"] = commands
    return environment


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet with colours and typefaces, and its digest for the policy."""
    assets = files("midwatch.reports") / "assets"
    faces = [
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f'src:url(data:font/woff2;base64,{_base64((assets / file).read_bytes())}) format("woff2");'
        f"unicode-range:{letters}}}"
        for family, weight, file, letters in FACES
    ]
    sheet = (assets / "page.css").read_text("utf-8")
    style = "\n".join((*faces, palette_css(), sheet.replace("</", "<\\/")))
    # The parts are our own files, and "</" is taken out: nothing in them ends the element.
    return Markup(style), _base64(sha256(style.encode()).digest())  # noqa: S704  # the reason stands above


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
