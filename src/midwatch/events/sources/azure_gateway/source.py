"""Azure Application Gateway and Front Door: access and firewall logs as JSON."""

from midwatch.events.readers import JsonObject, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FIELDS: dict[str, Keys] = {
    "time": ("timeStamp", "time"),
    "host": "properties.instanceId",
    "src": ("properties.clientIP", "properties.clientIp", "properties.socketIp"),
    "src_port": ("properties.clientPort", "properties.clientSocketPort"),
    "country": "properties.clientCountry",
    "http_method": "properties.httpMethod",
    "http_host": (
        "properties.originalHost",
        "properties.hostname",
        "properties.hostName",
        "properties.host",
    ),
    "http_status": ("properties.httpStatus", "properties.httpStatusCode"),
    "http_version": "properties.httpVersion",
    "bytes_in": ("properties.receivedBytes", "properties.requestBytes"),
    "bytes_out": ("properties.sentBytes", "properties.responseBytes"),
    "user_agent": "properties.userAgent",
    "referrer": "properties.referer",
    "session": ("properties.transactionId", "properties.trackingReference"),
    "url_stem": "properties.requestUri",
    "url_query": "properties.requestQuery",
    "signature": ("properties.message", "properties.details.msg"),
    "signature_id": ("properties.ruleId", "properties.ruleName"),
    "signature_class": ("properties.ruleGroup", "properties.policy"),
    "policy": "properties.policyId",
}

SOURCE = Source(
    name="azure_gateway",
    title="Azure Application Gateway and Front Door",
    logsource=Logsource(category="webserver", product="azure"),
    marks=("ApplicationGatewayAccess", "ApplicationGatewayFirewall", "FrontDoorAccessLog", "FrontDoorWebApplicationFirewallLog"),
    readers=(
        JsonObject(
            _FIELDS,
            When({"category": ("ApplicationGatewayFirewallLog", "FrontDoorWebApplicationFirewallLog"), "properties.action": ("Blocked", "Block")}, category="ids", action="block"),
            When({"category": ("ApplicationGatewayFirewallLog", "FrontDoorWebApplicationFirewallLog")}, category="ids", action="alert"),
            require=("properties", "category"),
            category="web",
            action="request",
            service="web",
        ),
    ),
)  # fmt: skip
