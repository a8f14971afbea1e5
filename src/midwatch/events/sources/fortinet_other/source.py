"""Fortinet's other products: FortiMail, FortiWeb, FortiAuthenticator, FortiManager and more.

They write key=value lines like FortiGate's, but other types and actions, and say who is
meant by ``device_id``. FortiAuthenticator puts a sentence behind the pairs.
"""

import re
from typing import Any, Final

from midwatch.events.readers import (
    ANY,
    Joined,
    KeyValues,
    Part,
    Pattern,
    Patterns,
    Translated,
    When,
)
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_MAIL: Final[_Means] = {"service": "mail"}
_WEB: Final[_Means] = {"service": "web"}

_PREFIXES = (
    "FE",
    "FV",
    "FWB",
    "FMG",
    "FAZ",
    "FL",
    "FSA",
    "FAD",
    "FAC",
    "FCT",
    "FEMS",
    "FI-",
    "FDD",
    "FPX",
)
_MARKS = tuple(
    f"{key}={quote}{prefix}"
    for key in ("device_id", "devid")
    for quote in ("", '"')
    for prefix in _PREFIXES
)
_FAILED = re.compile("fail|denied|reject|invalid", re.IGNORECASE)
_DONE = re.compile("success|allow", re.IGNORECASE)
_LOGIN = re.compile("login|logon|log in|authenticat", re.IGNORECASE)
_FAILED_LOGIN = re.compile(
    r"(?:log-?[io]n|authentication|auth)\w* (?:attempt )?(?:failed|failure|denied)|fail\w* (?:to )?(?:log|auth)",
    re.IGNORECASE,
)
_MAIL_DOORS = ("smtp", "pop3", "imap", "webmail")
_BLOCKED = re.compile("deny|block|reject|erase|drop|period", re.IGNORECASE)

