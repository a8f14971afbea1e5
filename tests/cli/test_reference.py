"""The page of commands names every command and option there is, and none that is not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from midwatch.cli.main import midwatch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
WATCH = "watch"
"""Runs one process of the watch; help does not list it, the page does."""


def commands(
    command: click.Command = midwatch, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below, by its words."""
    if path:
        yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in (*command.list_commands(ctx), *([] if path else [WATCH])):
            below = command.get_command(ctx, name)
            assert below is not None
            yield from commands(below, (*path, name))


def options(command: click.Command) -> set[str]:
    """Its long options."""
    return {
        word
        for each in command.params
        if isinstance(each, click.Option)
        for word in (*each.opts, *each.secondary_opts)
        if word.startswith("--")
    }


def named(text: str) -> set[str]:
    """The options that stand in code marks of the text."""
    return {
        word
        for code in re.findall(r"`([^`\n]+)`", text)
        for word in re.findall(r"--[a-z][a-z0-9-]*", code)
    }


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The page by its second headings; what stands before the first is under the empty one."""
    first, *others = re.split(r"(?m)^## ", PAGE.read_text("utf-8"))
    return {"": first} | {
        heading: body for heading, _, body in (each.partition("\n") for each in others)
    }


def section(sections: dict[str, str], path: tuple[str, ...]) -> str:
    """Where a command is described: under its own heading, or that of its first word."""
    word = "up" if path[0] == WATCH else path[0]
    found = [
        body for heading, body in sections.items() if re.search(rf"`(midwatch )?{word}\b", heading)
    ]
    assert len(found) == 1, f"{PAGE.name} needs one heading with `midwatch {word}`"
    return found[0]


EVERY = list(commands())


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_every_command_and_option_is_on_the_page(
    sections: dict[str, str], path: tuple[str, ...], command: click.Command
) -> None:
    text = section(sections, path)
    if len(path) > 1:
        assert re.search(rf"`{' '.join(path)}\b", text), f"no line about {' '.join(path)}"
    missing = options(command) - named(text) - named(sections[""])
    assert not missing, f"{' '.join(path)}: {', '.join(sorted(missing))}"


def test_the_page_names_no_option_that_there_is_not(sections: dict[str, str]) -> None:
    real = {"--help", "--version"}.union(*(options(command) for _, command in EVERY))
    assert named("".join(sections.values())) <= real


def test_a_word_out_of_code_marks_is_no_option_named() -> None:
    assert named("write `check --all` but not --any") == {"--all"}


def shown() -> Iterator[tuple[str, str]]:
    """Every command line of ``midwatch`` in the blocks of code of the pages, with its page."""
    home = PAGE.parents[2]
    for page in (*sorted(home.glob("*.md")), *sorted((home / "docs").rglob("*.md"))):
        for block in re.findall(r"(?ms)^ *```[a-z]*\n(.*?)^ *```", page.read_text("utf-8")):
            for line in block.splitlines():
                found = re.search(r"(?:^|[|;&*] *|\$ )(midwatch (?!  ).*)", line.strip())
                if found and not line.startswith("Midwatch"):
                    yield page.name, found[1]


LINES = sorted(set(shown()))


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_every_command_line_that_is_shown_can_be_typed(page: str, line: str) -> None:
    words = shlex.split(re.split(r" [|>#] ?| \|\| | && ", line)[0])[1:]
    command: click.Command = midwatch
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        below = command.get_command(click.Context(command), words[0])
        assert below is not None, f"{page} shows {line!r}; there is no command {words[0]}"
        command, words = below, words[1:]
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= options(command) | {"--help", "--version"}, f"{page} shows {line!r}"


def test_the_pages_show_command_lines_of_every_kind() -> None:
    assert {"README.md", "search-the-lake.md", "update-rule-packs.md"} <= {
        page for page, _ in LINES
    }
