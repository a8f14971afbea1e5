"""The notice on other pages that reminders do not leave."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from midwatch.desk.reminders.views import state_of
from midwatch.desk.theme.templatetags.midwatch import moment_of

register = template.Library()


@register.inclusion_tag("reminders/notice.html", takes_context=True)
def reminder_notice(context: Context, tenant: str) -> dict[str, Any]:
    """What is wrong with a client's reminders; nothing where they leave."""
    return {"tenant_id": tenant, **state_of(tenant, moment_of(context["request"].now))}
