"""The colours of the page: a watch room at night, ink and paper, one lamp.

Every pair that carries text keeps a contrast of at least 4.5 to 1, every mark at least
3 to 1, in both themes; a test measures it. Printing takes the light theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LIGHT: Final[Mapping[str, str]] = {
    "paper": "#faf6ee",
    "ink": "#1d1f27",
    "soft": "#585a63",
    "rule": "#ddd4c3",
    "line": "#857b68",
    "lamp": "#875500",
    "flame": "#ad7008",
    "glow": "#f5dda6",
    "mark": "#f7e0a8",
    "quiet": "#34684a",
    "seen": "#6a957d",
    "look": "#875500",
    "act": "#a52a1e",
}
DARK: Final[Mapping[str, str]] = {
    "paper": "#0b121f",
    "ink": "#e9e4d8",
    "soft": "#a4abba",
    "rule": "#25304a",
    "line": "#66728c",
    "lamp": "#f2b84b",
    "flame": "#f2b84b",
    "glow": "#352a12",
    "mark": "#4a3a14",
    "quiet": "#83b797",
    "seen": "#4d7f66",
    "look": "#f2b84b",
    "act": "#ff8d7e",
}


def palette_css() -> str:
    """The colours as custom properties: by the reader's system, by the switch, for print."""
    light, dark = _block(LIGHT, "light"), _block(DARK, "dark")
    return (
        f":root{{{light}}}"
        "@media screen{"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f":root:has(#theme-light:checked){{{light}}}"
        f":root:has(#theme-dark:checked){{{dark}}}"
        "}"
        "@media print{:root{--paper:#fff}}"
    )


def _block(colours: Mapping[str, str], scheme: str) -> str:
    return f"color-scheme:{scheme};" + "".join(
        f"--{key}:{value};" for key, value in colours.items()
    )
