"""The second wall: on PostgreSQL the database itself hides the rows of other clients."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from midwatch.desk.access.roles import Role
from midwatch.desk.access.rows import ALL, NONE, current, every_row, protected_tables, rows, rows_of
from midwatch.desk.access.viewers import NOBODY
from midwatch.desk.people.models import Membership
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import BAKERY, FORGE, Furnished, furnish_people, now, person


@pytest.fixture
def postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: make postgresql")


@pytest.fixture
def house(postgresql: None, world: Furnished) -> Furnished:
    for tenant in (BAKERY, FORGE):
        furnish_people(tenant)
    return world


def counted(table: str, where: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608  # names of our tables
        found: tuple[int] = cursor.fetchone()
    return found[0]


def test_every_table_with_a_client_is_behind_the_wall(house: Furnished) -> None:
    assert {"people_membership", "people_invitation", "audit_entry", "audit_reveal"} <= set(
        protected_tables()
    )
    for table in protected_tables():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
                [table],
            )
            assert cursor.fetchone() == (True,), table


@pytest.mark.parametrize(
    "table", ["people_membership", "people_invitation", "audit_entry", "audit_reveal"]
)
def test_a_raw_question_sees_the_viewers_rows_only(house: Furnished, table: str) -> None:
    with rows(NONE):
        assert counted(table) == 0
    with rows(BAKERY):
        assert counted(table) == counted(table, f"tenant = '{BAKERY}'") > 0
    with rows(ALL):
        assert counted(table, f"tenant = '{FORGE}'") > 0


def test_nobody_writes_into_anothers_rows(house: Furnished) -> None:
    with rows(BAKERY):
        assert Membership.objects.filter(tenant=FORGE).update(role=Role.OWNER.value) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Membership.objects.update(tenant=FORGE)
    assert not Membership.objects.filter(tenant=FORGE, role=Role.OWNER.value).exists()


def test_the_wall_stands_again_after_a_fault_inside(house: Furnished) -> None:
    with (
        rows(BAKERY),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        every_row(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT nothing FROM nowhere")
    assert current() == ALL
    with rows(BAKERY):
        assert counted("people_membership", f"tenant = '{FORGE}'") == 0


def test_the_role_of_the_tests_is_held_to_it(postgresql: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_a_viewer_reads_the_rows_of_their_clients(world: Furnished, db: None) -> None:
    assert rows_of(NOBODY) == NONE
    assert rows_of(viewer_of(person(Role.ANALYST), now())) == ALL
    contact = person(Role.CONTACT)
    assert rows_of(viewer_of(contact, now())) == BAKERY
    Membership.objects.create(user=contact, role=Role.CONTACT.value, tenant=FORGE)
    assert rows_of(viewer_of(contact, now())) == f"{BAKERY},{FORGE}"


def test_what_may_be_read_is_as_before_afterwards(db: None) -> None:
    before = current()
    with rows(BAKERY):
        assert current() == BAKERY
        with every_row():
            assert current() == ALL
        assert current() == BAKERY
    assert current() == before
