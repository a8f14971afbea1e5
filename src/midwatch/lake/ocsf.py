"""Rows of the lake as events of the Open Cybersecurity Schema Framework, version 1.3.0.

Authentication becomes class 3002, web 4002, network 4001, alerts of intrusion detection and
malware scanners 2004 (Detection Finding); whatever lacks what its class requires, and all else,
becomes the Base Event, with the columns under ``unmapped``. Required attributes are those of
https://schema.ocsf.io/1.3.0/classes (attributes of requirement "required", and the "at
least one" constraints); profiles and recommended attributes are filled in where a column says them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from midwatch import __version__

VERSION: Final = "1.3.0"
AUTHENTICATION: Final = 3002
NETWORK: Final = 4001
WEB: Final = 4002
FINDING: Final = 2004
BASE: Final = 0
_CLASSES: Final = {
    "authentication": AUTHENTICATION, "network": NETWORK, "web": WEB, "ids": FINDING,
    "malware": FINDING,
}  # fmt: skip
_REQUIRED: Final = ("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time",
                    "type_uid")  # fmt: skip
_CLASS_REQUIRED: Final[dict[int, tuple[str, ...]]] = {
    AUTHENTICATION: ("user",),
    FINDING: ("finding_info",),
}
_AT_LEAST_ONE: Final[dict[int, tuple[str, ...]]] = {
    AUTHENTICATION: ("service", "dst_endpoint"),
    NETWORK: ("dst_endpoint", "src_endpoint"),
    WEB: ("http_request", "http_response"),
}
_OTHER: Final = 99
_LOGON: Final = {"login": 1, "logout": 2}
_TRAFFIC: Final = {"open": 1, "close": 2, "reset": 3, "block": 5, "deny": 5}
_METHODS: Final = {"CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6,
                   "PUT": 7, "TRACE": 8}  # fmt: skip
_STATUS: Final = {"success": 1, "failure": 2}
_ALLOWED: Final = {"allow": 1, "pass": 1, "accept": 1, "block": 2, "deny": 2, "drop": 2}
_GRAVITY: Final = {1: 4, 2: 3, 3: 2}
_BLANK: Final[tuple[Any, ...]] = (None, "", [], {})


def to_ocsf(row: Mapping[str, Any]) -> dict[str, Any]:
    """One event. ``row``: a row of the view ``events``; its times are UTC, zone or none."""
    wanted = _CLASSES.get(str(row.get("category")), BASE)
    event = _event(row, wanted)
    return _event(row, BASE) if missing(event) else event


def missing(event: Mapping[str, Any]) -> list[str]:
    """The attributes that the event's class requires and it lacks; empty where it is valid."""
    kind = event.get("class_uid", BASE)
    lacking = [name for name in (*_REQUIRED, *_CLASS_REQUIRED.get(kind, ())) if name not in event]
    metadata = event.get("metadata", {})
    lacking += [f"metadata.{name}" for name in ("version", "product") if name not in metadata]
    if "finding_info" in event:
        lacking += [
            f"finding_info.{name}" for name in ("uid", "title") if name not in event["finding_info"]
        ]
    choice = _AT_LEAST_ONE.get(kind, ())
    if choice and not any(name in event for name in choice):
        lacking.append(" or ".join(choice))
    return lacking


def _event(row: Mapping[str, Any], kind: int) -> dict[str, Any]:
    activity = _activity(row, kind)
    when = row.get("time") or row.get("received")
    event: dict[str, Any] = {
        "class_uid": kind,
        "category_uid": kind // 1000,
        "activity_id": activity,
        "type_uid": kind * 100 + activity,
        "severity_id": _GRAVITY.get(row.get("signature_severity") or 0, 1),
        "time": None if when is None else _milliseconds(when),
        "status_id": _STATUS.get(str(row.get("outcome")), 0),
        "status_detail": row.get("reason"),
        "message": row.get("failure"),
        "raw_data": row.get("raw"),
        "metadata": _filled(
            version=VERSION,
            uid=row.get("id"),
            tenant_uid=row.get("tenant"),
            log_name=row.get("source"),
            log_provider=row.get("feed"),
            logged_time=None if row.get("received") is None else _milliseconds(row["received"]),
            product={"name": "Midwatch", "vendor_name": "Midwatch", "version": __version__},
        ),
        "src_endpoint": _filled(
            ip=row.get("src_ip"), port=row.get("src_port"), hostname=row.get("src_host")
        ),
        "dst_endpoint": _filled(
            ip=row.get("dst_ip"), port=row.get("dst_port"), hostname=row.get("dst_host")
        ),
        "device": _filled(hostname=row.get("host"), type_id=0) if row.get("host") else None,
    }
    if kind == AUTHENTICATION:
        event["user"] = _filled(name=row.get("user"), domain=row.get("domain"))
        event["service"] = _filled(name=row.get("service"))
    elif kind == NETWORK:
        event["connection_info"] = _filled(direction_id=0, protocol_name=row.get("protocol"))
        event["traffic"] = _filled(bytes_in=row.get("bytes_in"), bytes_out=row.get("bytes_out"))
        if row.get("action") in _ALLOWED:
            event["action_id"] = event["disposition_id"] = _ALLOWED[row["action"]]
            event["metadata"]["profiles"] = ["security_control"]
    elif kind == WEB:
        event["http_request"] = _filled(
            http_method=row.get("http_method"), user_agent=row.get("user_agent"),
            referrer=row.get("referrer"), version=row.get("http_version"),
            url=_filled(url_string=row.get("url_path"), hostname=row.get("http_host")),
        )  # fmt: skip
        if row.get("http_status") is not None:
            event["http_response"] = {"code": row["http_status"]}
    elif kind == FINDING:
        event["finding_info"] = _filled(uid=row.get("id"), title=row.get("signature"))
    else:
        event["unmapped"] = {
            name: value if isinstance(value, (str, int)) else str(value)
            for name, value in row.items()
            if value not in _BLANK and name not in ("raw", "time", "received", "id")
        }
    return _filled(**event)


def _activity(row: Mapping[str, Any], kind: int) -> int:
    if kind == AUTHENTICATION:
        return _LOGON.get(str(row.get("action")), _OTHER)
    if kind == NETWORK:
        return _TRAFFIC.get(str(row.get("action")), 6)
    if kind == WEB:
        return _METHODS.get(str(row.get("http_method")), _OTHER if row.get("http_method") else 0)
    return 1 if kind == FINDING else 0


def _filled(**attributes: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever JSON takes
    """The attributes that hold something."""
    return {name: value for name, value in attributes.items() if value not in _BLANK}


def _milliseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
