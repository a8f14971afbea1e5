"""A sample office: a week of logs of our own making, with a story in it.

Harbour Accounts is a firm of twelve: a pfSense firewall with OpenVPN, a mail server, a web
server, a server with SSH and Windows PCs. Every night somebody knocks. In the last
night 198.51.100.7 guesses the VPN password of j.ortiz, gets in, logs on to a PC, makes
an account and clears the security log; the mail server is silent for a while.

All addresses are from the documentation ranges, all names are invented. The same end
gives the same logs, byte for byte.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

DAYS: Final = 7
_STAFF: Final = ("j.ortiz", "m.keller", "a.novak", "s.lindqvist", "t.okafor", "r.haddad")
_GUESSED: Final = ("root", "admin", "test", "oracle", "ubuntu", "git", "postgres", "deploy", "pi")
_PAGES: Final = ("/", "/services", "/contact", "/team", "/prices", "/news", "/assets/site.css")
_PROBES: Final = (
    "/wp-login.php", "/.env", "/.git/config", "/phpmyadmin/index.php", "/admin/", "/backup.sql",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/config.json", "/server-status",
    "/cgi-bin/luci", "/.aws/credentials", "/xmlrpc.php", "/actuator/env", "/solr/admin/",
)  # fmt: skip
_OFTEN_PROBED: Final = (22, 23, 80, 443, 445, 1433, 3306, 3389, 5900, 6379, 8080, 8443)
_VPN_GUESSER: Final = "198.51.100.7"
_OFFICE: Final = "192.0.2.1"
_BROWSER: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
_Line = tuple[datetime, str, str]


def write_sample_office(folder: Path, end: datetime) -> list[Path]:
    """Write the logs of the week that ends at ``end`` (an aware time); returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    last_day = end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines: dict[str, list[tuple[datetime, str]]] = {}
    chance = random.Random(20_261_121)  # noqa: S311  # a story, not a secret
    for when, file, text in _week(last_day, chance):
        if when <= end:
            lines.setdefault(file, []).append((when, text))
    written = []
    for file, entries in sorted(lines.items()):
        entries.sort(key=lambda entry: entry[0])
        path = folder / file
        path.write_text("".join(f"{text}\n" for _when, text in entries), encoding="utf-8")
        written.append(path)
    return written


def _week(last_day: datetime, chance: random.Random) -> Iterator[_Line]:
    for back in range(DAYS - 1, -1, -1):
        day = last_day - timedelta(days=back)
        yield from _firewall(day, chance)
        yield from _ssh(day, chance)
        yield from _web(day, chance)
        yield from _mail(day, chance, silent=back == 0)
        yield from _windows(day, chance)
        yield from _vpn(day, chance)
    yield from _break_in(last_day)


def ordinary_day(day: datetime, seed: int) -> list[tuple[datetime, str, str]]:
    """(time, log, line) of a whole day without the break-in, in order; the same seed, the same day.

    ``day``: midnight UTC.
    """
    chance = random.Random(seed)  # noqa: S311  # a story, not a secret
    makers = (_firewall, _ssh, _web, _windows, _vpn)
    lines = [line for make in makers for line in make(day, chance)]
    lines.extend(_mail(day, chance, silent=False))
    return sorted(line for line in lines if line[0] < day + timedelta(days=1))


def guessed_password(start: datetime) -> list[tuple[datetime, str, str]]:
    """(time, log, line) of a VPN password being guessed, in two minutes: 21 tries and a way in."""
    lines = []
    when = start
    for attempt in range(22):
        when += timedelta(seconds=5)
        end = f"{_VPN_GUESSER}:{40_000 + 37 * attempt}"
        text = (
            f"{end} TLS Auth Error: Auth Username/Password verification failed for peer"
            if attempt < 21
            else f"{end} [j.ortiz] Peer Connection Initiated with [AF_INET]{end}"
        )
        lines.append((when, "openvpn.log", _syslog(when, "gate", "openvpn[31337]", text)))
    return lines


def _syslog(when: datetime, host: str, tag: str, text: str) -> str:
    return f"{when:%b} {when.day:2} {when:%H:%M:%S} {host} {tag}: {text}"


def _at(day: datetime, chance: random.Random, start: float, end: float) -> datetime:
    return day + timedelta(seconds=chance.uniform(start, end) * 3600)


