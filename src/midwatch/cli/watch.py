"""``midwatch watch``: one process of the watch, as ``midwatch up`` and services start it."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from midwatch.cli.rules import cache_folder
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.watch.configuration import load_configuration
from midwatch.watch.lifeline import end_with_starter
from midwatch.watch.logs import log_to_stderr


@click.command("watch")
@click.argument(
    "process",
    type=click.Choice(["intake", "pipeline", "lake", "clock", "demo", "tend", "lists"]),
)
@state_option
@config_option
def command(*, process: str, state: Path | None, config: Path | None) -> None:
    """Run one process of the watch in the foreground.

    intake takes logs in; pipeline detects and keeps; clock pages people and watches the
    watch; demo sends the sample office's lines; tend keeps the lake in shape once and lists
    fetches address lists that are due, as clock has it done; lake writes what pipeline hands
    it, which starts it itself. `midwatch up` runs intake, pipeline and clock.
    """
    end_with_starter()
    folder = opened(state)
    if process == "lake":
        from midwatch.watch.processes.lake import run_lake  # noqa: PLC0415  # its parts only

        log_to_stderr(process)
        run_lake(folder)
        return
    configuration = load_configuration(config)
    log_to_stderr(process)
    # Each process imports its own parts only; together they would cost each of them memory.
    if process == "intake":
        from midwatch.watch.processes.intake import run_intake  # noqa: PLC0415  # its parts only

        run_intake(folder, configuration)
        return
    if process == "tend":
        from midwatch.watch.processes.tending import tend_lake  # noqa: PLC0415  # its parts only

        # What is detected and told goes first; a service may be forbidden to say so.
        with suppress(OSError):
            os.nice(10)
        tend_lake(folder)
        return
    if process == "lists":
        from midwatch.watch.processes.listing import fetch_lists  # noqa: PLC0415  # its parts only

        fetch_lists(folder)
        return
    from midwatch.watch.processes.running import Signals  # noqa: PLC0415  # its parts only

    signals = Signals()
    if process == "pipeline":
        from midwatch.watch.processes.pipeline import PipelineProcess  # noqa: PLC0415  # its parts only

        PipelineProcess(folder, configuration, cache_folder()).run(signals)
    elif process == "clock":
        from midwatch.watch.processes.clock import ClockProcess  # noqa: PLC0415  # its parts only

        ClockProcess(folder, configuration, partial(load_configuration, config)).run(signals)
    else:
        from midwatch.watch.processes.demo import run_demo  # noqa: PLC0415  # its parts only

        run_demo(folder, configuration, signals)
