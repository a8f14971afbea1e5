"""In which language a vendor is spoken to: that of the questions it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from midwatch.desk.answers.models import Asking
from midwatch.vendors.questionnaires import TemplateVersion, own_in

_KNOWN: Final = frozenset(code for code, _name in settings.LANGUAGES)


def language_of(asking: Asking) -> str:
    """The language of its questions; empty: not known, or the desk does not speak it."""
    version = asking.version.frozen
    ours = any(version.id == each.id for each in own_in(""))
    language = version.language or ("en" if ours else "")
    return language if language in _KNOWN else ""


@contextmanager
def spoken_to(asking: Asking) -> Iterator[None]:
    """Inside, what is written is in the language of its questions, where that is known."""
    with translation.override(language_of(asking) or translation.get_language()):
        yield


@contextmanager
def page_for(request: HttpRequest, asking: Asking) -> Iterator[None]:
    """Inside, a page speaks the language of translated questions, unless another was chosen."""
    language = asking.version.frozen.language
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if chosen or language not in _KNOWN or request.user.is_authenticated:
        yield
        return
    request.LANGUAGE_CODE = language
    with translation.override(language):
        yield


def own_first(versions: Sequence[TemplateVersion]) -> list[TemplateVersion]:
    """The versions, those in the reader's language first; each language in its order."""
    mine = {each.language for each in own_in(translation.get_language() or "")}
    return sorted(versions, key=lambda each: each.language not in mine)
