"""``midwatch up``, ``down``: the whole watch on one machine."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Final

import click

from midwatch.cli.claiming import claimed, expect_none, running_pid
from midwatch.cli.desk import surroundings, welcome_link, words
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.kernel import ConfigurationError, RemoteFailureError
from midwatch.tenants import TenantStore
from midwatch.watch.configuration import Configuration, load_configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.living_office import CLIENT, add_living_office
from midwatch.watch.logs import log_to_stderr
from midwatch.watch.preflight import port_problems, state_problems
from midwatch.watch.state_folder import StateFolder
from midwatch.watch.supervisor import Child, Supervisor

_SECOND: Final = 1_000_000
_PATIENCE: Final = 60.0
_LOOK: Final = 0.1
_PROCESSES: Final = ("intake", "pipeline", "clock")


@click.command("up")
@state_option
@config_option
@click.option(
    "--demo/--no-demo",
    default=None,
    help="Whether a sample office sends. Default: only while there is no client of your own.",
)
@click.option(
    "--detach",
    is_flag=True,
    help="Return once all runs and the desk answers; midwatch down stops it.",
)
@click.option("--unless-running", is_flag=True, help="Where a watch runs here already, let it run.")
def up(
    *,
    state: Path | None,
    config: Path | None,
    demo: bool | None,
    detach: bool,
    unless_running: bool,
) -> None:
    """Start the watch: take logs in, detect, alert, keep. Ctrl-C or midwatch down stops it."""
    folder = opened(state)
    configuration = load_configuration(config)
    if unless_running and running_pid(folder) is not None:
        click.echo(_summary(configuration, folder, config))
        return
    expect_none(folder)
    for problem in state_problems(folder):
        raise problem
    with claimed(folder) as lock:
        for taken in port_problems(configuration):
            raise taken
        if not detach:
            _run(folder, configuration, config, lock, demo=demo)
            return
    # What only this moment needs is imported here: the watch's own process lives for months.
    from midwatch.cli.awaiting import await_desk  # noqa: PLC0415  # the reason stands above

    log = folder.path / "up.log"
    with _turning("starting the watch"):
        _detach(folder, log, config, demo=demo)
    if configuration.desk.port:
        with _turning("waiting for the desk"):
            await_desk(configuration.desk, log)
    click.echo(_summary(configuration, folder, config))


def _run(
    folder: StateFolder, configuration: Configuration, config: Path | None, lock: int,
    *, demo: bool | None,
) -> None:  # fmt: skip
    sample = _sample_office(folder, wanted=demo)
    pid_file = folder.path / "up.pid"
    pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    log_to_stderr("up")
    if sys.stdout.isatty():
        click.echo(_summary(configuration, folder, config))
    names = (*_PROCESSES, "demo") if sample else _PROCESSES
    try:
        children = [_child(name, folder, config) for name in names]
        if configuration.desk.port:
            children.append(Child("desk", words("run"), surroundings(folder, config)))
        asyncio.run(Supervisor(children, held=(lock,)).run())
    finally:
        with suppress(FileNotFoundError):
            pid_file.unlink()


@click.command("down")
@state_option
def down(*, state: Path | None) -> None:
    """Stop a watch that runs in this state folder; what came in is kept."""
    folder = opened(state)
    pid = running_pid(folder)
    if pid is None:
        with claimed(folder):  # what is left of one that was killed ends by itself
            click.echo("No watch runs in this state folder.")
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while running_pid(folder) is not None:
        if time.monotonic() > until:
            raise RemoteFailureError(
                f"the watch (process {pid}) has not stopped yet",
                remedy="wait a little and see midwatch status, or kill it",
            )
        time.sleep(_LOOK)
    click.echo("The watch has stopped. What came in is kept.")


@click.command("reload")
@state_option
@config_option
def reload(*, state: Path | None, config: Path | None) -> None:
    """Have a running watch read certificates, mail settings, policies and rules anew, now.

    It looks at rules and policies by itself every few seconds. Ports, the spool and the lake
    take their settings only at a start.
    """
    folder = opened(state)
    pid = running_pid(folder)
    if pid is None:
        raise ConfigurationError(
            "no watch runs in this state folder",
            remedy="start it: midwatch up",
            path=str(folder.path),
        )
    load_configuration(config)  # A wrong file is told here, to the person who wrote it.
    os.kill(pid, signal.SIGHUP)
    click.echo("The watch reads its settings anew. midwatch status tells if something is wrong.")


def _child(name: str, folder: StateFolder, config: Path | None) -> Child:
    command = [sys.executable, "-m", "midwatch", "watch", name, "--state", str(folder.path)]
    if config is not None:
        command += ["--config", str(config)]
    return Child(name, command, may_end=name == "demo")


def _turning(word: str) -> AbstractContextManager[object]:
    if not sys.stderr.isatty():
        return nullcontext()
    from midwatch.cli.reading_bar import turning_mark  # noqa: PLC0415  # Rich is slow to load

    return turning_mark(word)


def _detach(folder: StateFolder, log: Path, config: Path | None, *, demo: bool | None) -> None:
    """Start the watch as a process of its own, and wait until all parts beat."""
    command = [sys.executable, "-m", "midwatch", "up", "--state", str(folder.path)]
    if config is not None:
        command += ["--config", str(config)]
    if demo is not None:
        command.append("--demo" if demo else "--no-demo")
    began = int(time.time() * _SECOND)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    health = HealthStore(folder.database)
    until = time.monotonic() + _PATIENCE
    while True:
        beating = {beat.process for beat in health.heartbeats() if beat.beat >= began}
        if beating >= set(_PROCESSES):
            return
        if process.poll() is not None or time.monotonic() > until:
            with suppress(ProcessLookupError):
                process.terminate()
            missing = ", ".join(name for name in _PROCESSES if name not in beating)
            raise ConfigurationError(
                f"the watch did not start: {missing} never came to life",
                remedy="its log says why",
                path=str(log),
            )
        time.sleep(_LOOK)


def _sample_office(folder: StateFolder, *, wanted: bool | None) -> bool:
    """Whether the sample office sends; it is made where it is wanted and missing."""
    store = TenantStore(folder.database)
    tenants = store.tenants()
    known = any(tenant.id == CLIENT and tenant.demo for tenant in tenants)
    unwanted = not known and (tenants or folder.demo_stopped.exists())
    if wanted is False or (wanted is None and unwanted):
        return False
    folder.demo_stopped.unlink(missing_ok=True)
    if not known:
        folder.leftovers(CLIENT).unlink(missing_ok=True)
        add_living_office(store, int(time.time() * _SECOND))
    return True


def _summary(configuration: Configuration, folder: StateFolder, config: Path | None) -> str:
    known = TenantStore(folder.database).tenant(CLIENT)
    sample = known is not None and known.demo
    syslog, http, desk = configuration.syslog, configuration.http, configuration.desk
    ways = [
        f"syslog  UDP {syslog.udp}" if syslog.udp else "",
        f"TCP {syslog.tcp}" if syslog.tcp else "",
        f"TLS {syslog.tls}" if syslog.tls and syslog.certificate else "",
    ]
    lines = ["Midwatch is on watch.", "", f"  {', '.join(way for way in ways if way)}"]
    if http.port:
        lines.append(f"  HTTP    {http.address}:{http.port}")
    if desk.port:
        lines.append(f"  desk    {desk.url or f'http://localhost:{desk.port}'}")
    lines += [
        f"  state   {folder.path}",
        "",
        "  midwatch status                 how the watch is",
        "  midwatch source add gate --product pfsense --address 192.0.2.1",
        "  midwatch incidents              what happened",
        *(["  midwatch demo stop              take the sample office away"] if sample else []),
        "  midwatch down                   stop; in a checkout also make down",
    ]
    first = welcome_link(folder, config) if desk.port else ""
    if first:
        lines += [
            "",
            "  Nobody can sign in yet. Open this once, within a day, to become the manager:",
        ]
        lines += ["", f"  {first}"]
    return "\n".join(lines)