_IP_IN_UI = r"\(([0-9A-Fa-f:.]{2,45})\)"
_READ = KeyValues(
    {
        "time": (
            Joined("date", "time", "tz"),
            Joined("date", "time"),
            Joined("v012xxxxdate", "time"),
            Joined("v013xxxxdate", "time"),
        ),
        "host": ("devname", "device_name"),
        "severity": ("pri", "level"),
        "session": ("session_id", "sessionid", "http_session_id"),
        "src_ip": (
            "src",
            "srcip",
            "client_ip",
            "remote_ip",
            "userip",
            Part("ui", _IP_IN_UI),
            Part("userfrom", _IP_IN_UI),
            Part("performed_on", _IP_IN_UI),
            Part("client_name", r"\[([0-9A-Fa-f:.]{2,45})\]"),
            Part(
                "msg", r"[Ff]rom:? (?:[A-Za-z>-]{1,20} ?\(?)?([0-9A-Fa-f:.]{2,45}?)\)?(?: |,|\.?$)"
            ),
            "deviceip",
        ),
        "src_port": ("src_port", "srcport"),
        "src_host": "client_name",
        "dst_ip": ("dst", "dst_ip", "dstip"),
        "dst_port": ("dst_port", "dstport"),
        "protocol": "proto",
        "policy": ("policy", "policy_id"),
        "user": (
            Translated("user", {"mail": None, "system": None, "none": None}, keep=True),
            Part("msg", r"[Uu]ser '?([^\s',]{1,128})"),
        ),
        "reason": Translated("reason", {"none": None}, keep=True),
        "signature": ("sub_type", "main_type", "virus", "threat_name"),
        "signature_id": "signature_id",
        "signature_class": ("main_type", "classifier"),
        "signature_severity": Translated(
            "severity_level", {"high": 1, "medium": 2, "low": 3, "informative": 4}
        ),
        "http_method": "http_method",
        "http_host": "http_host",
        "http_status": "http_retcode",
        "url": "http_url",
        "user_agent": "http_agent",
        "referrer": "http_refer",
        "mail_from": "from",
        "mail_to": "to",
    },
    # Web attacks and requests (FortiWeb, FortiADC)
    When({"type": "attack", "action": _BLOCKED}, category="ids", action="block", **_WEB),
    When({"type": "attack"}, category="ids", action="alert", **_WEB),
    When(
        {"type": "traffic", "http_method": ANY, "action": _BLOCKED},
        category="web",
        action="deny",
        **_WEB,
    ),
    When({"type": "traffic", "http_method": ANY}, category="web", action="request", **_WEB),
    When({"type": "traffic"}, category="network"),
    # Mail
    When({"type": "virus"}, category="mail", action="virus", **_MAIL),
    When({"type": "spam"}, category="mail", action="spam", **_MAIL),
    When(
        {"type": "statistics", "disposition": re.compile("^Reject")},
        category="mail",
        action="reject",
        **_MAIL,
    ),
    When(
        {"type": "statistics", "disposition": re.compile("^(?:Accept|Relay)")},
        category="mail",
        action="accept",
        **_MAIL,
    ),
    When({"type": "statistics"}, category="mail", **_MAIL),
    When({"subtype": _MAIL_DOORS, "status": _FAILED, "msg": _LOGIN}, **_FAILURE, **_MAIL),
    When({"subtype": _MAIL_DOORS, "msg": _FAILED_LOGIN}, **_FAILURE, **_MAIL),
    When({"subtype": _MAIL_DOORS, "status": _DONE, "msg": _LOGIN}, **_SUCCESS, **_MAIL),
    When({"subtype": _MAIL_DOORS}, category="mail", **_MAIL),
    # Administrators
    When({"action": "login", "status": _FAILED}, **_FAILURE, **_ADMIN),
    When({"msg": _FAILED_LOGIN}, **_FAILURE, **_ADMIN),
    When({"changes": _FAILED_LOGIN}, **_FAILURE, **_ADMIN),
    When({"operation": _FAILED_LOGIN}, **_FAILURE, **_ADMIN),
    When({"action": "login", "status": _DONE}, **_SUCCESS, **_ADMIN),
    When({"action": "login", "msg": _DONE}, **_SUCCESS, **_ADMIN),
    When(
        {"msg": re.compile("log(?:ged )?in success|login succe|logged in", re.IGNORECASE)},
        **_SUCCESS,
        **_ADMIN,
    ),
    When({"action": "logout"}, **_LOGOUT, **_ADMIN),
    When({"msg": re.compile("logged out|log-?out", re.IGNORECASE)}, **_LOGOUT, **_ADMIN),
    When({"subtype": ("config", "admin")}, category="configuration", action="change", **_ADMIN),
    When({"type": ("av", "malware", "sandbox"), "virus": ANY}, category="malware", action="detect"),
    require=("type", "subtype", "date", "time"),
    category="system",
)
_READ_WEB = KeyValues(
    {"time": Joined("date", "time"), "src_ip": ("src", "srcip"), "user": "user"},
    require=("type", "time"),
    one_of=_MARKS,
    category="system",
)

_AUTHENTICATOR = (
    r'.{0,80}?category="[^"]*" subcategory="[^"]*" typeid=(?P<typeid>\d+) level="(?P<severity>[^"]*)" '
    r'user="(?P<user>[^"]*)" nas="(?P<nas>[^"]*)" (?:userip="(?P<user_ip>[^"]*)" )?'
)
_FROM = r"(?:.* from (?P<src_ip>[0-9A-Fa-f:.]{2,45}+))?"

SOURCE = Source(
    name="fortinet_other",
    title="Fortinet FortiMail, FortiWeb, FortiAuthenticator, FortiManager and others",
    logsource=Logsource(product="fortinet"),
    marks=(
        *_MARKS,
        ' subcategory="Authentication" typeid=',
        ' subcategory="System" typeid=',
        ' subcategory="Admin Configuration" typeid=',
    ),
    priority=45,
    readers=(
        _READ,
        _READ_WEB,
        Patterns(
            Pattern(
                rf'{_AUTHENTICATOR}action="[^"]*" status="(?:Failed|Failure|Denied)" ?(?=(?P<reason>.{{0,200}})){_FROM}',
                **_FAILURE,
                service="app",
            ),
            Pattern(
                rf'{_AUTHENTICATOR}action="(?:Authentication|Login)" status="Success" ?{_FROM}',
                **_SUCCESS,
                service="app",
            ),
            Pattern(rf'{_AUTHENTICATOR}action="Logout"', **_LOGOUT, service="app"),
            Pattern(_AUTHENTICATOR, category="system"),
        ),
    ),
)