def _working(day: datetime) -> bool:
    return day.weekday() < 5


def _firewall(day: datetime, chance: random.Random) -> Iterator[_Line]:
    def packet(when: datetime, origin: str, port: int) -> _Line:
        text = (
            f"5,,,1000000103,igb0,match,block,in,4,0x0,,{chance.randrange(40, 240)},"
            f"{chance.randrange(65536)},0,none,6,tcp,44,{origin},{_OFFICE},"
            f"{chance.randrange(1024, 65536)},{port},0,S,{chance.randrange(1 << 32)},,1024,,mss"
        )
        return when, "filter.log", _syslog(when, "gate", "filterlog[54021]", text)

    for _ in range(chance.randrange(1100, 1600)):
        origin = f"203.0.113.{chance.randrange(1, 255)}"
        yield packet(_at(day, chance, 0, 24), origin, chance.choice(_OFTEN_PROBED))
    for _ in range(chance.randrange(2, 5)):
        origin = f"203.0.113.{chance.randrange(1, 255)}"
        when = _at(day, chance, 0, 6)
        for port in chance.sample(range(1, 10_000), chance.randrange(25, 60)):
            when += timedelta(milliseconds=chance.randrange(20, 90))
            yield packet(when, origin, port)


def _ssh(day: datetime, chance: random.Random) -> Iterator[_Line]:
    def entry(when: datetime, text: str) -> _Line:
        tag = f"sshd[{chance.randrange(2000, 60_000)}]"
        return when, "auth.log", _syslog(when, "files", tag, text)

    for _ in range(chance.randrange(1, 4)):
        origin = f"203.0.113.{chance.randrange(1, 255)}"
        when = _at(day, chance, 0, 5)
        for _ in range(chance.randrange(12, 40)):
            when += timedelta(seconds=chance.uniform(1, 6))
            user = chance.choice(_GUESSED)
            known = "" if user == "root" else "invalid user "
            port = chance.randrange(1024, 65536)
            yield entry(when, f"Failed password for {known}{user} from {origin} port {port} ssh2")
    if _working(day):
        for _ in range(3):
            when = _at(day, chance, 8, 17)
            port = chance.randrange(1024, 65536)
            yield entry(
                when,
                f"Accepted publickey for backup from 192.0.2.20 port {port} ssh2: "
                "ED25519 SHA256:7mQdT0yQbQx2n5hB8cJvVtYkPz1sLrWgKoEuNfAiXyM",
            )


def _web(day: datetime, chance: random.Random) -> Iterator[_Line]:
    def request(when: datetime, origin: str, target: str, status: int, agent: str) -> _Line:
        stamp = f"{when:%d/%b/%Y:%H:%M:%S} +0000"
        size = chance.randrange(300, 30_000) if status == 200 else 153
        text = f'{origin} - - [{stamp}] "GET {target} HTTP/1.1" {status} {size} "-" "{agent}"'
        return when, "access.log", text

    for _ in range(chance.randrange(150, 300)):
        when = _at(day, chance, 7, 22)
        origin = f"192.0.2.{chance.randrange(30, 250)}"
        yield request(when, origin, chance.choice(_PAGES), 200, _BROWSER)
    if chance.random() < 0.7:
        origin = f"203.0.113.{chance.randrange(1, 255)}"
        when = _at(day, chance, 1, 5)
        for target in chance.sample(_PROBES, len(_PROBES)):
            when += timedelta(seconds=chance.uniform(0.2, 0.6))
            yield request(when, origin, target, 404, "Mozilla/5.0 zgrab/0.x")


