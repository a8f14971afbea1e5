"""The event schema: common columns, their types and what they mean.

One name has one type everywhere. Names follow the Sigma taxonomy where it has a word;
where rules of a logsource call the same thing otherwise (``c-ip`` in web server rules),
the other names stand in ``aliases`` and detection resolves them. A product's own fields
ride along under their vendor names as text.

Example:
    >>> FIELDS["src_port"].type
    <FieldType.INTEGER: 'integer'>
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FieldType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    ADDRESS = "address"
    TIME = "time"


class Category(StrEnum):
    """What kind of thing happened; the value of the ``category`` column."""

    AUTHENTICATION = "authentication"
    NETWORK = "network"
    WEB = "web"
    MAIL = "mail"
    IDS = "ids"
    MALWARE = "malware"
    DNS = "dns"
    PROCESS = "process"
    FILE = "file"
    CONFIGURATION = "configuration"
    SYSTEM = "system"


class Outcome(StrEnum):
    """Whether what was tried succeeded; the value of the ``outcome`` column."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Logsource:
    """Where an event comes from, in the words of Sigma's ``logsource``."""

    category: str | None = None
    product: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One common column."""

    name: str
    type: FieldType
    doc: str
    aliases: tuple[str, ...] = ()


_T, _I, _A = FieldType.TEXT, FieldType.INTEGER, FieldType.ADDRESS

_COMMON: Final = (
    Field("time", FieldType.TIME, "When it happened: UTC microseconds since 1970."),
    Field("received", FieldType.TIME, "When Midwatch took it in: UTC microseconds since 1970."),
    Field("tenant", _T, "The client firm the event belongs to."),
    Field("office", _T, "The office of that firm."),
    Field("source", _T, "Midwatch's name of the log source, such as openssh."),
    Field("category", _T, "Kind of event: one of the values of Category."),
    Field("outcome", _T, "success or failure of what was tried; absent where neither fits."),
    Field("action", _T, "What was done: login, logout, block, allow, scan, alert ..."),
    Field("service", _T, "What was aimed at: ssh, vpn, web, mail, ftp, windows, admin ..."),
    Field("reason", _T, "Why, in the product's words or ours: invalid_user, bad_password ..."),
    Field("host", _T, "The machine that wrote the line.", ("ComputerName", "hostname")),
    Field("program", _T, "The program that wrote the line."),
    Field("pid", _I, "Its process number."),
    Field("severity", _T, "Severity in the product's own words."),
    Field("session", _T, "What joins the lines of one session: connection or session id."),
    Field("src_ip", _A, "Address the action came from.", ("c-ip", "SourceIp", "IpAddress")),
    Field("src_port", _I, "Port it came from.", ("c-port", "SourcePort")),
    Field("src_host", _T, "Name it came from, where a name stands instead of an address."),
    Field("dst_ip", _A, "Address it went to.", ("r-dns", "DestinationIp", "s-ip")),
    Field("dst_port", _I, "Port it went to.", ("DestinationPort", "s-port")),
    Field("dst_host", _T, "Name it went to.", ("DestinationHostname", "cs-host")),
    Field("protocol", _T, "Transport or application protocol, lower case."),
    Field("in_interface", _T, "Interface a packet came in by."),
    Field("out_interface", _T, "Interface a packet left by."),
    Field("tcp_flags", _T, "TCP flags as the product writes them."),
    Field("policy", _T, "Firewall or proxy rule that decided."),
    Field("bytes_in", _I, "Bytes received from the source."),
    Field("bytes_out", _I, "Bytes sent back to the source.", ("sc-bytes",)),
    Field("user", _T, "Account aimed at or acting.", ("username", "cs-username", "TargetUserName")),
    Field("src_user", _T, "Account that asked, where it differs from user."),
    Field("domain", _T, "Domain or realm of the account."),
    Field("auth_method", _T, "How the person proved themselves: password, publickey, PLAIN ..."),
    Field("command", _T, "Command line that was run."),
    Field("process", _T, "Process or executable concerned."),
    Field("file", _T, "File concerned."),
    Field("http_method", _T, "Request method.", ("cs-method",)),
    Field("http_status", _I, "Response status.", ("sc-status",)),
    Field("http_version", _T, "Protocol version, such as 1.1.", ("cs-version",)),
    Field("http_host", _T, "Host the request named.", ("cs-host",)),
    Field(
        "url_path", _T, "Target of the request as sent, query included.", ("cs-uri-query", "c-uri")
    ),
    Field("url_stem", _T, "The target up to the question mark.", ("cs-uri-stem",)),
    Field("url_query", _T, "The target after the question mark.", ("c-uri-query",)),
    Field("user_agent", _T, "User agent of the request.", ("cs-user-agent", "c-useragent")),
    Field("referrer", _T, "Referrer of the request.", ("cs-referer",)),
    Field("signature", _T, "Name of the signature that fired."),
    Field("signature_id", _T, "Its number."),
    Field("signature_class", _T, "Its class."),
    Field("signature_severity", _I, "Its severity: 1 is the gravest (Suricata's scale)."),
    Field("mail_from", _T, "Envelope sender."),
    Field("mail_to", _T, "Envelope recipient."),
    Field("query_name", _T, "Name asked for in DNS.", ("query", "QueryName")),
    Field("country", _T, "Country of src_ip, ISO 3166 two letters, where the product says it."),
    Field("message", _T, "The line without its header."),
    Field("raw", _T, "The line as it came."),
)

FIELDS: Final[dict[str, Field]] = {field.name: field for field in _COMMON}
ALIASES: Final[dict[str, str]] = {
    alias.lower(): field.name for field in reversed(_COMMON) for alias in field.aliases
}
