"""Writes ``static/desk/colours.css`` from the report's palette, so that the two never differ.

``python -m midwatch.desk.theme.colours`` writes it; a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from midwatch.reports.html import FACES
from midwatch.reports.palette import DARK, LIGHT

PLACE: Final = Path(__file__).with_name("static") / "desk" / "colours.css"


def colours_css() -> str:
    """Typefaces by address, and the colours by the visitor's choice or system."""
    faces = [
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f'src:url("../report/{file}") format("woff2");unicode-range:{letters}}}'
        for family, weight, file, letters in FACES
    ]
    light, dark = _block(LIGHT, "light"), _block(DARK, "dark")
    return "\n".join(
        [
            "/* Written by midwatch.desk.theme.colours from the palette of the reports. */",
            *faces,
            f":root{{{light}}}",
            f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}",
            f"@media screen{{:root[data-theme=light]{{{light}}}:root[data-theme=dark]{{{dark}}}}}",
            "@media print{:root{--paper:#fff}}",
            "",
        ]
    )


def _block(colours: Mapping[str, str], scheme: str) -> str:
    return f"color-scheme:{scheme};" + "".join(
        f"--{key}:{value};" for key, value in colours.items()
    )


if __name__ == "__main__":
    PLACE.write_text(colours_css(), "utf-8")
