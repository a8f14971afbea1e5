"""Text to tree. Words side by side are all wanted; ``OR`` binds less; ``-`` or ``NOT`` denies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.lake.search.tree import RANGE, All, Not, Query, Term, Word, all_of, any_of

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)|(?P<open>\()|(?P<close>\))|(?P<deny>-)(?=[^\s)])"""
    r"""|(?P<name>[A-Za-z_@#][\w.@#-]*):(?P<operator>>=|<=|>|<|)"""
    r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<value>[^\s"()]*))"""
    r"""|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"()]+)""",
    re.DOTALL,
)
_MOST: Final = 4_000
_DEEPEST: Final = 50


class SearchError(BadInputError):
    """A search that cannot be understood. ``position`` counts characters from 1."""

    def __init__(self, cause: str, position: int, *, remedy: str) -> None:
        """Keep cause, place and remedy."""
        super().__init__(f"{cause} (at character {position})", remedy=remedy)
        self.position = position


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    position: int
    query: Query | None = None


def parse(text: str) -> Query:
    """The tree of a search.

    Raises:
        SearchError: It cannot be understood; with place and remedy.
    """
    if len(text) > _MOST:
        raise SearchError(
            f"the search is longer than {_MOST} characters", _MOST, remedy="write it shorter"
        )
    return _Parser(_tokens(text), len(text) + 1).whole()


class _Parser:
    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = [*tokens, _Token("end", end)]
        self._spot = 0
        self._depth = 0

    def whole(self) -> Query:
        query = self._either()
        token = self._tokens[self._spot]
        if token.kind != "end":
            raise SearchError(
                "a closing parenthesis that was never opened", token.position, remedy="remove it"
            )
        return query

    def _either(self) -> Query:
        parts = [self._together()]
        while self._tokens[self._spot].kind == "or":
            position = self._tokens[self._spot].position
            self._spot += 1
            if self._tokens[self._spot].kind in ("end", "close", "or"):
                raise SearchError(
                    "OR has nothing behind it", position, remedy="say what else, or remove OR"
                )
            parts.append(self._together())
        return any_of(*parts)

    def _together(self) -> Query:
        parts: list[Query] = []
        while (kind := self._tokens[self._spot].kind) not in ("end", "close", "or"):
            if kind == "and":
                self._spot += 1
            else:
                parts.append(self._one())
        if not parts and self._tokens[self._spot].kind == "or":
            raise SearchError(
                "OR has nothing in front of it",
                self._tokens[self._spot].position,
                remedy='say what else, or write "or" in quotation marks to look for the word',
            )
        return all_of(*parts) if parts else All(())

    def _one(self) -> Query:
        token = self._tokens[self._spot]
        self._spot += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SearchError(
                "too many parentheses within each other", token.position, remedy="write it flatter"
            )
        try:
            if token.query is not None:
                return token.query
            if token.kind == "deny":
                if self._tokens[self._spot].kind in ("end", "close", "or", "and"):
                    raise SearchError(
                        "nothing is denied here", token.position, remedy="say what is not wanted"
                    )
                return Not(self._one())
            query = self._either()
            if self._tokens[self._spot].kind != "close":
                raise SearchError(
                    "this parenthesis is not closed", token.position, remedy="close it with )"
                )
            self._spot += 1
            return query
        finally:
            self._depth -= 1


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    spot = 0
    while spot < len(text):
        found = _TOKEN.match(text, spot)
        empty = found is not None and found["name"] is not None and found["value"] == ""
        if found is None or (empty and text[found.end() : found.end() + 1] == '"'):
            quote = text.find('"', spot)
            raise SearchError(
                "a quotation mark that is not closed", quote + 1, remedy='close it with "'
            )
        token = _token(found, spot + 1)
        if token is not None:
            tokens.append(token)
        spot = found.end()
    return tokens


def _token(found: re.Match[str], position: int) -> _Token | None:  # noqa: PLR0911  # one for each kind of token
    if found["blank"] is not None:
        return None
    for kind in ("open", "close", "deny"):
        if found[kind] is not None:
            return _Token(kind, position)
    if found["name"] is not None:
        return _Token("part", position, _term(found, position))
    if found["text"] is not None:
        text = _unquoted(found["text"])
        if not text:
            raise SearchError("an empty text", position, remedy="say what to look for")
        return _Token("part", position, Word(text, position))
    word = found["word"]
    if word.lower() in ("and", "or"):
        return _Token(word.lower(), position)
    if word.lower() == "not":
        return _Token("deny", position)
    return _Token("part", position, Word(word, position))


def _term(found: re.Match[str], position: int) -> Term:
    name, operator = found["name"], found["operator"] or "="
    if found["quoted"] is not None:
        return Term(name, operator, _unquoted(found["quoted"]), quoted=True, position=position)
    value = found["value"]
    if not value:
        raise SearchError(
            f"{name}: has no value", position, remedy=f'write {name}:value, or {name}:"" for none'
        )
    if operator == "=" and RANGE in value:
        first, _, last = value.partition(RANGE)
        if not first or not last or RANGE in last:
            raise SearchError(
                f"{value!r} is no range", position, remedy=f"write {name}:first..last"
            )
        return Term(name, RANGE, first, last, position=position)
    return Term(name, operator, value, position=position)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
