"""A flame graph as a plain drawing, out of samples of a run.

    py-spy record -f raw -o samples.txt -- midwatch hunt …
    python -m benchmarks.flame TITLE < samples.txt > drawing.svg

py-spy is no dependency of ours. Each line of its raw form is a stack, frames separated by
semicolons, and how often it was met. The drawing has no script and shows our own functions
and the libraries they call, but not what only stands between them; what took less than a part
of 250 is left out. Boxes bear the function's name; module and share are their titles.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from html import escape
from typing import Final

_WIDTH: Final = 1200.0
_HEIGHT: Final = 17
_TOP: Final = 44
_LEAST: Final = 1 / 250
_TEXT: Final = 6.6
_FRAME: Final = re.compile(r"(?P<name>.+) \((?P<file>[^)]*?)(?::[0-9]+)?\)")
_COLOURS: Final = {
    "cli": "#d9d9d9", "watch": "#cfc3e6", "events": "#a9d3c0", "detection": "#f4b183",
    "rules": "#f2d98d", "intake": "#a8c8e8",
}  # fmt: skip
_OTHER: Final = "#ececec"
_BETWEEN: Final = ("importlib", "runpy", "click/", "multiprocessing/", "concurrent/")
_MEANINGS: Final = (
    ("cli", "command line"), ("watch", "hunting"), ("intake", "files to lines"),
    ("events", "lines to events"), ("rules", "rules"), ("detection", "matching"),
    ("", "Python and libraries"),
)  # fmt: skip


@dataclass
class Frame:
    """A function as called from the one below it; ``count`` samples were in it."""

    name: str
    room: str = ""
    count: int = 0
    above: dict[str, Frame] = field(default_factory=dict)


def read(lines: list[str]) -> Frame:
    """All stacks as one tree; frames of the import machinery are left out."""
    root = Frame("all")
    for line in lines:
        stack, _, count = line.rstrip().rpartition(" ")
        root.count += int(count)
        frame = root
        for text in stack.split(";"):
            found = _FRAME.fullmatch(text)
            if found is None or any(part in found["file"] for part in _BETWEEN):
                continue
            path = found["file"].rpartition("midwatch/")[2] if "midwatch/" in found["file"] else ""
            module = path.removesuffix(".py").replace("/", ".")
            label = f"{module}: {found['name']}" if module else found["name"]
            frame = frame.above.setdefault(label, Frame(label, module.partition(".")[0]))
            frame.count += int(count)
    return root


def draw(root: Frame, title: str) -> str:
    """The drawing as SVG, the widest stacks at the left."""
    parts: list[str] = []
    deepest = 0

    def lay(frame: Frame, left: float, level: int) -> None:
        nonlocal deepest
        deepest = max(deepest, level)
        width = _WIDTH * frame.count / root.count
        share = 100 * frame.count / root.count
        room = int(width / _TEXT) - 1
        name = frame.name.rpartition(": ")[2]
        shown = name if len(name) <= room else name[: max(0, room - 1)] + "…"
        top = _TOP + level * _HEIGHT
        parts.append(
            f'<g><title>{escape(frame.name)}, {share:.1f} %</title><rect x="{left:.1f}" y="{top}"'
            f' width="{max(width - 0.5, 0.5):.1f}" height="{_HEIGHT - 1}"'
            f' fill="{_COLOURS.get(frame.room, _OTHER)}"/>'
            + (
                f'<text x="{left + 3:.1f}" y="{top + 12}">{escape(shown)}</text>'
                if room > 3
                else ""
            )
            + "</g>"
        )
        for above in sorted(frame.above.values(), key=lambda each: -each.count):
            if above.count >= root.count * _LEAST:
                lay(above, left, level + 1)
                left += _WIDTH * above.count / root.count

    lay(root, 0.0, 0)
    height = _TOP + 6 + (deepest + 1) * _HEIGHT
    legend = 4
    for known, meaning in _MEANINGS:
        colour = _COLOURS.get(known, _OTHER)
        parts.append(
            f'<rect x="{legend}" y="24" width="12" height="12" fill="{colour}"/>'
            f'<text x="{legend + 17}" y="34">{meaning}</text>'
        )
        legend += 40 + round(len(meaning) * _TEXT)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height}"'
        ' font-family="monospace" font-size="11">'
        f'<rect width="{_WIDTH:.0f}" height="{height}" fill="#ffffff"/>'
        f'<text x="4" y="15">{escape(title)}</text>\n' + "\n".join(parts) + "</svg>\n"
    )


if __name__ == "__main__":
    sys.stdout.write(draw(read(sys.stdin.readlines()), sys.argv[1]))
