"""A collection of a TAXII 2.1 server, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.incidents.address_lists import read_objects
from midwatch.kernel import ConfigurationError, MidwatchError, RemoteFailureError
from midwatch.knowledge import Credentials
from midwatch.knowledge.taxii import read_collection

HARBOUR = Credentials("harbour", "tide")


def indicator(number: int, **more: object) -> dict[str, Any]:
    return {
        "type": "indicator",
        "id": f"indicator--{number}",
        "modified": "2026-01-01T00:00:00Z",
        "name": "botnet",
        "pattern_type": "stix",
        "pattern": f"[ipv4-addr:value = '192.0.2.{number}']",
        **more,
    }


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("/taxii2/", ""),
        ("/taxii2", "Botnets"),
        ("/root/", "91a7"),
        ("/root/collections/91a7", ""),
        ("/root/collections/91a7/", ""),
    ],
)
def test_every_address_of_a_collection_leads_to_all_its_pages(
    server: Any, path: str, collection: str
) -> None:
    server.objects = [indicator(number) for number in range(1, 6)]

    found = read_objects(read_collection(server.url(path), collection, HARBOUR))

    assert [each.network for each in found.indicators] == [f"192.0.2.{n}/32" for n in range(1, 6)]
    assert found.skipped == 0


def test_only_the_last_version_of_an_indicator_counts(server: Any) -> None:
    later = {"modified": "2026-02-01T00:00:00Z"}
    server.objects = [
        indicator(1),
        indicator(1, revoked=True, **later),
        indicator(2, pattern="[ipv4-addr:value = '192.0.2.99']", **later),
        indicator(2),
    ]

    found = read_objects(read_collection(server.url("/root/"), "", HARBOUR))

    assert [each.network for each in found.indicators] == ["192.0.2.99/32"]


@pytest.mark.parametrize("collection", ["Drop box", "none"])
def test_a_collection_that_cannot_be_read_is_told_with_those_that_can(
    server: Any, collection: str
) -> None:
    with pytest.raises(ConfigurationError, match="no collection") as caught:
        read_collection(server.url("/taxii2/"), collection, HARBOUR)

    assert "Botnets (91a7)" in caught.value.remedy


def test_a_wrong_password_is_told(server: Any) -> None:
    with pytest.raises(RemoteFailureError, match="401") as caught:
        read_collection(server.url("/taxii2/"), "", Credentials("harbour", "wrong"))

    assert "--secret" in caught.value.remedy


def test_another_version_or_a_plain_web_server_is_told(server: Any) -> None:
    server.media = "application/vnd.oasis.taxii+json; version=2.0"

    with pytest.raises(RemoteFailureError, match=r"does not speak TAXII 2\.1"):
        read_collection(server.url("/taxii2/"), "", HARBOUR)


def test_a_collection_without_end_is_given_up(server: Any) -> None:
    server.objects, server.endless = [indicator(1)], True

    with pytest.raises(RemoteFailureError, match="does not say how to go on"):
        read_collection(server.url("/root/"), "", HARBOUR)


def test_a_password_goes_to_no_other_host(server: Any) -> None:
    server.moved["/taxii2/"] = f"http://localhost:{server.port}/taxii2/"

    with pytest.raises(MidwatchError, match="another host"):
        read_collection(server.url("/taxii2/"), "", HARBOUR)

    assert len(server.asked) == 1
