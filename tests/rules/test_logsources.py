"""Which rules apply to which events, told by rules and events that meet or do not."""

from collections.abc import Mapping

import pytest

from midwatch.detection.reference import holds
from midwatch.events.schema import Logsource
from midwatch.events.source import Value
from midwatch.rules import scope
from midwatch.rules.plan import ALWAYS, NEVER

SYSMON = "Microsoft-Windows-Sysmon/Operational"
SSHD = Logsource(product="linux", service="sshd")
WINDOWS = Logsource(product="windows")
FORTIGATE = Logsource(product="fortigate", service="event")
NGINX = Logsource(category="webserver", product="nginx")
UNKNOWN = Logsource()


def applies(wanted: Logsource, given: Logsource, event: Mapping[str, Value]) -> bool:
    return holds(scope(wanted, given), event.get, ())


@pytest.mark.parametrize(
    ("wanted", "given", "event"),
    [
        (Logsource(category="any"), SSHD, {}),
        (Logsource(product="midwatch", category="web"), NGINX, {"category": "web"}),
        (Logsource(category="authentication"), SSHD, {"category": "authentication"}),
        (Logsource(category="authentication"), WINDOWS, {"category": "authentication"}),
        (Logsource(product="linux"), SSHD, {}),
        (Logsource(product="linux", service="sshd"), SSHD, {}),
        (Logsource(product="Linux", service="auth"), SSHD, {}),
        (Logsource(product="linux", service="syslog"), SSHD, {}),
        (Logsource(product="linux", service="cron"), Logsource(product="linux"), {"program": "CRON"}),
        (Logsource(product="linux"), UNKNOWN, {"program": "kernel"}),
        (Logsource(category="webserver"), NGINX, {}),
        (Logsource(category="webserver"), Logsource(product="apache"), {"category": "web"}),
        (Logsource(service="nginx"), NGINX, {}),
        (Logsource(category="firewall"), FORTIGATE, {"category": "network"}),
        (Logsource(product="fortios", service="sslvpnd"), FORTIGATE, {}),
        (Logsource(category="antivirus"), Logsource(product="clamav"), {"category": "malware"}),
        (Logsource(category="proxy"), Logsource(product="squid"), {}),
        (Logsource(product="windows", category="process_creation"), WINDOWS, {"Channel": SYSMON, "EventID": 1}),
        (Logsource(product="windows", category="process_creation"), WINDOWS, {"Channel": "Security", "EventID": "4688"}),
        (Logsource(product="windows", service="security"), WINDOWS, {"Channel": "Security", "EventID": 1}),
        (Logsource(product="windows", service="powershell"), WINDOWS, {"Channel": "PowerShellCore/Operational"}),
        (Logsource(product="windows", category="registry_delete"), WINDOWS, {"Channel": SYSMON, "EventID": 12, "EventType": "DeleteValue"}),
        (Logsource(product="windows"), WINDOWS, {"Channel": "Other"}),
        (Logsource(category="dns_query", product="windows"), WINDOWS, {"Channel": SYSMON, "EventID": 22}),
    ],
)  # fmt: skip
def test_fits(wanted: Logsource, given: Logsource, event: Mapping[str, Value]) -> None:
    assert applies(wanted, given, event)


@pytest.mark.parametrize(
    ("wanted", "given", "event"),
    [
        (Logsource(category="authentication"), SSHD, {"category": "network"}),
        (Logsource(product="windows"), SSHD, {}),
        (Logsource(product="linux", service="sudo"), SSHD, {"program": "sshd"}),
        (Logsource(product="linux"), UNKNOWN, {}),
        (Logsource(product="macos", category="process_creation"), SSHD, {"category": "process"}),
        (Logsource(category="webserver"), Logsource(product="squid", category="proxy"), {"category": "web"}),
        (Logsource(category="proxy"), NGINX, {"category": "web"}),
        (Logsource(category="application", product="jvm"), SSHD, {}),
        (Logsource(product="linux", service="sshd"), WINDOWS, {}),
        (Logsource(product="windows", category="process_creation"), WINDOWS, {"Channel": SYSMON, "EventID": 3}),
        (Logsource(product="windows", category="process_creation"), WINDOWS, {"Channel": "System", "EventID": 1}),
        (Logsource(product="windows", category="process_creation"), SSHD, {}),
        (Logsource(product="windows", service="unheard-of"), WINDOWS, {"Channel": "Security"}),
        (Logsource(product="linux", category="process_creation"), WINDOWS, {"Channel": SYSMON, "EventID": 1}),
    ],
)  # fmt: skip
def test_does_not_fit(wanted: Logsource, given: Logsource, event: Mapping[str, Value]) -> None:
    assert not applies(wanted, given, event)


def test_a_product_decides_for_the_whole_source() -> None:
    assert scope(Logsource(product="windows"), SSHD) == NEVER
    assert scope(Logsource(category="any"), SSHD) == ALWAYS
    assert scope(Logsource(product="linux", service="sshd"), SSHD) == ALWAYS
