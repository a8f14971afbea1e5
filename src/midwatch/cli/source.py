"""``midwatch source``: the devices that send logs, and the products that can be read."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich import box
from rich.table import Table

from midwatch.cli import feeds, source_status, strangers
from midwatch.cli.options import product_of
from midwatch.cli.screen import Screen
from midwatch.events import sources as sources_package
from midwatch.events.catalogue import all_sources
from midwatch.events.expectations import EXPECTED_SUFFIX, expected_rows
from midwatch.events.recognition import Recogniser


@click.group("source")
def command() -> None:
    """Your devices and servers that send logs, and the products that can be read."""


for _each in (
    feeds.add, feeds.test, source_status.status, feeds.pause, feeds.remove,
    strangers.unknown, strangers.claim, strangers.dismiss,
):  # fmt: skip
    command.add_command(_each)


@command.command("list")
def list_sources() -> None:
    """Every product that is recognised by itself; the name goes after --source."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("product")
    table.add_column("recognised by", style="dim")
    for source in all_sources():
        signs = [*source.programs[:3], *(repr(mark) for mark in source.marks[:2])]
        table.add_row(source.name, source.title, ", ".join(signs))
    Screen().print(table)


@command.command("expect")
@click.argument("name")
def expect(name: str) -> None:
    """Regenerate the expectations of a source's samples; read the difference."""
    source = product_of(name)
    assert source is not None  # noqa: S101  # product_of raises on an unknown name
    folder = Path(sources_package.__path__[0]) / source.name / "samples"
    recogniser = Recogniser(all_sources())
    for sample in sorted(folder.iterdir()):
        if sample.name.endswith(EXPECTED_SUFFIX):
            continue
        lines = sample.read_bytes().decode("utf-8", "replace").split("\n")
        if lines[-1] == "":
            lines.pop()
        rows = expected_rows([line.removesuffix("\r") for line in lines], recogniser)
        target = sample.with_name(sample.stem + EXPECTED_SUFFIX)
        target.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
        click.echo(f"{len(rows)} lines → {target}")
