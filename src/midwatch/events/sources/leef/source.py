"""Any product that writes the Log Event Extended Format (LEEF) 1.0 or 2.0.

Products with a source of their own are read by that one; this one knows the standard
keys and takes the meaning from the plain words of the event's identifier and category.
"""

from midwatch.events.readers import LogEventExtendedFormat, Translated
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.cef.meaning import SEVERITIES, cases

SOURCE = Source(
    name="leef",
    title="Log Event Extended Format",
    logsource=Logsource(),
    programs=("leef",),
    marks=("LEEF:1.0|", "LEEF:2.0|", "LEEF: 1.0|", "LEEF: 2.0|", "LEEF:1|", "LEEF:2|"),
    priority=85,
    readers=(
        LogEventExtendedFormat(
            {
                "time": ("devTime", "ReceiveTime"),
                "host": ("DeviceName", "deviceName"),
                "severity": "sev",
                "src_ip": ("src", "identSrc"),
                "src_port": ("srcPort", "srcport"),
                "dst_ip": "dst",
                "dst_port": ("dstPort", "dstport"),
                "src_host": "identHostName",
                "protocol": ("proto", "protocol"),
                "bytes_in": ("srcBytes", "bytesIn"),
                "bytes_out": ("dstBytes", "bytesOut"),
                "user": ("usrName", "accountName", "identUserName"),
                "domain": ("domain", "realm"),
                "policy": ("policy", "RuleName", "rule"),
                "http_method": "requestMethod",
                "url": ("url", "request"),
                "reason": "reason",
                "file": ("fileName", "Path"),
                "signature": ("signature", "threat", "MWName", "eventName", "event_class_id"),
                "signature_id": "event_class_id",
                "signature_class": ("cat", "Cat"),
                "signature_severity": Translated("sev", SEVERITIES),
                "device_vendor": "device_vendor",
                "device_product": "device_product",
            },
            *cases(
                names=("event_class_id", "cat", "name", "eventName"),
                action="action",
                outcome="outcome",
                message="msg",
                source="src",
                destination="dst",
            ),
            category="system",
        ),
    ),
)
