"""The pure room's sentences in the viewer's language.

A sentence comes with its template and its values: the template is translated, the values are
written as the language writes them, and what a vendor or a person wrote stays as it is. In
English it is the room's own sentence.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.formats import date_format, get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from midwatch.desk.vendors.sentences import TEMPLATES
from midwatch.desk.vendors.words import word
from midwatch.vendors.sentences import (
    Listed,
    Number,
    Quoted,
    Sentence,
    Value,
    Word,
    english,
)

_ENGLISH: Final = "en"


def told(text: str) -> str:
    """A sentence in the viewer's language; any other text as it is, unless it is one of ours."""
    if (get_language() or _ENGLISH).startswith(_ENGLISH):
        return str(text)
    if not isinstance(text, Sentence):
        return _(text) if text in TEMPLATES else text
    template = _(text.template) if text.template in TEMPLATES else text.template
    return template % {name: _value(value) for name, value in text.values.items()}


def _value(value: Value) -> str:
    match value:
        case Sentence():
            shown = told(value)
        case Number():
            shown = _number(value)
        case Word():
            shown = word(value.value)
        case Quoted():
            shown = _("“%(words)s”") % {"words": value.text}
        case Listed():
            by = f" {_('and')} " if value.by == " and " else value.by
            shown = by.join(map(_value, value.parts))
        case date():
            shown = date_format(value, _("j M Y"))
        case _:
            shown = str(value)
    return shown


def _number(value: Number) -> str:
    signs = {",": str(get_format("THOUSAND_SEPARATOR")), ".": str(get_format("DECIMAL_SEPARATOR"))}
    return "".join(signs.get(letter, letter) for letter in english(value))
