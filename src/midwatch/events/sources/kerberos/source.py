"""Kerberos key distribution: MIT's krb5kdc and kadmind, Heimdal's and Samba's KDC.

``NEEDED_PREAUTH`` is how every login begins and is none by itself. A ``TGS_REQ`` asks for the
ticket of one more service; the login was the ``AS_REQ`` before.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:(?:krb5kdc|kadmind)\[\d+\]\([a-zA-Z]+\): )?"
_REQUEST: Final = (
    rf"{_LEAD}(?P<message_type>AS_REQ|TGS_REQ) (?:\([^)]*\) )?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}?): "
)
_TICKET: Final = r"authtime (?P<auth_time>\d+), etypes \{[^}]*\},? (?P<user>.*?)(?:@(?P<domain>[^ @]+))? for (?P<target>[^ ,]+)"
_FOR: Final = r"(?P<user>.*?)(?:@(?P<domain>[^ @]+))? for (?P<target>[^ ,]+)(?:, (?P<why>[^\n]*))?"

SOURCE = Source(
    name="kerberos",
    title="Kerberos key distribution center",
    logsource=Logsource(product="linux", service="kerberos"),
    programs=("krb5kdc", "kadmind", "kadmin.local", "kdc", "kpasswdd"),
    marks=(
        "AS_REQ (",
        "TGS_REQ (",
        "Kerberos: AS-REQ ",
        "Kerberos: UNKNOWN -- ",
        "Kerberos: Failed to decrypt PA-DATA",
    ),
    plain_login=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf"{_REQUEST}NEEDED_PREAUTH: {_FOR}", category="authentication"),
            Pattern(
                rf"{_LEAD}(?P<message_type>AS_REQ) (?:\([^)]*\) )?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}?): ISSUE: {_TICKET}",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_REQUEST}ISSUE: {_TICKET}", category="authentication"),
        ),
        Patterns(
            Pattern(rf"{_REQUEST}CLIENT_NOT_FOUND: {_FOR}", reason="invalid_user"),
            Pattern(
                rf"{_REQUEST}(?:PREAUTH_FAILED|DECRYPT_CLIENT_KEY|BAD_INTEGRITY): {_FOR}",
                reason="bad_password",
            ),
            Pattern(
                rf"{_REQUEST}(?:LOCKED_OUT|CLIENT (?:LOCKED|REVOKED)[A-Z_]*|CLIENT_REVOKED): {_FOR}",
                reason="locked",
            ),
            Pattern(
                rf"{_REQUEST}(?:CLIENT (?:EXPIRED|KEY EXPIRED)|CLIENT_EXPIRED|CLIENT_KEY_EXPIRED|KEY_EXP): {_FOR}",
                reason="expired",
            ),
            Pattern(
                rf"{_LEAD}Authentication attempt failed: (?P<src_ip>[^ ,]+), (?P<why>[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                r"(?:Kerberos: )?UNKNOWN -- (?P<user>[^ @]*)(?:@(?P<domain>[^ :]+))?: (?P<why>[^\n]*)",
                reason="invalid_user",
            ),
            Pattern(
                r"(?:Kerberos: )?(?:Failed to decrypt PA-DATA|Pre-authentication failed|Too large time skew)(?:, client)?(?: --)? (?P<user>[^ @]*)(?:@(?P<domain>[^ :]+))?(?P<why>[^\n]*)",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(rf"{_REQUEST}(?P<status>[A-Z_ ]+): {_FOR}"),
            Pattern(
                r"(?:Kerberos: )?(?P<message_type>AS-REQ|TGS-REQ) (?P<user>[^ @]*)(?:@(?P<domain>[^ ]+))? from (?:ipv[46]:)?(?P<src>[^ ]+) for (?P<target>[^ ]+)"
            ),
            Pattern(
                rf"{_LEAD}Request: (?P<operation>[a-z0-9_]+), (?P<target>[^,]+), (?P<verdict>[^,]+), client=(?P<user>[^,@]+)(?:@(?P<domain>[^,]+))?, service=[^,]+, addr=(?P<src_ip>[^ ,]+)",
                action="account_change",
            ),
            category="authentication",
        ),
    ),
)
