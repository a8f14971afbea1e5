"""Refuses passwords made of what everybody here knows: product, provider, the desk's address."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from midwatch.desk.people.models import User
from midwatch.desk.setup import desk_setup

_SHORTEST: Final = 4
_LEFT: Final = 8
"""So many other characters make up for a known word in it."""


class KnownWordsValidator:
    """One of Django's validators; named in the settings."""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, the longest first."""
        setup = desk_setup()
        named = f"midwatch {setup.configuration.desk.provider} {urlsplit(setup.url).hostname or ''}"
        found = {each for each in re.split(r"[\W_]+", named.casefold()) if len(each) >= _SHORTEST}
        return tuple(sorted(found, key=lambda each: (-len(each), each)))

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse it where little is left without those words.

        Raises:
            ValidationError: It is made of them.
        """
        del user
        left = password.casefold()
        for word in self.words:
            left = left.replace(word, "")
        if len(left) < min(_LEFT, len(password)):
            raise ValidationError(self.get_help_text(), code="password_of_known_words")

    def get_help_text(self) -> str:
        """What is asked."""
        return _("Not made of the names of the desk, the provider or Midwatch.")
