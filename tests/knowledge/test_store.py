"""What a client says of addresses, and whose a list is."""

from pathlib import Path

import pytest

from midwatch.incidents.enrichment import Asset, KnownAddress
from midwatch.kernel import BadInputError
from midwatch.knowledge import KnowledgeStore, ListSource


def test_what_one_client_knows_is_not_anothers(store: KnowledgeStore) -> None:
    store.save_asset("harbour", Asset("DC", host="dc1", vital=True))
    store.save_known("harbour", KnownAddress("192.0.2.1/32", "tester"))
    store.save_list(ListSource("all", "", "x"))
    store.save_list(ListSource("own", "harbour", "x"))

    assert store.assets("harbour") == [Asset("DC", host="dc1", vital=True)]
    assert store.known("harbour") == [KnownAddress("192.0.2.1/32", "tester")]
    assert (store.assets("quay"), store.known("quay")) == ([], [])
    assert [each.name for each in store.lists("harbour")] == ["all", "own"]
    assert [each.name for each in store.lists("quay")] == ["all"]

    assert store.forget("harbour") == ["own"]
    assert (store.assets("harbour"), store.known("harbour")) == ([], [])
    assert [each.name for each in store.lists()] == ["all"]


def test_every_change_tells_other_processes(tmp_path: Path) -> None:
    one, other = KnowledgeStore(tmp_path / "s"), KnowledgeStore(tmp_path / "s")
    before = other.revision

    one.save_known("harbour", KnownAddress("192.0.2.1/32", "tester"))
    assert other.revision > before
    assert one.remove_known("harbour", "192.0.2.1/32")
    assert not one.remove_asset("harbour", "none")
    one.close()
    other.close()


def test_a_name_that_could_lead_out_of_the_folder_is_refused(store: KnowledgeStore) -> None:
    with pytest.raises(BadInputError, match="cannot be the name"):
        store.save_list(ListSource("../x", "", "y"))
