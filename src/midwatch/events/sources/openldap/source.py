"""LDAP servers that number their connections: OpenLDAP's slapd and 389 Directory Server.

A bind is told in three lines: ``ACCEPT`` has the address, ``BIND`` the name, ``RESULT tag=97`` the
verdict. Address and name are carried along the connection's number.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_LEAD: Final = r"(?:[0-9a-f]{8}(?:\.[0-9a-f]+)? (?:0x[0-9a-f]+ )?)?conn=(?P<session>\d+) (?:op=(?P<operation>-?\d+) )?"
_END: Final = r"(?: qtime=[^ ]+)?(?: etime=[^ ]+)?(?: text=(?P<why>[^\n]*))?"

SOURCE = Source(
    name="openldap",
    title="OpenLDAP and 389 Directory Server",
    logsource=Logsource(product="linux", service="slapd"),
    programs=("slapd", "ns-slapd", "dirsrv"),
    marks=(" ACCEPT from IP=", " slot=", " RESULT tag=97 err=", " RESULT err=", " BIND dn="),
    plain_login=False,
    constants={"service": "ldap"},
    carry=Carry("session", ("src_ip", "src_port", "user")),
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}RESULT tag=97 err=0\b{_END}",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_LEAD}RESULT tag=97 err=14\b{_END}"),
            Pattern(
                rf"{_LEAD}RESULT tag=97 err=49\b{_END}",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}RESULT tag=97 err=(?P<error>\d+){_END}",
                outcome="failure",
                action="login",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}RESULT err=49 tag=97\b",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(rf"{_LEAD}RESULT err=0 tag=97\b", outcome="success", action="login"),
            Pattern(
                rf'{_LEAD}BIND dn="(?P<dn>(?:[A-Za-z]+=)?(?P<user>[^,"]*)[^"]*)"(?: (?:method|mech)=(?P<auth_method>[^ ]+))?'
            ),
            Pattern(rf"{_LEAD}UNBIND", action="logout"),
            category="authentication",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}fd=(?P<descriptor>\d+) ACCEPT from IP=\[?(?P<src_ip>[0-9A-Fa-f:.]+?)\]?:(?P<src_port>\d+) \(IP=(?P<dst>[^ )]+)\)",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}fd=(?P<descriptor>\d+) slot=\d+ (?:SSL )?connection from (?P<src_ip>[^ ]+) to (?P<dst_ip>[^ ]+)",
                action="connect",
            ),
            Pattern(rf"{_LEAD}fd=(?P<descriptor>\d+) closed(?P<why>[^\n]*)", action="close"),
            Pattern(rf'{_LEAD}SRCH base="(?P<base>[^"]*)"(?P<why>[^\n]*)'),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)"),
            category="network",
        ),
    ),
)
