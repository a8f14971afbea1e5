"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChoosingConfig(AppConfig):
    """Choosing a vendor."""

    name = "midwatch.desk.choosing"
    label = "choosing"
    verbose_name = _("Choosing a vendor")

    def ready(self) -> None:
        """Have the vendor's page tell what is open about the data it holds."""
        from midwatch.desk.choosing.glancing import extra_of  # noqa: PLC0415  # models are ready only now
        from midwatch.desk.vendors.selectors import EXTRAS, PARTS  # noqa: PLC0415  # the reason stands above

        if extra_of not in EXTRAS:
            EXTRAS.append(extra_of)
            PARTS.extend(("holdings", "service_facts"))
