"""Structured messages one of whose fields is a sentence.

``{"remoteAddr": "192.0.2.7", "message": "Login failed: mia"}``: the keyed reader takes the
fields, the patterns read the sentence, and the sentence's columns and constants win. Of
a sentence that no pattern knows the plain words count, where the fields say nothing of
what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from midwatch.events.plain_sentence import account, endpoints
from midwatch.events.plain_words import Meaning, meaning_of
from midwatch.events.readers.json_object import decode_object, value_at
from midwatch.events.readers.key_values import pairs_of
from midwatch.events.readers.patterns import Patterns
from midwatch.events.source import Form, Reader, Reading

_MOST_FORMS: Final = 1024
TextOf = Callable[[str], str | None]


def json_text(*paths: str) -> TextOf:
    """Picks the first of the dotted paths that holds text in a JSON object."""

    def text_of(message: str) -> str | None:
        decoded = decode_object(message)
        for path in paths:
            text = value_at(decoded, path)
            if isinstance(text, str) and text:
                return text
        return None

    return text_of


def pair_text(*keys: str) -> TextOf:
    """Picks the value of the first of the keys that a key=value message holds."""

    def text_of(message: str) -> str | None:
        pairs = pairs_of(message)
        for key in keys:
            if pairs.get(key):
                return pairs[key]
        return None

    return text_of


class WithSentence:
    """Reads a structured message and the sentence in it; see the module's documentation."""

    def __init__(self, fields: Reader, text_of: TextOf, sentences: Patterns) -> None:
        """``fields`` reads the message, ``sentences`` what ``text_of`` picks from it."""
        self._fields = fields
        self._text_of = text_of
        self._sentences = sentences
        self._forms: dict[tuple[Form, Form], Form] = {}
        self._plain_forms: dict[Meaning, Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        reading = self._fields.read(message)
        if reading is None:
            return None
        text = self._text_of(message)
        form, values = reading
        told = None
        if text is not None:
            told = self._sentences.read(text)
            if told is None and "category" not in form.constants:
                told = self._plain(text)
        if told is None:
            return reading
        named = dict(zip(form.names, values, strict=True))
        for name, value in zip(told[0].names, told[1], strict=True):
            if value is not None or name not in named:
                named[name] = value
        both = self._forms.get((form, told[0]))
        if both is None:
            both = Form(tuple(named), {**form.constants, **told[0].constants}, form.vendor)
            if len(self._forms) < _MOST_FORMS:
                self._forms[form, told[0]] = both
        return both, tuple(named[name] for name in both.names)

    def _plain(self, text: str) -> Reading | None:
        """What the plain words of a sentence say, and whom they are about."""
        meaning = meaning_of(text)
        if meaning is None:
            return None
        form = self._plain_forms.get(meaning)
        if form is None:
            constants = meaning._asdict().items()
            form = Form(
                ("user", "src_ip"), {name: value for name, value in constants if value is not None}
            )
            self._plain_forms[meaning] = form
        source, _ = endpoints(text)
        return form, (account(text, sentence=True), source.address if source else None)
