"""open-appsec, a web application firewall for nginx, Kong and Kubernetes: JSON events."""

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="openappsec",
    title="open-appsec",
    logsource=Logsource(category="webserver", product="openappsec"),
    programs=("cp-nano-http-transaction-handler", "openappsec"),
    marks=('"waapIncidentType":', '"securityAction":', '"httpSourceId":'),
    readers=(
        JsonObject(
            {
                "time": "eventTime",
                "severity": "eventSeverity",
                "src_ip": ("eventData.sourceIP", "eventData.httpSourceId"),
                "src_port": "eventData.sourcePort",
                "dst_ip": "eventData.proxyIP",
                "http_host": "eventData.httpHostName",
                "http_method": "eventData.httpMethod",
                "http_status": ("eventData.responseCode", "eventData.httpResponseCode"),
                "url_stem": "eventData.httpUriPath",
                "url_query": "eventData.httpUriQuery",
                "signature": ("eventData.waapIncidentType", "eventName"),
                "signature_id": ("eventData.waapFoundIndicators", "eventData.ruleId"),
                "policy": "eventData.ruleName",
                "reason": ("eventData.waapIncidentDetails", "eventData.matchedSample"),
            },
            When(
                {"eventData.securityAction": ("Prevent", "Drop", "Reject", "Block")}, action="block"
            ),
            require=("eventData.securityAction",),
            category="ids",
            action="alert",
            service="web",
        ),
    ),
)
