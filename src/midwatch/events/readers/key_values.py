"""Messages written as ``key=value key2="quoted value"``.

Pairs are separated by blanks (or by ``separator``); a value is bare or in double
quotes, in which a backslash escapes a quote or itself. Products that write pairs in
another way give the expression of one ``pair``. A message without all of ``require`` is
left to the next reader.

Products write the same keys in the same order over and over, so the reader learns the
orders it sees again and again and reads only the needed values by one expression; any
message that differs takes the slow, complete path. Both give the same result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Final

from midwatch.events.readers.mapping import Keys, Mapper, Plan, When
from midwatch.events.runs import Found, Run, grouped, pick, placed, read_singly
from midwatch.events.source import Reading, Value

# A key begins where no key goes on, so that no text is looked at from each of its places.
_SPACED: Final = re.compile(
    r'(?<![\w.@/-])([A-Za-z_][\w.@/-]{0,63}+)=("(?>(?:[^"\\]|\\.)*)"|[^ \t]*+)'
)
_ESCAPE: Final = re.compile(r'\\(["\\])')
_MOST_KEYS: Final = 100
_SEEN_BEFORE: Final = 3
_MOST_ORDERS: Final = 256
_MOST_COUNTED: Final = 1024
_LEARN_FROM: Final = 16


def pairs_of(message: str, separator: str | None = None) -> dict[str, str]:
    """All pairs of a message; the first value of a repeated key wins.

    >>> pairs_of('a=1 b="two words" c=')
    {'a': '1', 'b': 'two words', 'c': ''}
    >>> pairs_of("a=1|b=two words", "|")
    {'a': '1', 'b': 'two words'}
    """
    found: dict[str, str] = {}
    if separator is not None:
        for part in message.split(separator):
            key, equals, value = part.partition("=")
            if equals:
                found.setdefault(key.strip(), unquote(value.strip()))
        return found
    for key, value in _SPACED.findall(message):
        if key not in found:
            found[key] = unquote(value) if value[:1] == '"' else value
    return found


def unquote(value: str) -> str:
    r"""The text inside double quotes; escapes resolved.

    >>> unquote(r'"say \"hi\""')
    'say "hi"'
    """
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
        if "\\" in value:
            value = _ESCAPE.sub(r"\1", value)
    return value


class _Order:
    """One order of keys: the expression that reads it and what to do with the values."""

    __slots__ = ("_quoted", "certain", "match", "plan")

    def __init__(
        self, expression: str, quoted: tuple[bool, ...], plan: Plan, *, certain: bool
    ) -> None:
        self.certain = certain
        self.match = re.compile(expression).fullmatch
        self.plan = plan
        self._quoted = quoted

    def unescaped(self, columns: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        return [
            [_ESCAPE.sub(r"\1", value) if "\\" in value else value for value in column]
            if quoted
            else column
            for column, quoted in zip(columns, self._quoted, strict=True)
        ]

    def unescape(self, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            [
                _ESCAPE.sub(r"\1", value) if quoted and "\\" in value else value
                for value, quoted in zip(values, self._quoted, strict=True)
            ]
        )


class KeyValues:
    """Reads key=value messages; see the module's documentation."""

    def __init__(
        self,
        fields: Mapping[str, Keys],
        *when: When,
        require: tuple[str, ...] = (),
        separator: str | None = None,
        pair: re.Pattern[str] | None = None,
        one_of: tuple[str, ...] = (),
        **means: Value,
    ) -> None:
        """``fields``: column → vendor key(s); ``means``: constants of every event.

        ``one_of``: literal texts, one of which must stand in the message.
        ``pair``, where a product writes its pairs neither way: an expression of one pair,
        whose first group is the key and whose second is the value.
        """
        self._require = require
        self._separator = separator
        self._pair = pair
        self._one_of = one_of
        self._texts = () if pair is not None else tuple(f"{key}=" for key in require)
        self._mapper = Mapper(fields, when, means, self.vendor)
        self._needed = frozenset((*self._mapper.needed, *require))
        self._learns = separator is None and pair is None
        self._orders: dict[int, list[_Order]] = {}
        self._learnt = 0
        self._counts: dict[tuple[int, tuple[str, ...]], int] = {}

    def vendor(self, message: str) -> dict[str, str]:
        """All of the product's own fields."""
        if self._pair is None:
            return pairs_of(message, self._separator)
        found: dict[str, str] = {}
        for key, value in self._pair.findall(message):
            found.setdefault(key.strip(), value)
        return found

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if not self._learns:
            if not self._may_fit(message):
                return None
            pairs = self.vendor(message)
            if not pairs or any(key not in pairs for key in self._require):
                return None
            return self._mapper.map(pairs.get)
        signs = message.count("=")
        orders = self._orders.get(signs)
        if orders is not None and "\t" not in message and '\\"' not in message:
            for rank, order in enumerate(orders):
                found = order.match(message)
                if found is not None:
                    return self._read_known(message, found, orders, rank)
        return self._read_slowly(message, signs) if self._may_fit(message) else None

    def read_many(self, messages: Sequence[str]) -> Found:
        """See ``runs.ManyReader``: each learnt order reads all messages that are written in it."""
        if not self._learns:
            return read_singly(self.read, messages)
        runs: list[Run] = []
        left: list[int] = []
        rows: Sequence[int] = range(len(messages))
        step = _LEARN_FROM
        while rows:
            rows = self._read_orders(messages, rows, runs, left)
            # What no order fits is read by itself, a little at a time, so that the rest
            # may be read by what is learnt from it.
            found, missed = read_singly(self.read, pick(messages, rows[:step]))
            runs.extend(placed(run, rows) for run in found)
            left.extend(pick(rows, missed))
            rows = rows[step:]
            step *= 2
        left.sort()
        return runs, left

    def _read_orders(
        self, messages: Sequence[str], rows: Sequence[int], runs: list[Run], left: list[int]
    ) -> Sequence[int]:
        """Read what learnt orders fit; gives the rows of the others.

        Rows that an order fits but that lack what must stand in them go to ``left``.
        """
        if not self._orders:
            return rows
        texts = pick(messages, rows)
        others: list[int] = []
        together = "\n".join(texts)
        if "\t" in together or '\\"' in together:
            plain = ["\t" not in text and '\\"' not in text for text in texts]
            others = [row for row, fits in zip(rows, plain, strict=True) if not fits]
            rows, texts = list(compress(rows, plain)), list(compress(texts, plain))
        by_signs: dict[int, Sequence[int]]
        if len(self._orders) == 1 and self._learnt == 1:
            by_signs = dict.fromkeys(self._orders, range(len(texts)))
        else:
            by_signs = dict(grouped([text.count("=") for text in texts]))
        for signs, places in by_signs.items():
            others.extend(
                self._read_same(signs, pick(rows, places), pick(texts, places), runs, left)
            )
        others.sort()
        return others

    def _read_same(
        self,
        signs: int,
        rows: Sequence[int],
        texts: Sequence[str],
        runs: list[Run],
        left: list[int],
    ) -> Sequence[int]:
        """The same for messages of equally many equals signs."""
        orders = self._orders.get(signs, [])
        for order in [*orders]:
            found = [match and match.groups() for match in map(order.match, texts)]
            misses = found.count(None)
            if misses == len(texts):
                continue
            missed = [values is None for values in found] if misses else []
            hits, hit_texts = rows, texts
            values = [each for each in found if each is not None] if misses else found
            if misses:
                hits = [row for row, miss in zip(rows, missed, strict=True) if not miss]
                hit_texts = [text for text, miss in zip(texts, missed, strict=True) if not miss]
            if not order.certain:
                fits = [self._may_fit(text) for text in hit_texts]
                left.extend([row for row, fit in zip(hits, fits, strict=True) if not fit])
                hits, values = list(compress(hits, fits)), list(compress(values, fits))
            if values:
                columns: list[Sequence[str]] = list(zip(*values, strict=True))
                if any("\\" in text for text in hit_texts):
                    columns = order.unescaped(columns)
                runs.extend(placed(run, hits) for run in order.plan.runs(columns, len(values)))
            if orders[0] is not order:
                orders.remove(order)
                orders.insert(0, order)
            if not misses:
                return ()
            rows, texts = list(compress(rows, missed)), list(compress(texts, missed))
        return rows

    def _may_fit(self, message: str) -> bool:
        """Whether the texts that must stand in a message do."""
        for text in self._texts:
            if text not in message:
                return False
        return not self._one_of or any(text in message for text in self._one_of)

    def _read_known(
        self, message: str, found: re.Match[str], orders: list[_Order], rank: int
    ) -> Reading | None:
        order = orders[rank]
        if not order.certain and not self._may_fit(message):
            return None
        values = found.groups()
        if "\\" in message:
            values = order.unescape(values)
        if rank:
            orders.insert(0, orders.pop(rank))
        return order.plan.read(values)

    def _read_slowly(self, message: str, signs: int) -> Reading | None:
        found = _SPACED.findall(message)
        pairs: dict[str, str] = {}
        for key, value in found:
            if key not in pairs:
                pairs[key] = unquote(value) if value[:1] == '"' else value
        if not pairs or any(key not in pairs for key in self._require):
            return None
        if self._learnt < _MOST_ORDERS and len(pairs) == len(found) <= _MOST_KEYS:
            signature = (
                signs,
                tuple([f'{key}"' if value[:1] == '"' else key for key, value in found]),
            )
            count = self._counts.get(signature, 0)
            if count == _SEEN_BEFORE:
                self._learn(message, signs)
            elif len(self._counts) >= _MOST_COUNTED:
                self._counts.clear()
            self._counts[signature] = count + 1
        return self._mapper.map(pairs.get)

    def _learn(self, message: str, signs: int) -> None:
        """Remember the order of keys of a message, if its writing is plain enough."""
        parts: list[str] = []
        keys: list[str] = []
        quoted: list[bool] = []
        skeletons: list[str] = []
        position = 0
        for found in _SPACED.finditer(message):
            key, value = found.groups()
            between = message[position : found.start()]
            in_quotes = len(value) > 1 and value[0] == value[-1] == '"'
            if '\\"' in value or between.strip(" ") or (value[:1] == '"' and not in_quotes):
                return
            inside = '[^"]*+' if in_quotes else "[^ ]*+"
            if key in self._needed:
                keys.append(key)
                quoted.append(in_quotes)
                inside = f"({inside})"
            skeletons.append(f"{key}=")
            parts.append(f"{between}{re.escape(key)}=")
            parts.append(f'"{inside}"' if in_quotes else f'(?!"){inside}')
            position = found.end()
        if message[position:].strip(" "):
            return
        parts.append(message[position:])
        skeleton = " ".join(skeletons)
        order = _Order(
            "".join(parts),
            tuple(quoted),
            self._mapper.planned(tuple(keys)),
            certain=not self._one_of or any(text in skeleton for text in self._one_of),
        )
        self._orders.setdefault(signs, []).insert(0, order)
        self._learnt += 1
