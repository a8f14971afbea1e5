"""``python -m midwatch.desk.rehearsing``: a furnished desk in the state folder, for a real browser.

Prints, as one JSON object, a session key for each role, by which a browser is signed in. With the
word ``without-vendors`` nothing stands in the clients' vendor files yet.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

import django

_BARE: Final = "without-vendors"


def main() -> None:
    """Furnish the state folder that ``MIDWATCH_STATE`` names."""
    bare = sys.argv[1:] == [_BARE]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midwatch.desk.site.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # Django is set up first

    from midwatch.desk.access.acting import Acting  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.access.roles import Role  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.access.rows import every_row  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.access.scope import Scope  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.access.stores import stores  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.people.selectors import viewer_of  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal import (  # noqa: PLC0415  # the reason stands above
        BAKERY,
        furnish,
        furnish_lake,
        now,
        person,
        session_of,
    )
    from midwatch.desk.rehearsal_answers import furnish_questionnaires, opened_in  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal_choosing import furnish_choosing  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal_life import furnish_life  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal_night import a_busy_night  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal_vendors import (  # noqa: PLC0415  # the reason stands above
        furnish_candidates,
        furnish_vendors,
    )

    call_command("migrate", verbosity=0, interactive=False)
    with every_row():
        world = furnish(stores())
        furnish_lake(stores())
        a_busy_night(stores())
        people = {role: person(role) for role in Role}
        if not bare:
            vendors = [furnish_vendors(tenant) for tenant in world.incidents]
            for vendor in vendors:
                furnish_questionnaires(vendor)
            furnish_candidates(BAKERY)
            for vendor in vendors:
                furnish_choosing(vendor, now())
                furnish_life(vendor)
        # Something for the client to see in its record.
        analyst = Scope(viewer_of(people[Role.ANALYST], now()), now())
        Acting(analyst).reveal(world.own.reference, "calling the person whose account was tried")
        sessions = {role.value: session_of(user) for role, user in people.items()}
        if not bare:
            opened_in(sessions[Role.OWNER.value], world.own.tenant)
        json.dump(sessions, sys.stdout)


if __name__ == "__main__":
    main()
