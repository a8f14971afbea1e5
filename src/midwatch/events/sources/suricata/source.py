"""Suricata's EVE JSON: alerts, drops and the protocol events."""

from midwatch.events.readers import ANY, JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="suricata",
    title="Suricata",
    logsource=Logsource(product="suricata"),
    programs=("suricata",),
    marks=(
        '"flow_id":',
        '"event_type":"alert"',
        '"event_type":"drop"',
        '"event_type":"stats"',
        '"event_type":"engine"',
    ),
    priority=20,
    claims=False,
    readers=(
        JsonObject(
            {
                "time": "timestamp",
                "src_ip": "src_ip",
                "src_port": "src_port",
                "dst_ip": "dest_ip",
                "dst_port": "dest_port",
                "protocol": ("app_proto", "proto"),
                "session": "flow_id",
                "in_interface": "in_iface",
                "host": ("host", "sensor_name"),
                "signature": ("alert.signature", "anomaly.event"),
                "signature_id": "alert.signature_id",
                "signature_class": ("alert.category", "anomaly.type"),
                "signature_severity": "alert.severity",
                "http_method": "http.http_method",
                "http_status": "http.status",
                "http_version": "http.protocol",
                "http_host": ("http.hostname", "tls.sni"),
                "url_path": "http.url",
                "user_agent": "http.http_user_agent",
                "referrer": "http.http_refer",
                "query_name": ("dns.rrname", "dns.query.0.rrname", "dns.queries.0.rrname"),
                "mail_from": "smtp.mail_from",
                "mail_to": "smtp.rcpt_to.0",
                "file": "fileinfo.filename",
            },
            When(
                {"event_type": "alert", "alert.action": "blocked"}, category="ids", action="block"
            ),
            When({"event_type": "alert"}, category="ids", action="alert"),
            When({"event_type": "drop"}, category="network", action="block"),
            When({"event_type": "http"}, category="web", action="request", service="web"),
            When({"event_type": "dns"}, category="dns", action="query"),
            When({"event_type": "smtp"}, category="mail", action="connect", service="mail"),
            When({"event_type": ("fileinfo",)}, category="file", action="transfer"),
            When({"event_type": ("stats", "engine")}, category="system"),
            When({"event_type": "anomaly"}, category="network", action="anomaly"),
            When({"event_type": ANY, "src_ip": ANY}, category="network", action="connect"),
            require=("event_type", "timestamp"),
        ),
    ),
)
