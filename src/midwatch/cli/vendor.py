"""``midwatch vendor``: choose a provider, and look at one again, from files."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

_ELSEWHERE: Final = {
    "questions": ("midwatch.cli.vendor_answers", "questions"),
    "import": ("midwatch.cli.vendor_answers", "import_answers"),
    "score": ("midwatch.cli.vendor_answers", "score"),
    "finance": ("midwatch.cli.vendor_finance", "finance"),
    "needs": ("midwatch.cli.vendor_compare", "needs"),
    "compare": ("midwatch.cli.vendor_compare", "compare"),
    "facts": ("midwatch.cli.vendor_facts", "facts"),
    "remind": ("midwatch.cli.vendor_desk", "remind"),
    "export-file": ("midwatch.cli.vendor_desk", "export_file"),
    "import-file": ("midwatch.cli.vendor_desk", "import_file"),
    "check-facts": ("midwatch.cli.vendor_facts", "check_facts"),
}


class _Group(click.Group):
    """Commands are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_ELSEWHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        place = _ELSEWHERE.get(cmd_name)
        if place is None:
            return None
        found = getattr(import_module(place[0]), place[1])
        assert isinstance(found, click.Command)  # noqa: S101  # a defect of ours, not input
        return found


@click.group("vendor", cls=_Group)
def command() -> None:
    """Due diligence on outside providers: questions, answers, finances, comparison."""
