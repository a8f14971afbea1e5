"""Tenants, offices and feeds in the state file."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from midwatch.kernel import BadInputError
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore, hash_of_token

FIREWALL = Feed(
    id="harbour-gate",
    tenant="harbour",
    office="main",
    title="Gate",
    product="pfsense",
    marks=(Mark(MarkKind.ADDRESS, "192.0.2.1/32", 5514),),
)


@pytest.fixture
def store(tmp_path: Path) -> TenantStore:
    store = TenantStore(tmp_path / "state" / "state.sqlite")
    store.save_tenant(Tenant("harbour", "Harbour Accounts", zone="Europe/Berlin"))
    store.save_office(Office("main", "harbour", "Main office"))
    return store


def test_what_was_saved_is_read_again(store: TenantStore, tmp_path: Path) -> None:
    store.save_feed(FIREWALL)

    again = TenantStore(tmp_path / "state" / "state.sqlite")

    assert again.feeds("harbour") == [FIREWALL]
    assert again.tenants() == [Tenant("harbour", "Harbour Accounts", zone="Europe/Berlin")]
    assert again.offices("harbour") == [Office("main", "harbour", "Main office")]


def test_every_change_raises_the_revision(store: TenantStore) -> None:
    before = store.revision
    store.save_feed(FIREWALL)
    store.remove_feed(FIREWALL.id)

    assert store.revision == before + 2
    assert store.feeds() == []


def test_a_mark_tells_one_feed_only(store: TenantStore) -> None:
    store.save_feed(FIREWALL)
    twin = msgspec.structs.replace(FIREWALL, id="twin")

    with pytest.raises(BadInputError, match="another source is already told by that address"):
        store.save_feed(twin)

    assert store.feeds() == [FIREWALL]


def test_a_feed_cannot_move_to_another_tenant(store: TenantStore) -> None:
    store.save_feed(FIREWALL)
    store.save_tenant(Tenant("quay", "Quay"))
    store.save_office(Office("main", "quay", "Main"))

    with pytest.raises(BadInputError, match="another client's"):
        store.save_feed(msgspec.structs.replace(FIREWALL, tenant="quay", marks=()))


@pytest.mark.parametrize("name", ["", "Harbour", "../x", "a b", "-a", "x" * 64])
def test_an_id_is_a_plain_name(store: TenantStore, name: str) -> None:
    with pytest.raises(BadInputError, match="cannot be the id"):
        store.save_tenant(Tenant(name, "?"))


def test_a_feed_needs_its_office(store: TenantStore) -> None:
    with pytest.raises(BadInputError, match="no office 'attic'"):
        store.save_feed(msgspec.structs.replace(FIREWALL, office="attic"))


def test_removing_a_tenant_removes_its_feeds(store: TenantStore) -> None:
    store.save_feed(FIREWALL)
    store.remove_tenant("harbour")

    assert store.feeds() == []
    assert store.offices("harbour") == []


def test_a_token_is_kept_as_its_hash_only(store: TenantStore, tmp_path: Path) -> None:
    mark = Mark(MarkKind.TOKEN, hash_of_token("very-secret-token"))
    store.save_feed(msgspec.structs.replace(FIREWALL, marks=(mark,)))
    store.close()

    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert hash_of_token("very-secret-token").encode() in kept
    assert b"very-secret-token" not in kept


@pytest.mark.parametrize(
    "title",
    ["Harb\x07our", "Harbour\u202etnuoccA", "Har\x1b[2Jbour", "Har\u2066bour", "a\nb", "a\u2028b",
     "\ud800"],
)  # fmt: skip
def test_no_title_passes_for_another(store: TenantStore, title: str) -> None:
    saves: list[Callable[[], None]] = [
        lambda: store.save_tenant(Tenant("harbour", title)),
        lambda: store.save_tenant(Tenant("quay", title)),
        lambda: store.save_office(Office("main", "harbour", title)),
        lambda: store.save_feed(msgspec.structs.replace(FIREWALL, title=title)),
    ]
    for save in saves:
        with pytest.raises(BadInputError, match="no control characters"):
            save()
    assert [each.title for each in store.tenants()] == ["Harbour Accounts"]


@pytest.mark.parametrize("title", ["Bäckerei Ößgür", "مخبز", "מאפייה", "パン屋", "Bread & Co. 🥖"])
def test_titles_of_any_script_are_kept(store: TenantStore, title: str) -> None:
    store.save_tenant(Tenant("harbour", title))
    assert store.tenants() == [Tenant("harbour", title)]


def test_a_bad_title_of_before_does_not_bar_other_changes(store: TenantStore) -> None:
    old = "Har\u202ebour"
    store._database.execute("UPDATE tenant SET title = ?", (old,))

    store.save_tenant(Tenant("harbour", old, legal_hold=True))
    assert store.tenants() == [Tenant("harbour", old, legal_hold=True)]
