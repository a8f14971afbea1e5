"""Events in the words of OCSF 1.3.0, each with what its class requires."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.lake.ocsf import missing, to_ocsf

ROW: dict[str, Any] = {
    "id": "spool-1-1",
    "time": datetime(2026, 11, 20, 12, tzinfo=UTC),
    "received": datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC),
    "tenant": "acme",
    "source": "openssh",
    "feed": "gate",
    "raw": "the line",
}


@pytest.mark.parametrize(
    ("row", "kind", "activity"),
    [
        (
            {"category": "authentication", "action": "login", "user": "mia", "service": "ssh"},
            3002,
            1,
        ),
        (
            {
                "category": "authentication",
                "action": "logout",
                "user": "mia",
                "dst_ip": "192.0.2.1",
            },
            3002,
            2,
        ),
        ({"category": "authentication", "action": "login", "service": "ssh"}, 0, 0),
        ({"category": "network", "action": "block", "src_ip": "203.0.113.9"}, 4001, 5),
        ({"category": "network", "action": "block"}, 0, 0),
        ({"category": "web", "http_method": "GET", "url_path": "/"}, 4002, 3),
        ({"category": "web", "http_status": 404}, 4002, 0),
        ({"category": "ids", "action": "alert", "signature": "ET SCAN"}, 2004, 1),
        ({"category": "ids", "action": "alert"}, 0, 0),
        ({"category": "mail"}, 0, 0),
        ({"parsed": False, "failure": "nothing known was found in it", "time": None}, 0, 0),
    ],
)
def test_each_category_has_its_class(row: dict[str, Any], kind: int, activity: int) -> None:
    event = to_ocsf({**ROW, **row})

    assert missing(event) == []
    assert (event["class_uid"], event["category_uid"]) == (kind, kind // 1000)
    assert (event["activity_id"], event["type_uid"]) == (activity, kind * 100 + activity)
    assert event["raw_data"] == "the line"
    assert event["metadata"]["version"] == "1.3.0"


def test_times_are_milliseconds_and_fall_back_to_the_receipt() -> None:
    assert to_ocsf(ROW)["time"] == 1_795_176_000_000
    assert to_ocsf({**ROW, "time": None})["time"] == 1_795_176_001_000


def test_what_is_missing_is_named() -> None:
    assert missing({"class_uid": 3002})[-1] == "service or dst_endpoint"
    assert "user" in missing({"class_uid": 3002})


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "category",
                "action",
                "outcome",
                "user",
                "service",
                "src_ip",
                "dst_ip",
                "signature",
                "http_method",
                "failure",
            ]
        ),
        st.none()
        | st.sampled_from(["authentication", "network", "web", "ids", "malware", "login", "", "x"]),
    )
)
def test_any_row_is_valid(row: dict[str, Any]) -> None:
    assert missing(to_ocsf({**ROW, **row})) == []
