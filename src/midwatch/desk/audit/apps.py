"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """What was done, and what was looked at."""

    name = "midwatch.desk.audit"
    label = "audit"
    verbose_name = _("Record")

    def ready(self) -> None:
        """Guard the tables after each migration; listen to who signs in."""
        from midwatch.desk.access.rows import protect  # noqa: PLC0415  # models are ready only now
        from midwatch.desk.audit import listening  # noqa: PLC0415  # the reason stands above
        from midwatch.desk.audit.guarding import guard  # noqa: PLC0415  # the reason stands above

        post_migrate.connect(guard, sender=self, dispatch_uid="audit.guard")
        # Without a sender: after each app, so that no table of a later one is forgotten.
        post_migrate.connect(protect, dispatch_uid="audit.protect")
        listening.listen()
