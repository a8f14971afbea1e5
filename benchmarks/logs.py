"""Logs to measure with: our own lines in the products' formats, the same on every machine.

A log is a small firm's bad day: most lines come from a few hundred addresses that come back,
some from addresses seen once. ``python -m benchmarks.logs KIND LINES`` writes to standard
output, so that tens of millions of lines can be read without being stored.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 11, 1, tzinfo=UTC)
_USERS = ("root", "admin", "test", "oracle", "ubuntu", "git", "postgres", "deploy", "backup")
_PORTS = (22, 23, 80, 443, 445, 1433, 3306, 3389, 5900, 8080)
_REQUESTS = (
    *(("/", 200), ("/index.html", 200), ("/shop/cart", 200), ("/api/items", 200)),
    *(("/style.css", 304), ("/images/logo.png", 200), ("/login", 302)),
    *(("/wp-login.php", 404), ("/.env", 404), ("/phpmyadmin/", 404)),
)
_PER_SECOND = 5
_REGULARS = 300


def _addresses(dice: random.Random) -> Callable[[], str]:
    regulars = [
        f"203.0.{dice.randrange(64, 128)}.{dice.randrange(1, 255)}" for _ in range(_REGULARS)
    ]
    weights = [1 / rank for rank in range(1, _REGULARS + 1)]
    drawn: Iterator[str] = iter(())

    def address() -> str:
        nonlocal drawn
        if dice.random() < 0.05:
            return f"198.51.{dice.randrange(256)}.{dice.randrange(1, 255)}"
        name = next(drawn, None)
        if name is None:
            drawn = iter(dice.choices(regulars, weights, k=5000))
            name = next(drawn)
        return name

    return address


def ssh(lines: int) -> Iterator[str]:
    """An OpenSSH server under attack: 9 in 10 lines are refused logins and their echoes."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    address = _addresses(dice)
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        origin, port = address(), dice.randrange(1024, 65536)
        kind = dice.random()
        if kind < 0.4:
            said = f"Failed password for root from {origin} port {port} ssh2"
        elif kind < 0.6:
            user = f"{dice.choice(_USERS)}{number % 40}"
            said = f"Failed password for invalid user {user} from {origin} port {port} ssh2"
        elif kind < 0.7:
            said = f"Invalid user {dice.choice(_USERS)}{number % 40} from {origin} port {port}"
        elif kind < 0.8:
            said = f"Received disconnect from {origin} port {port}:11: Bye Bye [preauth]"
        elif kind < 0.9:
            said = f"Disconnected from authenticating user root {origin} port {port} [preauth]"
        else:
            said = (
                f"Accepted publickey for backup from 192.0.2.20 port {port} ssh2: ED25519 SHA256:x"
            )
        process = 2000 + number // 3 % 60_000
        yield f"{clock:%b} {clock.day:2} {clock:%H:%M:%S} files sshd[{process}]: {said}"


def filterlog(lines: int) -> Iterator[str]:
    """PfSense's filterlog: 8 in 10 packets blocked."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    address = _addresses(dice)
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        action = "block" if dice.random() < 0.8 else "pass"
        yield (
            f"{clock:%b} {clock.day:2} {clock:%H:%M:%S} gate filterlog[41234]: "
            f"65,,,1000000103,igb0,match,{action},in,4,0x0,,{dice.randrange(40, 250)},"
            f"{number % 65536},0,none,6,tcp,44,{address()},192.0.2.1,{dice.randrange(1024, 65536)},"
            f"{dice.choice(_PORTS)},0,S,{dice.randrange(1 << 32)},,1024,,mss"
        )


def fortigate(lines: int) -> Iterator[str]:
    """FortiGate's traffic log: 6 in 10 sessions denied; about 600 bytes a line."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    address = _addresses(dice)
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        action = dice.choice(("deny", "deny", "deny", "accept", "close"))
        stamp = int(clock.timestamp()) * 1_000_000_000 + number
        yield (
            f'<189>date={clock:%Y-%m-%d} time={clock:%H:%M:%S} devname="FGT-HQ" '
            f'devid="FGT60F0000000001" eventtime={stamp} tz="+0000" logid="0000000013" '
            f'type="traffic" subtype="forward" level="notice" vd="root" srcip={address()} '
            f'srcport={dice.randrange(1024, 65536)} srcintf="wan1" srcintfrole="wan" '
            f'dstip=192.0.2.10 dstport={dice.choice(_PORTS)} dstintf="internal" '
            f'dstintfrole="lan" srcuuid="ae28f494-5735-51e9-f247-d1d2ce663f4b" '
            f'dstuuid="ae28f494-5735-51e9-f247-d1d2ce663f4b" '
            f'poluuid="ccb269e0-5735-51e9-a218-a397dd08b7eb" sessionid={100_000 + number} '
            f'proto=6 action="{action}" policyid=1 policytype="policy" service="HTTP" '
            f'dstcountry="Canada" srccountry="Reserved" trandisp="noop" duration=0 sentbyte=0 '
            f'rcvdbyte=0 sentpkt=0 appcat="unscanned"'
        )


