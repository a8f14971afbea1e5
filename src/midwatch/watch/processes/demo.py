"""The process that sends the sample office's lines to our own syslog port."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import Configuration
from midwatch.watch.living_office import living_lines
from midwatch.watch.processes.running import Signals


def run_demo(configuration: Configuration, signals: Signals) -> None:
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
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for when, line in living_lines(datetime.now(UTC)):
            while (left := (when - datetime.now(UTC)).total_seconds()) > 0:
                if signals.ending.wait(min(left, 1.0)):
                    return
            if signals.ending.is_set():
                return
            sender.sendto(line, ("127.0.0.1", port))
