"""Readers: the few ways in which products write what they have to say.

Each is declarative; a source combines them. None of them raises on any input.
"""

from midwatch.events.readers.cef import CommonEventFormat, LogEventExtendedFormat
from midwatch.events.readers.classified import Classified
from midwatch.events.readers.coded import CodedPatterns
from midwatch.events.readers.delimited import Delimited
from midwatch.events.readers.free_pairs import FreePairs
from midwatch.events.readers.json_object import JsonObject
from midwatch.events.readers.key_values import KeyValues
from midwatch.events.readers.mapping import ABSENT, ANY, Joined, Part, Translated, When
from midwatch.events.readers.patterns import Pattern, Patterns
from midwatch.events.readers.sentences import WithSentence, json_text, pair_text

__all__ = [
    "ABSENT",
    "ANY",
    "Classified",
    "CodedPatterns",
    "CommonEventFormat",
    "Delimited",
    "FreePairs",
    "Joined",
    "JsonObject",
    "KeyValues",
    "LogEventExtendedFormat",
    "Part",
    "Pattern",
    "Patterns",
    "Translated",
    "When",
    "WithSentence",
    "json_text",
    "pair_text",
]
