"""Cloudflare's Logpush data sets as JSON: HTTP requests, firewall events, Access requests.

A request that a rule blocked or challenged is ``ids``/``block``; of the lists of matches the
first is read.
"""

from midwatch.events.readers import JsonObject, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_STOPPED = (
    "block", "drop", "challenge", "jschallenge", "managedChallenge", "managed_challenge", "js_challenge",
    "challengeFailed", "jschallengeFailed", "connectionClose",
)  # fmt: skip
_BLOCK: dict[str, Value] = {"category": "ids", "action": "block", "service": "web"}
_REQUEST: dict[str, Keys] = {
    "time": ("EdgeStartTimestamp", "EdgeEndTimestamp"),
    "src_ip": "ClientIP",
    "src_port": "ClientSrcPort",
    "dst_ip": "OriginIP",
    "country": "ClientCountry",
    "http_method": "ClientRequestMethod",
    "http_host": "ClientRequestHost",
    "url": "ClientRequestURI",
    "http_version": "ClientRequestProtocol",
    "http_status": ("EdgeResponseStatus", "OriginResponseStatus"),
    "bytes_in": "ClientRequestBytes",
    "bytes_out": "EdgeResponseBytes",
    "user_agent": "ClientRequestUserAgent",
    "referrer": "ClientRequestReferer",
    "session": "RayID",
    "signature": ("SecurityRuleDescription", "WAFRuleMessage"),
    "signature_id": ("SecurityRuleID", "WAFRuleID", "FirewallMatchesRuleIDs.0"),
    "signature_class": ("SecuritySources.0", "FirewallMatchesSources.0"),
}

SOURCE = Source(
    name="cloudflare",
    title="Cloudflare",
    logsource=Logsource(category="webserver", product="cloudflare"),
    marks=(
        '"ClientRequestURI":',
        '"EdgeResponseStatus":',
        '"ClientRequestPath":',
        '"ClientASN":',
        '"AppDomain":',
    ),
    readers=(
        JsonObject(
            _REQUEST,
            When({"SecurityAction": _STOPPED}, **_BLOCK),
            When({"FirewallMatchesActions.0": _STOPPED}, **_BLOCK),
            When({"WAFAction": _STOPPED}, **_BLOCK),
            require=("ClientIP", "ClientRequestURI"),
            category="web",
            action="request",
            service="web",
        ),
        JsonObject(
            {
                "time": "Datetime",
                "src_ip": "ClientIP",
                "country": "ClientCountry",
                "http_method": "ClientRequestMethod",
                "http_host": "ClientRequestHost",
                "url_stem": "ClientRequestPath",
                "url_query": "ClientRequestQuery",
                "http_status": "EdgeResponseStatus",
                "user_agent": "ClientRequestUserAgent",
                "session": "RayID",
                "policy": "Action",
                "signature": "Description",
                "signature_id": "RuleID",
                "signature_class": "Source",
            },
            When({"Action": _STOPPED}, **_BLOCK),
            require=("ClientIP", "Action", "Datetime"),
            category="ids",
            action="alert",
            service="web",
        ),
        JsonObject(
            {
                "time": "CreatedAt",
                "src_ip": "IPAddress",
                "country": "Country",
                "user": "Email",
                "http_host": "AppDomain",
                "auth_method": "Connection",
                "session": "RayID",
            },
            When({"Allowed": "false"}, outcome="failure"),
            When({"Allowed": "true"}, outcome="success"),
            require=("IPAddress", "AppDomain"),
            category="authentication",
            action="login",
            service="web",
        ),
    ),
)
