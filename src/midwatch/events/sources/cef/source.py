"""Any product that writes the Common Event Format (CEF).

Products with a source of their own are read by that one; this one knows the standard
keys and takes the meaning from the plain words of the event's name.
"""

from midwatch.events.readers import CommonEventFormat, Part, Translated
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.cef.meaning import SEVERITIES, cases

SOURCE = Source(
    name="cef",
    title="Common Event Format",
    logsource=Logsource(),
    programs=("cef",),
    marks=("CEF:0|", "CEF:1|", "CEF: 0|", "CEF: 1|"),
    priority=85,
    readers=(
        CommonEventFormat(
            {
                "time": ("rt", "deviceReceiptTime", "end", "start", "UNIFIutcTime"),
                "host": ("dvchost", "deviceHostName", "UNIFIhost"),
                "severity": "cef_severity",
                "src_ip": ("src", "sourceAddress", "c6a2", "FTNTFGTremip", "ESAHeloIP"),
                "src_port": ("spt", "sourcePort"),
                "src_host": ("shost", "sourceHostName"),
                "dst_ip": ("dst", "destinationAddress", "c6a3"),
                "dst_port": ("dpt", "destinationPort"),
                "dst_host": ("dhost", "destinationHostName"),
                "protocol": (Part("proto", "^([^/]+)"), "transportProtocol"),
                "in_interface": "deviceInboundInterface",
                "out_interface": "deviceOutboundInterface",
                "bytes_in": "out",
                "bytes_out": "in",
                "user": ("duser", "suser", "destinationUserName", "sourceUserName", "UNIFIadmin"),
                "domain": ("dntdom", "sntdom"),
                "process": ("dproc", "sproc"),
                "file": ("fname", "filePath"),
                "http_method": "requestMethod",
                "http_status": ("response_code", "responseCode", "HTTP Status"),
                "url": "request",
                "user_agent": ("requestClientApplication", "userAgent"),
                "referrer": "requestContext",
                "policy": ("policy_name", "Policy", "PolicyName", "Rule Name", "Rule"),
                "reason": "reason",
                "signature": ("UNIFIipsSignature", "attack_type", "name"),
                "signature_id": ("UNIFIipsSignatureId", "event_class_id"),
                "signature_class": ("cat", "UNIFIsubCategory"),
                "signature_severity": (
                    Translated("UNIFIrisk", SEVERITIES),
                    Translated("cef_severity", SEVERITIES),
                ),
                "device_vendor": "device_vendor",
                "device_product": "device_product",
                "session": "sessionid",
            },
            *cases(
                names=("name", "cat", "UNIFIsubCategory", "event_class_id"),
                action="act",
                outcome="outcome",
                message="msg",
                source="src",
                destination="dst",
            ),
            category="system",
        ),
    ),
)
