"""Messages that a code at their head names: ``%ASA-6-302013: Built inbound TCP …``.

The head is one expression; the group that ``key`` names holds the code, and what follows
the head is read by the sentences of that code (``patterns``), else by those of
``otherwise``. The head's groups become columns like the sentences' own. A message with
the head, but without a known sentence, is an event all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from midwatch.events.readers.patterns import Pattern, Patterns
from midwatch.events.source import Form, Reading, Value


class CodedPatterns:
    """Reads sentences by their code; see the module's documentation."""

    def __init__(
        self,
        head: str,
        key: str,
        sentences: Mapping[str, tuple[Pattern, ...]],
        otherwise: tuple[Pattern, ...] = (),
        **means: Value,
    ) -> None:
        """``sentences`` by code, several codes of one meaning separated by blanks.

        ``means`` are constants of every event, unless its sentence says otherwise.
        """
        self._head = re.compile(head)
        self._key = key
        self._names = tuple(self._head.groupindex)
        self._otherwise = Patterns(*otherwise)
        self._sentences: dict[str, Patterns] = {}
        for codes, patterns in sentences.items():
            together = Patterns(*patterns)
            self._sentences.update(dict.fromkeys(codes.split(), together))
        self._means = means
        self._plain = Form(self._names, dict(means))
        self._forms: dict[Form, Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        head = self._head.match(message)
        if head is None:
            return None
        rest = message[head.end() :]
        sentences = self._sentences.get(head[self._key])
        reading = sentences.read(rest) if sentences is not None else None
        if reading is None:
            reading = self._otherwise.read(rest)
            if reading is None:
                return self._plain, head.groups()
        form, values = reading
        whole = self._forms.get(form)
        if whole is None:
            whole = self._join(form)
        return whole, (*head.groups(), *values)

    def _join(self, form: Form) -> Form:
        constants = {**self._means, **form.constants}
        whole = Form((*self._names, *form.names), constants)
        self._forms[form] = whole
        return whole