def nginx(lines: int) -> Iterator[str]:
    """Nginx's access log: 3 in 10 requests look for what is not there."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    address = _addresses(dice)
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        path, status = dice.choice(_REQUESTS)
        yield (
            f"{address()} - - [{clock:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET {path}?id={number % 500} HTTP/1.1" {status} {dice.randrange(100, 50_000)} '
            f'"-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"'
        )


def postfix(lines: int) -> Iterator[str]:
    """A Postfix server: 4 in 10 lines are refused logins."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    address = _addresses(dice)
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        origin, kind = address(), dice.random()
        if kind < 0.3:
            said = f"connect from unknown[{origin}]"
        elif kind < 0.7:
            said = (
                f"warning: unknown[{origin}]: SASL LOGIN authentication failed: "
                "UGFzc3dvcmQ6, sasl_username=info@example.com"
            )
        else:
            said = f"disconnect from unknown[{origin}] ehlo=1 auth=0/1 quit=1 commands=2/3"
        process = 3000 + number // 3 % 200
        yield f"{clock:%b} {clock.day:2} {clock:%H:%M:%S} mail postfix/smtpd[{process}]: {said}"


def blobs(lines: int) -> Iterator[str]:
    """Windows events as a collector forwards them that keeps only the text shown to people."""
    dice = random.Random(7)  # noqa: S311  # the same log each time, no secret
    programs = ("svchost", "conhost", "explorer", "chrome", "winword", "powershell", "cmd")
    for number in range(lines):
        clock = _START + timedelta(seconds=number // _PER_SECOND)
        program, parent = dice.choice(programs), dice.choice(programs)
        said = (
            "A new process has been created.\r\n\r\nCreator Subject:\r\n"
            "\tSecurity ID:\t\tS-1-5-18\r\n"
            f"\tAccount Name:\t\t{dice.choice(_USERS)}{number % 40}\r\n"
            "\tAccount Domain:\t\tEXAMPLE\r\n"
            f"\tLogon ID:\t\t0x{dice.randrange(1 << 20):x}\r\n\r\nProcess Information:\r\n"
            f"\tNew Process ID:\t\t0x{dice.randrange(1 << 14):x}\r\n"
            f"\tNew Process Name:\tC:\\Windows\\System32\\{program}.exe\r\n"
            "\tToken Elevation Type:\t%%1936\r\n"
            f"\tCreator Process Name:\tC:\\Windows\\System32\\{parent}.exe\r\n"
            f"\tProcess Command Line:\t{program}.exe -k netsvcs -p -s {number % 5000}\r\n"
        )
        yield json.dumps(
            {"@timestamp": f"{clock:%Y-%m-%dT%H:%M:%S}Z", "host": "pc7", "message": said}
        )


KINDS: dict[str, Callable[[int], Iterator[str]]] = {
    "blobs": blobs,
    "filterlog": filterlog,
    "fortigate": fortigate,
    "nginx": nginx,
    "postfix": postfix,
    "ssh": ssh,
}


def main() -> None:
    """Write the log that the command line names."""
    kind, lines = sys.argv[1], int(sys.argv[2])
    write = sys.stdout.write
    for line in KINDS[kind](lines):
        write(line)
        write("\n")


if __name__ == "__main__":
    main()
