"""The desk over a state folder of each test's own. Settings are read once in a process."""

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
django.setup()
del os.environ["MIDWATCH_STATE"]

from django.core.cache import cache  # noqa: E402  # Django is set up above
from django.test import Client  # noqa: E402  # Django is set up above

from midwatch.desk.access import stores as opening  # noqa: E402  # Django is set up above
from midwatch.desk.access.roles import Role  # noqa: E402  # Django is set up above
from midwatch.desk.access.scope import Scope  # noqa: E402  # Django is set up above
from midwatch.desk.people.selectors import viewer_of  # noqa: E402  # Django is set up above
from midwatch.desk.rehearsal import Furnished, furnish, now, person  # noqa: E402  # Django is set up above
from midwatch.desk.setup import DeskSetup  # noqa: E402  # Django is set up above
from midwatch.watch.configuration import Configuration  # noqa: E402  # Django is set up above
from midwatch.watch.state_folder import StateFolder  # noqa: E402  # Django is set up above


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
def scope_of(db: None) -> Callable[..., Scope]:
    """The scope of somebody in a role; further arguments as of ``person``."""
    return lambda role, *args, **more: Scope(viewer_of(person(role, *args, **more), now()), now())


@pytest.fixture
def visitor(db: None) -> Callable[..., Client]:
    """Somebody in a role, signed in, with a browser; without a role a stranger."""

    def make(role: Role | None = None, tenant: str | None = None, **more: object) -> Client:
        client = Client(headers={"accept-language": "en"})
        if role is not None:
            client.force_login(person(role, tenant, **more))
        return client

    return make
