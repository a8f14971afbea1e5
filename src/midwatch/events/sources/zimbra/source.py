"""Zimbra Collaboration: ``mailbox.log`` and ``audit.log``.

``LEVEL [thread] [name=…;oip=…;ua=…;] category - text``. ``oip`` is the client behind Zimbra's
proxy, ``ip`` the peer.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_CONTEXTS = (
    r"(?P<severity>[A-Z]+) +\[[^\]]*\] \[(?=[^\]]*\boip=(?P<src_ip>[^;,\]]+))[^\]]*\] ",
    r"(?P<severity>[A-Z]+) +\[[^\]]*\] \[(?=[^\]]*\bip=(?P<src_ip>[^;,\]]+))[^\]]*\] ",
    r"(?P<severity>[A-Z]+) +\[[^\]]*\] \[[^\]]*\] ",
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}


def _sentences(context: str) -> tuple[Pattern, ...]:
    named = context.replace(r"\] \[(?=", r"\] \[(?=[^\]]*\bname=(?P<user>[^;\]]*))(?=")
    return (
        Pattern(
            rf"{context}[\w.]+ - (?:handler exception: )?authentication failed for \[(?P<user>[^\]]*)\](?:,? \(?(?P<reason>[^)]*))?",
            **_FAILED,
        ),
        Pattern(
            rf"{context}security - cmd=(?P<command>\w*Auth); account=(?P<user>[^;]*);(?: \w+=[^;]*;)*? protocol=(?P<protocol>[^;]*);(?: \w+=[^;]*;)*? error=(?P<reason>.*?);?$",
            **_FAILED,
        ),
        Pattern(
            rf"{context}security - cmd=(?P<command>\w*Auth); account=(?P<user>[^;]*);(?: \w+=[^;]*;)*? error=(?P<reason>.*?);?$",
            **_FAILED,
        ),
        Pattern(
            rf"{context}security - cmd=(?P<command>\w*Auth); account=(?P<user>[^;]*);(?:.* protocol=(?P<protocol>[^;]*);)?",
            outcome="success",
            **_LOGIN,
        ),
        # The proxied login of IMAP, POP or SMTP; the reason follows in a stack trace.
        Pattern(rf"{named}SoapEngine - handler exception$", **_FAILED)
        if "oip" in context
        else Pattern(rf"{context}SoapEngine - (?P<reason>handler exception)$", category="system"),
        Pattern(
            rf"{context}(?P<protocol>imap|pop|lmtp|smtp) - (?P<reason>connected|disconnected|dropping connection.*)$",
            category="network",
            action="connect",
        ),
        Pattern(rf"{context}(?P<module>[\w.]+) - (?P<reason>.*)", category="mail"),
    )


SOURCE = Source(
    name="zimbra",
    title="Zimbra",
    logsource=Logsource(product="zimbra", service="mail"),
    programs=("zimbramon", "zmmailboxd", "zimbra"),
    marks=("SoapEngine - ", " security - cmd=", "oip=", " imap - ", " pop - "),
    constants={"service": "mail"},
    readers=(
        Patterns(*(pattern for context in _CONTEXTS for pattern in _sentences(context))),
        Patterns(
            # saslauthd of Zimbra's MTA.
            Pattern(
                r"auth_zimbra: (?P<user>[^ ]+) auth failed: (?P<reason>.*)",
                **_FAILED,
            ),
        ),
    ),
)
