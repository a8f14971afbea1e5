"""Elasticsearch, OpenSearch and their dashboards: audit objects, and responses to requests."""

import re

from midwatch.events.plain_text import Plain
from midwatch.events.readers import ANY, JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_URL = re.compile(
    r"/auth/login|/login|/internal/security/login|/api/login|/_plugins/_security/authinfo"
)

SOURCE = Source(
    name="elasticsearch",
    title="Elasticsearch, OpenSearch, Kibana, Dashboards",
    logsource=Logsource(product="elasticsearch"),
    programs=("opensearch-dashboards", "kibana", "elasticsearch", "opensearch"),
    marks=(
        '"type":"response","@timestamp"',
        '"type":"audit", "timestamp"',
        '"type":"audit","timestamp"',
        '"audit_category":',
        '"audit_request_origin":',
        '"elasticsearch.cluster',
    ),
    claims=True,
    constants={"service": "database"},
    readers=(
        JsonObject(
            {
                "time": "@timestamp",
                "src_ip": ("req.remoteAddress", "req.headers.x-forwarded-for"),
                "http_method": ("req.method", "method"),
                "url_path": "req.url",
                "http_status": ("statusCode", "res.statusCode"),
                "http_host": "req.headers.host",
                "user_agent": ("req.userAgent", "req.headers.user-agent"),
                "referrer": "req.headers.referer",
            },
            When({"statusCode": ("401", "403"), "req.url": _URL}, **{**_FAILED, "service": "web"}),
            When({"req.url": ANY}, category="web", action="request", service="web"),
            require=("type", "req", "statusCode"),
        ),
        JsonObject(
            {
                "time": ("timestamp", "@timestamp"),
                "src": ("origin.address", "request.remote_address"),
                "user": ("user.name", "user.run_by.name"),
                "domain": "user.realm",
                "http_method": ("request.method",),
                "url_path": "url.path",
                "host": "node.name",
                "event": "event.action",
            },
            When(
                {
                    "event.action": (
                        "authentication_failed",
                        "anonymous_access_denied",
                        "realm_authentication_failed",
                    )
                },
                **_FAILED,
            ),
            When({"event.action": "authentication_success"}, outcome="success", **_LOGIN),
            When(
                {"event.action": ("access_denied", "connection_denied")},
                category="web",
                action="deny",
            ),
            When(
                {"event.action": ("change_password",)},
                category="authentication",
                outcome="success",
                action="password_change",
            ),
            require=("event.action", "event.type"),
        ),
        JsonObject(
            {
                "time": ("@timestamp", "audit_utc_timestamp"),
                "src": ("audit_request_remote_address", "audit_rest_request_remote_address"),
                "user": ("audit_request_effective_user", "audit_request_initiating_user"),
                "http_method": "audit_rest_request_method",
                "url_path": "audit_rest_request_path",
                "event": "audit_category",
                "host": "audit_node_host_name",
            },
            When({"audit_category": "FAILED_LOGIN"}, **_FAILED),
            When({"audit_category": "AUTHENTICATED"}, outcome="success", **_LOGIN),
            When(
                {"audit_category": ("MISSING_PRIVILEGES", "SSL_EXCEPTION", "BAD_HEADERS")},
                category="web",
                action="deny",
            ),
            require=("audit_category",),
        ),
        Plain(),
    ),
)
