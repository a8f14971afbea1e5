"""The process that sends the sample office's lines to our own syslog port.

It ends when it is told to, and ``midwatch demo stop`` tells it: its number is in a file.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime

from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import Configuration
from midwatch.watch.living_office import living_lines
from midwatch.watch.processes.running import Signals
from midwatch.watch.state_folder import StateFolder


def run_demo(folder: StateFolder, configuration: Configuration, signals: Signals) -> None:
    """Send until the end is asked for.

    Raises:
        ConfigurationError: Syslog over UDP is off.
    """
    port = configuration.syslog.udp
    if not port:
        raise ConfigurationError(
            "the sample office sends syslog over UDP, which is off",
            remedy="set [syslog] udp to a port, or do without the sample office",
        )
    folder.demo_pid.write_text(f"{os.getpid()}\n", encoding="ascii")
    try:
        _send(port, signals)
    finally:
        folder.demo_pid.unlink(missing_ok=True)


def _send(port: int, signals: Signals) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for when, line in living_lines(datetime.now(UTC)):
            while (left := (when - datetime.now(UTC)).total_seconds()) > 0:
                if signals.ending.wait(min(left, 1.0)):
                    return
            if signals.ending.is_set():
                return
            sender.sendto(line, ("127.0.0.1", port))
