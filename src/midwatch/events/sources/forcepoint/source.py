"""Forcepoint (Websense) Web Security: its key=value export to a SIEM."""

import re

from midwatch.events.readers import KeyValues, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="forcepoint",
    title="Forcepoint Web Security",
    logsource=Logsource(category="proxy", product="forcepoint"),
    marks=("vendor=Websense ", "vendor=Forcepoint ", "product=Security product_version="),
    readers=(
        KeyValues(
            {
                "src_ip": ("src_host", "src_ip"),
                "src_port": "src_port",
                "dst_ip": "dst_ip",
                "dst_port": "dst_port",
                "http_host": "dst_host",
                "http_method": "http_method",
                "http_status": ("http_response", "http_proxy_status_code"),
                "url": "url",
                "user_agent": "http_user_agent",
                "user": "user",
                "reason": "reason",
                "policy": "policy",
                "severity": "severity",
                "bytes_in": "bytes_out",
                "bytes_out": "bytes_in",
                "signature_class": "category",
            },
            When(
                {"action": re.compile("^(?:block|den|quarant|confirm)", re.IGNORECASE)},
                category="web",
                action="deny",
            ),
            require=("vendor", "product", "action"),
            one_of=("vendor=Websense", "vendor=Forcepoint"),
            category="web",
            action="request",
        ),
    ),
)
