"""An rsyslog of our own that sends over TLS to a port we name."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

RSYSLOGD = shutil.which("rsyslogd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TLS_DRIVERS = [
    path
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib")
    for path in Path(folder).glob("**/rsyslog/lmnsd_ossl.so")
]
needs_rsyslog = pytest.mark.skipif(
    RSYSLOGD is None or not TLS_DRIVERS,
    reason="rsyslog with TLS is not installed; scripts/install-test-parts installs it",
)

SETTINGS = """
global(
    workDirectory="{folder}"
    net.enableDNS="off"
    defaultNetstreamDriver="ossl"
    defaultNetstreamDriverCAFile="{folder}/ca.pem"
    defaultNetstreamDriverCertFile="{folder}/client.pem"
    defaultNetstreamDriverKeyFile="{folder}/client.key"
)
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log" CreatePath="off"
      RateLimit.Interval="0" UseSpecialParser="off" ParseHostname="on")
action(
    type="omfwd" target="localhost" port="{port}" protocol="tcp"
    TCP_Framing="{framing}"
    {driver}
    template="RSYSLOG_SyslogProtocol23Format"
    queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="1"
)
"""
OVER_TLS = """StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
    StreamDriverPermittedPeers="localhost\""""
PLAIN = 'StreamDriver="ptcp" StreamDriverMode="0"'


@contextmanager
def rsyslog(
    folder: Path, port: int, framing: str = "octet-counted", driver: str = OVER_TLS
) -> Iterator[None]:
    """A daemon of our own, with settings, state and socket in our own folder."""
    settings = folder / "rsyslog.conf"
    text = SETTINGS.format(folder=folder, port=port, framing=framing, driver=driver)
    settings.write_text(text, "utf-8")
    assert RSYSLOGD is not None
    told = (folder / "told.txt").open("w")
    command = [RSYSLOGD, "-n", "-f", str(settings), "-i", str(folder / "pid")]
    with subprocess.Popen(command, stdout=told, stderr=told) as daemon:
        try:
            yield
        finally:
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
            told.close()


def certify(authority: trustme.CA, folder: Path) -> None:
    """Put the authority's certificate, ours and the daemon's into a folder."""
    for name, issued in (
        ("server", authority.issue_cert("localhost")),
        ("client", authority.issue_cert("gate")),
    ):
        issued.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
        issued.private_key_pem.write_to_path(folder / f"{name}.key")
    authority.cert_pem.write_to_path(folder / "ca.pem")


@contextmanager
def program(folder: Path) -> Iterator[socket.socket]:
    """A socket to the daemon, as programs have that log; waits until the daemon listens."""
    until = time.monotonic() + 20
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        while True:
            try:
                sender.connect(str(folder / "log"))
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                yield sender
                return


def said(message: bytes) -> bytes:
    """What a program hands to the daemon to have this logged."""
    return b"<86>Nov  1 02:03:04 gate sshd[7]: " + message
