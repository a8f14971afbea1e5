"""What templates ask about people before anybody has signed in."""

from __future__ import annotations

from django import template

from midwatch.desk.people.services import has_manager

register = template.Library()


@register.simple_tag
def nobody_manages() -> bool:
    """Whether this desk waits for its first manager."""
    return not has_manager()
