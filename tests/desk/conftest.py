"""The desk over a state folder of each test's own. Settings are read once in a process.

On SQLite; on the PostgreSQL server that ``MIDWATCH_TEST_DATABASE`` names (a URL), where that is
set: ``scripts/with-postgresql`` starts a private one and sets it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest

_SETTINGS = tempfile.TemporaryDirectory(prefix="midwatch-desk-", ignore_cleanup_errors=True)
os.environ["MIDWATCH_STATE"] = _SETTINGS.name
os.environ["DJANGO_SETTINGS_MODULE"] = "midwatch.desk.site.settings"
os.environ.pop("MIDWATCH_CONFIG", None)
POSTGRESQL = "MIDWATCH_TEST_DATABASE" in os.environ
if POSTGRESQL:
    _config = Path(_SETTINGS.name) / "midwatch.toml"
    _config.write_text('[desk]\ndatabase = "env:MIDWATCH_TEST_DATABASE"\n', "utf-8")
    os.environ["MIDWATCH_CONFIG"] = str(_config)
django.setup()
# Processes that are started from here, xdist's workers among them, begin afresh.
for _name in ("MIDWATCH_STATE", "MIDWATCH_CONFIG", "DJANGO_SETTINGS_MODULE"):
    os.environ.pop(_name, None)

from django.core import mail  # noqa: E402  # Django is set up above
from django.core.cache import cache  # noqa: E402  # Django is set up above
from django.core.mail import EmailMessage  # noqa: E402  # Django is set up above
from django.core.signals import request_finished  # noqa: E402  # Django is set up above
from django.db import DEFAULT_DB_ALIAS  # noqa: E402  # Django is set up above
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402  # Django is set up above
from django.db.backends.signals import connection_created  # noqa: E402  # Django is set up above
from django.test import Client, override_settings  # noqa: E402  # Django is set up above
from django.utils import translation  # noqa: E402  # Django is set up above

from midwatch.desk.access import rows  # noqa: E402  # Django is set up above
from midwatch.desk.access import stores as opening  # noqa: E402  # Django is set up above
from midwatch.desk.access.roles import Role  # noqa: E402  # Django is set up above
from midwatch.desk.access.scope import Scope  # noqa: E402  # Django is set up above
from midwatch.desk.answers import links  # noqa: E402  # Django is set up above
from midwatch.desk.people.selectors import viewer_of  # noqa: E402  # Django is set up above
from midwatch.desk.rehearsal import Furnished, a_signal, furnish, now, person  # noqa: E402  # Django is set up above
from midwatch.desk.rehearsal_vendors import furnish_vendors  # noqa: E402  # Django is set up above
from midwatch.desk.setup import DeskSetup  # noqa: E402  # Django is set up above
from midwatch.desk.vendors.models import Vendor  # noqa: E402  # Django is set up above
from midwatch.incidents import Incident  # noqa: E402  # Django is set up above
from midwatch.watch.configuration import Configuration  # noqa: E402  # Django is set up above
from midwatch.watch.state_folder import StateFolder  # noqa: E402  # Django is set up above


def _see_every_row(connection: BaseDatabaseWrapper, **more: object) -> None:
    """What a test looks at by itself is not narrowed; what it asks of the desk is."""
    if connection.alias == DEFAULT_DB_ALIAS:
        rows.see(rows.ALL)


connection_created.connect(_see_every_row, dispatch_uid="tests")


def _see_again(sender: object, **more: object) -> None:
    """After the desk has answered, the test looks by itself again."""
    if POSTGRESQL:
        rows.see(rows.ALL)


request_finished.connect(_see_again, dispatch_uid="tests")


@pytest.fixture(autouse=POSTGRESQL)
def _unnarrowed(db: None) -> None:
    rows.see(rows.ALL)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request leaves its language behind in the thread that served it."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    """Passwords of nobody need no slow hash; tries are counted in this process."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    ):
        yield


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateFolder]:
    """A state folder of this test's own, and nobody's tries counted yet."""
    folder = StateFolder(tmp_path / "state").open()
    setup = DeskSetup(folder, Configuration())
    monkeypatch.setattr(opening, "desk_setup", lambda: setup)
    cache.clear()
    yield folder
    opening.close()


@pytest.fixture
def world(state: StateFolder) -> Furnished:
    """The Bakery and the Forge."""
    return furnish(opening.stores())


@pytest.fixture
def just_attacked(world: Furnished) -> Incident:
    """The Bakery's only incident, begun this moment: of today and this month at every hour."""
    world.stores.incidents.forget("bakery")
    signal = a_signal("bakery", "first", first=now(), last=now())
    world.stores.answering.record([signal], now())
    return world.stores.incidents.incidents("bakery")[0]


@pytest.fixture
def scope_of(db: None) -> Callable[..., Scope]:
    """The scope of somebody in a role; further arguments as of ``person``."""
    return lambda role, *args, **more: Scope(viewer_of(person(role, *args, **more), now()), now())


@pytest.fixture
def scope(scope_of: Callable[..., Scope]) -> Scope:
    """The scope of the Bakery's owner."""
    return scope_of(Role.OWNER)


@pytest.fixture
def vendor(world: Furnished, db: None) -> Vendor:
    """The Bakery's vendor with all that is kept of one."""
    return furnish_vendors("bakery")


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What left; mail works here."""
    monkeypatch.setattr(links, "mail_works", lambda: True)
    return mail.outbox


@pytest.fixture
def visitor(db: None) -> Callable[..., Client]:
    """Somebody in a role, signed in, with a browser; without a role a stranger."""

    def make(role: Role | None = None, tenant: str | None = None, **more: object) -> Client:
        client = Client(headers={"accept-language": "en"})
        if role is not None:
            client.force_login(person(role, tenant, **more))
        return client

    return make
