"""Sentences whose meaning hangs on the text of one of their groups.

A mail server refuses in one sentence and says why in the middle of it: ``rejected RCPT
<…>: relay not permitted``. One expression takes the sentence apart, and the first case
whose expression is found in the named group says what it means.

>>> reader = Classified(
...     (r"refused (?P<src_ip>[^ ]+): (?P<status>.*)",),
...     "status",
...     ("relay", {"action": "relay_denied"}),
...     ("", {"action": "reject"}),
...     category="mail",
... )
>>> form, values = reader.read("refused 192.0.2.1: no relay here")
>>> form.constants["action"], values
('relay_denied', ('192.0.2.1', 'no relay here'))
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from midwatch.events.source import Form, Reading, Value


class Classified:
    """See the module's documentation."""

    def __init__(
        self,
        expressions: tuple[str, ...],
        group: str,
        *cases: tuple[str, Mapping[str, Value]],
        needle: str = "",
        **means: Value,
    ) -> None:
        """``expressions`` are anchored at the start; ``needle`` stands in every such message.

        ``cases``: what to look for in ``group``, and the constants it implies; ``means`` are
        the constants of all. A message that no case fits is left to the next reader.
        """
        self._needle = needle
        self._group = group
        self._cases = tuple(re.compile(text) for text, _ in cases)
        self._sentences: list[tuple[re.Pattern[str], tuple[Form, ...]]] = []
        for expression in expressions:
            compiled = re.compile(expression)
            names = tuple(compiled.groupindex)
            if len(names) != compiled.groups:
                message = f"unnamed group in {expression!r}; write (?:…) instead"
                raise ValueError(message)
            forms = tuple(Form(names, {**means, **implied}) for _, implied in cases)
            self._sentences.append((compiled, forms))

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if self._needle not in message:
            return None
        for compiled, forms in self._sentences:
            found = compiled.match(message)
            if found is None:
                continue
            text = found[self._group] or ""
            for case, form in zip(self._cases, forms, strict=True):
                if case.search(text) is not None:
                    return form, found.groups()
        return None
