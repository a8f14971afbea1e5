"""Messages written as sentences: one regular expression per sentence.

Patterns are tried in order; the first that matches wins. Each is anchored at the start
of the message (begin with ``.*?`` or use ``anchored=False`` to search) and compiled
on first use. A pattern whose expression begins with literal text is only tried on
messages that begin so, which is why a list of fifty costs little.

Named groups are columns (see ``schema``) or the product's own field names. Pseudo columns
``src`` and ``dst`` take an endpoint (``192.0.2.1:22``) and become address and port;
``request`` takes an HTTP request line; ``url`` is the same as ``url_path``.

Write expressions that run in linear time: no nested quantifiers, no two adjacent
wildcards that can match the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import Final

from midwatch.events.runs import Found, Run, grouped, named, pick
from midwatch.events.source import Form, Reading, Value

_SPECIAL: Final = frozenset(r".^$*+?{}[]\|()")
_LONGEST_PREFIX: Final = 24
_MOST_WORDS: Final = 512
"""First words remembered: a bound, so that hostile ones cannot fill memory."""


_FEW_PATTERNS: Final = 3
"""So many are tried on many messages without looking at the first words."""


class Pattern:
    """One sentence: an expression and what it means (constant columns)."""

    def __init__(
        self,
        expression: str,
        *,
        anchored: Value = True,
        flags: Value = re.NOFLAG,
        **means: Value,
    ) -> None:
        """``means`` are constant columns, such as ``category="authentication"``.

        ``anchored`` is a truth value and ``flags`` a ``re.RegexFlag``; they are typed as columns
        are, so that a mapping of columns may be given as ``**mapping``.
        """
        self.expression = expression
        self.anchored = bool(anchored)
        self.flags = re.RegexFlag(int(flags or 0))
        self.means: Mapping[str, Value] = means

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self.expression, self.flags)

    @cached_property
    def form(self) -> Form:
        """The form of the events that this pattern makes."""
        groups = self.compiled.groupindex
        if len(groups) != self.compiled.groups:
            message = f"unnamed group in {self.expression!r}; write (?:…) instead"
            raise ValueError(message)
        return Form(tuple(groups), dict(self.means))

    @cached_property
    def prefix(self) -> str:
        """Literal text that every match begins with; empty when unknown."""
        if not self.anchored or self.flags & re.IGNORECASE or _alternates(self.expression):
            return ""
        text: list[str] = []
        characters = self.expression
        position = _into_group(characters)
        while position < len(characters) and len(text) < _LONGEST_PREFIX:
            character = characters[position]
            step = 1
            if character == "\\":
                following = characters[position + 1 : position + 2]
                if not following or following.isalnum():
                    break
                character, step = following, 2
            elif character in _SPECIAL:
                break
            after = characters[position + step : position + step + 1]
            if after and after in "*?{":
                break
            text.append(character)
            position += step
            if after == "+":
                break
        return "".join(text)


def _alternates(expression: str) -> bool:
    """Whether ``|`` stands outside of all parentheses and character classes."""
    depth, in_class = 0, False
    characters = iter(expression)
    for character in characters:
        if character == "\\":
            next(characters, None)
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            return True
    return False


_OPENING: Final = re.compile(r"\((?:\?:|\?P<\w+>)")


def _into_group(expression: str) -> int:
    """Where the first group's content begins, if an obligatory group comes first; else 0."""
    opening = _OPENING.match(expression)
    if opening is None:
        return 0
    depth, position, in_class = 1, opening.end(), False
    while position < len(expression) and depth:
        character = expression[position]
        if character == "\\":
            position += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        position += 1
    inside, after = expression[opening.end() : position - 1], expression[position : position + 1]
    return 0 if _alternates(inside) or (after and after in "*?{") else opening.end()


class Patterns:
    """Tries sentences in order; see the module's documentation."""

    def __init__(self, *patterns: Pattern, **means: Value) -> None:
        """``means`` are constant columns of every pattern, unless it says otherwise."""
        for pattern in patterns:
            pattern.means = {**means, **pattern.means}
        self.patterns = patterns
        self._by_start: dict[str, tuple[Pattern, ...]] = {}
        self._characters: dict[str, tuple[Pattern, ...]] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        for pattern in self._candidates_of(message):
            if pattern.anchored:
                found = pattern.compiled.match(message)
            else:
                found = pattern.compiled.search(message)
            if found:
                return pattern.form, found.groups()
        return None

    def read_many(self, messages: Sequence[str]) -> Found:
        """See ``runs.ManyReader``: each pattern in its turn reads all messages still unread."""
        runs: list[Run] = []
        left: list[int] = []
        for candidates, rows in self._by_candidates(messages).items():
            texts = pick(messages, rows)
            for pattern in candidates:
                take = pattern.compiled.match if pattern.anchored else pattern.compiled.search
                found = [match and match.groups() for match in map(take, texts)]
                misses = found.count(None)
                if misses == len(texts):
                    continue
                if not misses:
                    runs.append(_run(pattern.form, rows, found))
                    rows = ()  # noqa: PLW2901  # nothing is left for the next pattern
                    break
                fits = [values is not None for values in found]
                runs.append(_run(pattern.form, list(compress(rows, fits)), compress(found, fits)))
                missed = [values is None for values in found]
                rows, texts = list(compress(rows, missed)), list(compress(texts, missed))  # noqa: PLW2901  # what the next pattern may read
            left.extend(rows)
        left.sort()
        return runs, left

    def _by_candidates(
        self, messages: Sequence[str]
    ) -> Mapping[tuple[Pattern, ...], Sequence[int]]:
        """The messages by the patterns that may fit them."""
        if len(self.patterns) <= _FEW_PATTERNS:
            return {self.patterns: range(len(messages))}
        words = [message[:_LONGEST_PREFIX].partition(" ")[0] for message in messages]
        found: dict[tuple[Pattern, ...], list[int]] = {}
        for rows in grouped(words).values():
            found.setdefault(self._candidates_of(messages[rows[0]]), []).extend(rows)
        for rows in found.values():
            rows.sort()
        return found

    def _candidates_of(self, message: str) -> tuple[Pattern, ...]:
        """Patterns that could match a message, by its first word."""
        start = message[:_LONGEST_PREFIX]
        word = start.partition(" ")[0]
        candidates = self._by_start.get(word)
        if candidates is None:
            if len(self._by_start) >= _MOST_WORDS:
                return self._by_character(word[:1])
            candidates = self._candidates(word, complete=len(word) < len(start))
            self._by_start[word] = candidates
        return candidates

    def _candidates(self, word: str, *, complete: bool) -> tuple[Pattern, ...]:
        """Patterns that could match a message whose first word is ``word``."""
        chosen = []
        for pattern in self.patterns:
            first = pattern.prefix.partition(" ")
            if complete and first[1]:
                fits = first[0] == word
            else:
                fits = word.startswith(first[0]) or first[0].startswith(word)
            if fits:
                chosen.append(pattern)
        return tuple(chosen)

    def _by_character(self, character: str) -> tuple[Pattern, ...]:
        """The same, by the first character only: for when too many words were seen."""
        candidates = self._characters.get(character)
        if candidates is None:
            candidates = tuple(
                pattern for pattern in self.patterns if pattern.prefix[:1] in ("", character)
            )
            if len(self._characters) < _MOST_WORDS:
                self._characters[character] = candidates
        return candidates


def _run(form: Form, rows: Sequence[int], found: Iterable[tuple[Value, ...] | None]) -> Run:
    values = [each for each in found if each is not None]
    return Run(form, rows, named(form, zip(*values, strict=True)))
