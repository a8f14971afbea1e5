"""What would keep a watch from starting, found before it starts and told with its remedy."""

from __future__ import annotations

import errno
import os
import pwd
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from midwatch.kernel import ConfigurationError, MidwatchError
from midwatch.tenants import TenantStore
from midwatch.watch.configuration import Configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.state_folder import StateFolder

_PRIVILEGED: Final = 1024
_UDP, _TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM


def port_problems(configuration: Configuration) -> Iterator[ConfigurationError]:
    """Ports of the configuration that cannot be listened on now."""
    syslog, http = configuration.syslog, configuration.http
    tls = syslog.tls if syslog.certificate else 0
    for setting, kind, host, port in (
        ("[syslog] udp", _UDP, syslog.address, syslog.udp),
        ("[syslog] tcp", _TCP, syslog.address, syslog.tcp),
        ("[syslog] tls", _TCP, syslog.address, tls),
        ("[http] port", _TCP, http.address, http.port),
        ("[self] metrics_port", _TCP, "127.0.0.1", configuration.self.metrics_port),
        ("[desk] port", _TCP, configuration.desk.address, configuration.desk.port),
    ):
        problem = _port_problem(setting, kind, host, port) if port else None
        if problem is not None:
            yield problem


def state_problems(folder: StateFolder) -> Iterator[MidwatchError]:
    """What keeps this process from using an existing state folder."""
    owner = folder.path.stat().st_uid
    if owner != os.geteuid():
        name = _user(owner)
        yield ConfigurationError(
            f"the state folder belongs to {name}, and this is {_user(os.geteuid())}",
            remedy=f"run it as that user (sudo -u {name} midwatch up), or name another folder",
            path=str(folder.path),
        )
        return
    try:
        for store in (TenantStore, HealthStore):
            store(folder.database).close()
        if not _is_sound(folder.database):
            yield ConfigurationError(
                "the state file is damaged",
                remedy="set it aside and restore the last backup (midwatch restore)",
                path=str(folder.database),
            )
    except MidwatchError as error:
        yield error


def file_problems(configuration: Configuration) -> Iterator[MidwatchError]:
    """Certificates and secrets that the configuration names and that cannot be used."""
    # Both need TLS and what goes with it, and the watch's own process does without.
    from midwatch.intake.certificates import CertificateFiles, Certificates  # noqa: PLC0415  # TLS, for few
    from midwatch.paging.references import resolve  # noqa: PLC0415  # a large package

    syslog, http = configuration.syslog, configuration.http
    for certificate, key, authority in (
        (syslog.certificate, syslog.key, syslog.client_authority),
        (http.certificate, http.key, ""),
    ):
        if certificate:
            files = CertificateFiles(
                Path(certificate), Path(key), Path(authority) if authority else None
            )
            try:
                Certificates(files)
            except MidwatchError as error:
                yield error
    for reference in (configuration.mail.password, configuration.webhook.secret):
        try:
            if reference:
                resolve(reference)
        except MidwatchError as error:
            yield error
    if configuration.mail.host and not configuration.mail.sender:
        yield ConfigurationError(
            "a mail server is named, but no address that mail comes from",
            remedy="set [mail] sender",
        )


def _port_problem(
    setting: str, kind: socket.SocketKind, host: str, port: int
) -> ConfigurationError | None:
    everywhere = host in ("::", "")
    try:
        found = socket.getaddrinfo(
            None if everywhere else host, port, type=kind, flags=socket.AI_PASSIVE
        )
        found.sort(key=lambda each: each[0] != socket.AF_INET6 if everywhere else 0)
        family, _, _, _, place = found[0]
        with socket.socket(family, kind) as probe:
            if kind == _TCP:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not everywhere))
            probe.bind(place)
    except OSError as error:
        return ConfigurationError(
            f"{setting} = {port} cannot be listened on: {error.strerror}",
            remedy=_remedy(error.errno, port, kind),
        )
    return None


def _remedy(number: int | None, port: int, kind: socket.SocketKind) -> str:
    if number in (errno.EACCES, errno.EPERM) and port < _PRIVILEGED:
        return (
            "choose a port from 1024 up, or run it as the service of packaging/systemd, "
            "which may use this one"
        )
    if number == errno.EADDRINUSE:
        ways = "-lunp" if kind == _UDP else "-ltnp"
        return f"see what uses it (ss {ways} 'sport = :{port}') and stop that, or set another port"
    return "correct the address or the port in the configuration file"


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
