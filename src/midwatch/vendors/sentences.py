"""A sentence that remembers how it was made, so that it can be told in another language.

It is its English, so everything that wants a text takes it as it is. Beside it stand the template
and the values it was made of; who speaks another language translates the template and writes the
values its own way. Nobody has to take an English sentence apart.

>>> told = Sentence("liability ends at %(cap)s %(currency)s", cap=Number(40_000), currency="EUR")
>>> told, told.template, told.values["cap"]
('liability ends at 40,000 EUR', 'liability ends at %(cap)s %(currency)s', Number(value=40000, \
form=','))

A template is written out where the sentence is made, so that all of them can be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

import msgspec


class Number(msgspec.Struct, frozen=True):
    """A number, and the form it has in English: one of Python's, grouped unless said."""

    value: Decimal | int
    form: str = ","


class Word(msgspec.Struct, frozen=True):
    """One of our own words. ``capital``: it begins the sentence."""

    value: StrEnum
    capital: bool = False


class Quoted(msgspec.Struct, frozen=True):
    """Somebody's own words, in quotation marks."""

    text: str


class Listed(msgspec.Struct, frozen=True):
    """Several values, with what stands between them."""

    parts: tuple[Value, ...]
    by: str = ", "


class Sentence(str):
    """A sentence, or a part of one. ``template`` has a ``%(name)s`` for each of ``values``."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Self:
        """The English of a template, which remembers where it came from."""
        texts = {name: english(value) for name, value in values.items()}
        made = super().__new__(cls, template % texts if texts else template)
        made.template, made.values = template, values
        return made


Value = str | int | date | Number | Word | Quoted | Listed
"""What stands in a sentence. A plain ``str`` is somebody's own text, and never translated."""


def english(value: Value) -> str:
    """A value as it stands in the English sentence."""
    match value:
        case Number():
            return format(value.value, value.form)
        case Word():
            text = value.value.value.replace("_", " ")
            return text.capitalize() if value.capital else text
        case Quoted():
            return repr(value.text)
        case Listed():
            return value.by.join(map(english, value.parts))
        case _:
            return str(value)


def plain(told: object) -> str:
    """For encoders that know no text but the plain one.

    Raises:
        NotImplementedError: It is no sentence.
    """
    if isinstance(told, Sentence):
        return str.__str__(told)
    raise NotImplementedError(f"no plain form of {type(told).__name__}")