def _mail(day: datetime, chance: random.Random, *, silent: bool) -> Iterator[_Line]:
    def entry(when: datetime, tag: str, text: str) -> Iterator[_Line]:
        since = day + timedelta(hours=2, minutes=10)
        if not (silent and since <= when < since + timedelta(minutes=45)):
            yield when, "mail.log", _syslog(when, "mail", tag, text)

    minute = 0.0
    while minute < 24 * 60:
        minute += chance.uniform(2, 7)
        when = day + timedelta(minutes=minute)
        user = chance.choice(_STAFF)
        yield from entry(
            when,
            "dovecot",
            f"imap-login: Login: user=<{user}@harbour.example>, method=PLAIN, rip=192.0.2.20, "
            f"lip=192.0.2.25, mpid={chance.randrange(2000, 60_000)}, TLS, "
            f"session=<{chance.randrange(1 << 40):x}>",
        )
    origin = f"203.0.113.{chance.randrange(1, 255)}"
    when = _at(day, chance, 3, 5)
    for _ in range(chance.randrange(8, 15)):
        when += timedelta(seconds=chance.uniform(2, 8))
        user = chance.choice(("info", "office", "sales", "admin"))
        yield from entry(
            when,
            f"postfix/smtpd[{chance.randrange(2000, 60_000)}]",
            f"warning: unknown[{origin}]: SASL LOGIN authentication failed: "
            f"UGFzc3dvcmQ6, sasl_username={user}@harbour.example",
        )
    when = _at(day, chance, 9, 20)
    yield from entry(
        when,
        f"postfix/smtpd[{chance.randrange(2000, 60_000)}]",
        f"NOQUEUE: reject: RCPT from unknown[{origin}]: 554 5.7.1 <x@elsewhere.example>: Relay "
        "access denied; from=<a@spam.example> to=<x@elsewhere.example> proto=ESMTP helo=<spam>",
    )


def _windows_event(when: datetime, event: int, channel: str, **data: str) -> _Line:
    provider = (
        "Microsoft-Windows-Eventlog" if event == 1102 else ("Microsoft-Windows-Security-Auditing")
    )
    record = {
        "EventTime": f"{when:%Y-%m-%d %H:%M:%S}",
        "Hostname": "PC-ORTIZ.harbour.example",
        "EventID": event,
        "Channel": channel,
        "SourceName": provider,
        "Severity": "INFO",
        **data,
    }
    return when, "windows.json", json.dumps(record)


def _windows(day: datetime, chance: random.Random) -> Iterator[_Line]:
    if not _working(day):
        return
    arrives = _at(day, chance, 7.5, 9)
    person = {"TargetUserName": "j.ortiz", "TargetDomainName": "HARBOUR", "IpAddress": "-"}
    if chance.random() < 0.5:
        yield _windows_event(
            arrives, 4625, "Security", **person, LogonType="2", SubStatus="0xc000006a"
        )
    yield _windows_event(arrives + timedelta(seconds=9), 4624, "Security", **person, LogonType="2")
    leaves = arrives + timedelta(hours=8.5)
    yield _windows_event(leaves, 4634, "Security", **person, LogonType="2")


def _vpn(day: datetime, chance: random.Random) -> Iterator[_Line]:
    if not _working(day):
        return
    for user in chance.sample(_STAFF, 2):
        when = _at(day, chance, 8, 18)
        end = f"192.0.2.{chance.randrange(100, 200)}:{chance.randrange(1024, 65536)}"
        text = f"{end} [{user}] Peer Connection Initiated with [AF_INET]{end}"
        yield when, "openvpn.log", _syslog(when, "gate", "openvpn[31337]", text)


def _break_in(day: datetime) -> Iterator[_Line]:
    """The story of the last night; without chance, so that every telling is the same."""
    when = day + timedelta(hours=1, minutes=2)
    for attempt in range(64):
        when += timedelta(seconds=47 + 11 * (attempt % 7))
        end = f"{_VPN_GUESSER}:{40_000 + 37 * attempt}"
        text = f"{end} TLS Auth Error: Auth Username/Password verification failed for peer"
        yield when, "openvpn.log", _syslog(when, "gate", "openvpn[31337]", text)
    when += timedelta(seconds=52)
    end = f"{_VPN_GUESSER}:42501"
    text = f"{end} [j.ortiz] Peer Connection Initiated with [AF_INET]{end}"
    yield when, "openvpn.log", _syslog(when, "gate", "openvpn[31337]", text)
    person = {"TargetUserName": "j.ortiz", "TargetDomainName": "HARBOUR"}
    when += timedelta(minutes=6)
    yield _windows_event(when, 4624, "Security", **person, LogonType="10", IpAddress=_VPN_GUESSER)
    when += timedelta(minutes=4)
    yield _windows_event(
        when, 4720, "Security", TargetUserName="support2", SubjectUserName="j.ortiz"
    )
    when += timedelta(minutes=3)
    yield _windows_event(when, 1102, "Security", SubjectUserName="j.ortiz")
