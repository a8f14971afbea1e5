"""Which rules apply to which events: the only place that knows.

``scope`` answers with a condition, because part of the answer may stand in the event's
columns: the kind of event (``category``), a Windows channel and number, the program.
Detection folds that condition with what is constant for a batch, so a rule that does
not apply costs nothing.

How a rule's ``logsource`` is read; each part that is stated must fit:

- ``category`` is one of our event categories (authentication, network, web, mail, ids,
  malware, dns, process, file, configuration, system): events whose ``category`` column
  says so, whatever the product. Our own pack is written this way.
- ``category: any`` or ``product: any`` or ``product: midwatch``: every event.
- ``category`` in Sigma's words: webserver → web, firewall → network, antivirus → malware,
  proxy → proxies; Windows categories → channel and event number (``windows_events``).
- ``product``: that of the log source, some with several names.
- ``service``: that of the log source, or the program that wrote the line; on Windows a
  channel. ``auth`` and ``syslog`` stand for families of services.

A rule that names a product may read the product's own field names. One that names none
is written against the common columns, which are never looked for among vendor fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from midwatch.events.schema import Category, Logsource
from midwatch.rules.plan import (
    ALWAYS,
    NEVER,
    Condition,
    Exists,
    FieldTest,
    Matcher,
    Number,
    Text,
    TextKind,
    all_of,
    any_of,
)
from midwatch.rules.windows_events import CATEGORIES, SERVICES, WindowsEvents

ANYTHING: Final = frozenset({"any", "midwatch"})
_OUR_CATEGORIES: Final = frozenset(category.value for category in Category)
_CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "webserver": ("web",),
        "firewall": ("network",),
        "antivirus": ("malware",),
        "process_creation": ("process",),
        "file_event": ("file",),
        "network_connection": ("network",),
        "dns_query": ("dns",),
        "email": ("mail",),
    }
)
_PROXIES: Final = frozenset({"squid", "bluecoat", "zscaler", "websense", "proxy"})
_PRODUCTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "fortigate": frozenset({"fortigate", "fortios", "fortinet"}),
        "fortios": frozenset({"fortigate", "fortios", "fortinet"}),
        "fortinet": frozenset({"fortigate", "fortios", "fortinet"}),
        "paloalto": frozenset({"paloalto", "panos", "pan"}),
        "cisco": frozenset({"cisco", "asa", "ios", "cisco_asa", "cisco_ios", "meraki"}),
        "m365": frozenset({"m365", "office365", "microsoft365"}),
    }
)
_SERVICES: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    "auth": frozenset({
        "auth", "authpriv", "sshd", "ssh", "sudo", "su", "pam", "login", "useradd", "groupadd",
        "usermod", "userdel", "passwd", "chage", "polkitd", "pkexec", "systemd-logind", "cron",
        "doas",
    }),
    "sshd": frozenset({"sshd", "ssh", "openssh", "sshd-session", "sshd-auth"}),
    "cron": frozenset({"cron", "crond", "anacron", "crontab"}),
    "clamav": frozenset({"clamav", "clamd", "freshclam", "clamscan", "clamonacc"}),
    "apache": frozenset({"apache", "apache2", "httpd"}),
    "sslvpnd": frozenset({"sslvpnd", "sslvpn", "vpn", "event"}),
    "audit": frozenset({"audit"}),
})  # fmt: skip
_WHOLE_SYSTEM: Final = frozenset({"syslog", "messages"})
_UNIX: Final = frozenset({"linux", "macos"})


def scope(wanted: Logsource, given: Logsource) -> Condition:
    """For a rule that wants ``wanted``: which events of a source that declares ``given``.

    ``ALWAYS`` and ``NEVER`` decide for the whole source.
    """
    product = (wanted.product or "").lower()
    category = (wanted.category or "").lower()
    service = (wanted.service or "").lower()
    if product in ANYTHING:
        product = ""
    if category in ANYTHING:
        category = ""
    given_product = (given.product or "").lower()
    if given_product == "windows" and category not in _OUR_CATEGORIES:
        if product not in ("", "windows"):
            return NEVER
        return all_of([_windows_category(category), _windows_service(service)])
    return all_of(
        [
            _product(product, given_product),
            _category(category, given, product),
            _service(service, given, product),
        ]
    )


def _equals(field: str, *values: str) -> Condition:
    return FieldTest(field, tuple(Text(TextKind.EQUALS, value) for value in values))


def _windows_category(category: str) -> Condition:
    if not category:
        return ALWAYS
    events = CATEGORIES.get(category)
    if events is None:
        ours = _CATEGORIES.get(category)
        return _equals("category", *ours) if ours else NEVER
    return any_of([_windows_events(some) for some in events])


def _windows_events(events: WindowsEvents) -> Condition:
    numbers: tuple[Matcher, ...] = tuple(Number(number) for number in events.numbers)
    return all_of(
        [
            _equals("Channel", events.channel),
            FieldTest("EventID", numbers) if numbers else ALWAYS,
            _equals("EventType", *events.types) if events.types else ALWAYS,
        ]
    )


def _windows_service(service: str) -> Condition:
    if not service:
        return ALWAYS
    channels = SERVICES.get(service)
    return NEVER if channels is None else _equals("Channel", *channels)


def _product(wanted: str, given: str) -> Condition:
    if not wanted or wanted == given or given in _PRODUCTS.get(wanted, ()):
        return ALWAYS
    if not given and wanted in _UNIX:
        # Nobody's product, but a program wrote it by way of syslog.
        return FieldTest("program", (Exists(present=True),)) if wanted == "linux" else NEVER
    return NEVER


def _category(wanted: str, given: Logsource, product: str) -> Condition:
    if not wanted or wanted == (given.category or "").lower():
        return ALWAYS
    if wanted in _OUR_CATEGORIES:
        return _equals("category", wanted)
    if wanted == "proxy":
        return ALWAYS if (given.product or "").lower() in _PROXIES else NEVER
    if wanted == "application":
        return ALWAYS if product else NEVER
    ours = _CATEGORIES.get(wanted)
    if ours is None or (given.category or "").lower() == "proxy":
        return NEVER
    return _equals("category", *ours)


def _service(wanted: str, given: Logsource, product: str) -> Condition:
    if not wanted:
        return ALWAYS
    declared = (given.service or "").lower()
    family = _SERVICES.get(wanted, frozenset({wanted}))
    if wanted == declared or declared in family:
        return ALWAYS
    if not product and (given.product or "").lower() in family:
        return ALWAYS
    if wanted in _WHOLE_SYSTEM and product in ("", "linux"):
        return ALWAYS if (given.product or "").lower() == "linux" else NEVER
    return _equals("program", *sorted(family))
