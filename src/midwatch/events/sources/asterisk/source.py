"""Asterisk: ``/var/log/asterisk/messages``, ``security`` and ``full``, also over syslog.

The ``From`` of a request, its call id and the session id are the attacker's choice. In
``Request from '...' failed for '192.0.2.1:5060' (callid: ...) - ...`` the first address wins behind
which the sentence ends as Asterisk ends it (a call id holds no blank); of two
``RemoteAddress`` values the last.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:(?P<severity>[A-Z]{4,8}) ?\[\d+\](?:\[C-[0-9a-f]+\])?:? )?"
    r"(?:[\w/.-]{1,60}\.c(?::\d+)?(?:\[[^\]]*\])?:? (?:in )?(?:[\w.-]{1,60}: )?)?"
)
_SIP: Final = r"'(?:[^<\n]{0,200}<)?(?:sips?:)?(?P<user>[^@>\n]{0,200}?)(?:@(?P<domain>[^>'\n]{0,200}))?>?(?:;[^'\n]{0,100})?'"
_REGISTRATION: Final = r" failed for '(?P<src>[^' ]*)' - "
_REQUEST: Final = r" failed for '(?P<src>[^' ]*)' \(callid: [^ ]*\) - "
_SECURITY_END: Final = (
    r'",EventTV="(?P<event_time>[^"]*)"(?:,Severity="(?P<level>[^"]*)")?,Service="(?P<protocol>[^"]*)"'
    r'(?:,EventVersion="\d+")?,AccountID="(?P<user>.{0,255}?)",SessionID="(?P<session>.*)"'
    r',LocalAddress="IPV[46]/[A-Z]+/(?P<dst_ip>[^/"]*)/(?P<dst_port>\d+)"'
    r',RemoteAddress="IPV[46]/[A-Z]+/(?P<src_ip>[^/"]*)/(?P<src_port>\d+)"'
)


def _security(events: str) -> str:
    return rf'{_LEAD}SecurityEvent="(?P<event>{events}){_SECURITY_END}'


SOURCE = Source(
    name="asterisk",
    title="Asterisk",
    logsource=Logsource(product="asterisk"),
    programs=("asterisk",),
    marks=(
        'SecurityEvent="',
        "chan_sip.c",
        "pjsip_distributor.c",
        "res_security_log.c",
        "chan_iax2.c",
        "manager.c: ",
        "Rejecting unknown SIP connection from ",
        " Registration from '",
        "rejected because extension not found in context",
    ),
    plain_login=False,
    constants={"service": "sip"},
    readers=(
        Patterns(
            Pattern(_security("InvalidAccountID"), reason="invalid_user"),
            Pattern(_security("InvalidPassword|ChallengeResponseFailed"), reason="bad_password"),
            Pattern(
                _security("FailedACL|AuthMethodNotAllowed|UnexpectedAddress|SessionLimit"),
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}Registration from {_SIP}{_REGISTRATION}(?P<why>Wrong password)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}Registration from {_SIP}{_REGISTRATION}(?P<why>No matching peer found|Username/auth name mismatch|Not a local domain|Peer is not supposed to register)",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}Registration from {_SIP}{_REGISTRATION}(?P<why>[^'\n]*)$",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}Registration from '.*?'{_REGISTRATION}(?P<why>[^'\n]*)$",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}Request (?:'[A-Z]+' )?from {_SIP}{_REQUEST}(?P<why>(?:Failed|Error) to authenticate)[^']*$",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}Request (?:'[A-Z]+' )?from {_SIP}{_REQUEST}(?P<why>No matching endpoint found)[^']*$",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}Request (?:'[A-Z]+' )?from {_SIP}{_REQUEST}(?P<why>[^'\n]*)$",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}Request (?:'[A-Z]+' )?from '.*?'{_REQUEST}(?P<why>[^'\n]*)$",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?:Host )?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) failed to authenticate as '(?P<user>.*)'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:Host )?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) tried to authenticate with nonexistent user '(?P<user>.*)'",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}(?:Host )?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}) failed to pass IP ACL as '(?P<user>.*)'",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}Host '?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}})'? failed (?P<auth_method>[A-Z0-9]+) authentication for '(?P<user>[^']*)'",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}Host '?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}})'? denied access to register peer '(?P<user>[^']*)'",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}No registration for peer '(?P<user>[^']*)' \(from (?P<src_ip>[^)]*)\)",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}(?:Sending fake auth rejection for|Failed to authenticate) (?:device|user) [^<\n]{{0,200}}<sips?:(?P<user>[^@>]*)@(?P<src>[^>;]*)>",
                reason="bad_password",
            ),
            Pattern(rf"{_LEAD}hacking attempt detected '(?P<src_ip>[^']*)'"),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                _security("SuccessfulAuth"),
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?:-- )?Registered (?P<protocol>SIP|IAX2) '(?P<user>[^']*)' (?:\([A-Z]+\) )?at (?P<src>[^ ]+)",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(_security("ChallengeSent"), category="authentication"),
            Pattern(
                rf"{_LEAD}Call from '(?P<user>.{{0,255}}?)' \((?P<src>[^ )]+)\) to extension '(?P<extension>.*)' rejected because (?P<why>extension not found in context '[^']*')",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?:Ext\. [^\"\n]{{0,100}})?\"?Rejecting unknown SIP connection from (?P<src>[^ \"]+)\"?",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?:Ext\. [^\"\n]{{0,100}})?\"[^\"\n]*?from (?P<src>\[?[0-9]+(?:\.[0-9]+){{3}}\]?(?::\d+)?)\"",
                category="network",
            ),
            Pattern(
                rf'{_LEAD}SecurityEvent="(?P<event>[^"]*){_SECURITY_END}',
                category="network",
                reason="malformed",
            ),
            Pattern(
                r"(?P<severity>NOTICE|WARNING|ERROR|SECURITY|VERBOSE|DEBUG|DTMF) ?\[\d+\](?:\[C-[0-9a-f]+\])?:? (?P<why>[^\n]*)",
                category="system",
            ),
        ),
    ),
)
