"""Parts of pages that are drawn once and shown to whoever they are the same for.

A part that depends on nothing but its facts, the language and the zone of times is the same for
everybody who may see those facts: who asks never stands in it. Drawing forty rows with templates
takes longer than all else a list needs, so what was drawn is kept in memory by these three.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_MOST: Final = 2048
"""Parts; about 1 kB each."""


def drawn(template: str, facts: Hashable, zone: str) -> SafeString:
    """The part, escaped as templates do; in the template the facts are ``facts``.

    ``facts`` must hold all the template shows, texts included, and no moment that passes: a time
    until now is rounded to what is written of it. ``zone``: name of the zone of times.
    """
    return _drawn(template, facts, zone, get_language() or "")


@lru_cache(_MOST)
def _drawn(template: str, facts: Hashable, zone: str, _language: str) -> SafeString:
    shown = get_template(template).template.render(Context({"facts": facts, "zone": zone}))  # type: ignore[attr-defined]  # Django's own engine
    return SafeString(shown)
