"""What is known of addresses reaches the running watch as soon as it is said."""

from __future__ import annotations

from pathlib import Path

from midwatch.incidents.enrichment import KnownAddress
from midwatch.knowledge import KnowledgeStore, ListSource, kept_list, update
from midwatch.watch.knowing import Knowing

ADDRESS = "203.0.113.9"


def test_lists_acquaintances_and_places_are_taken_over_without_a_restart(tmp_path: Path) -> None:
    database, lists = tmp_path / "state.sqlite", tmp_path / "lists"
    places, origin = tmp_path / "geoip", tmp_path / "bad.txt"
    store = KnowledgeStore(database)
    knowing = Knowing(database, lists, [str(places)])
    assert knowing.knowledge_of("harbour").listed(ADDRESS, 1) == []
    assert not knowing.refresh()

    origin.write_text(f"{ADDRESS}\n")
    source = ListSource("bad", "harbour", str(origin))
    store.save_list(source)
    update(store, lists, source, 1, str)
    assert knowing.refresh()
    assert [match.source for match in knowing.knowledge_of("harbour").listed(ADDRESS, 2)] == ["bad"]
    assert knowing.knowledge_of("quay").listed(ADDRESS, 2) == []

    store.save_known("harbour", KnownAddress(f"{ADDRESS}/32", "tester"))
    places.write_text(f"{ADDRESS},{ADDRESS},DE\n")
    assert knowing.refresh()
    assert [each.title for each in knowing.knowledge_of("harbour").known(ADDRESS)] == ["tester"]
    assert knowing.knowledge_of("harbour").place(ADDRESS) == "DE"
    knowing.close()
    store.close()


def test_a_damaged_list_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    database, lists, origin = tmp_path / "state.sqlite", tmp_path / "lists", tmp_path / "bad.txt"
    origin.write_text(f"{ADDRESS}\n")
    store = KnowledgeStore(database)
    for name in ("one", "two"):
        source = ListSource(name, "", str(origin))
        store.save_list(source)
        update(store, lists, source, 1, str)
    kept_list(lists, "one").write_bytes(b"\0")

    knowing = Knowing(database, lists, [])

    assert [match.source for match in knowing.knowledge_of("quay").listed(ADDRESS, 2)] == ["two"]
    knowing.close()
    store.close()
