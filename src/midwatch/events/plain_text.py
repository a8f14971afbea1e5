"""The generic reader: what can be told of a line that nobody wrote a source for.

Job: one line's message in; out come the address it came from and went to, the account,
the request, the level and, where plain words say so, what happened.

Rules:

* A message whose end is a JSON object, or that holds pairs (``user=mia ip=192.0.2.7``),
  is read by the names of its fields first; what they leave open is looked for in the text.
* All readings have the same columns (`COLUMNS`), one form for each meaning.
* A time stamp in the text only counts where the header states no time.
* A line that the header says nothing about and in which nothing known is found is no
  event: the reader gives None.

Example:
    >>> form, values = read_plain("Login failed for mia from 192.0.2.7", anchored=True)
    >>> form.constants["outcome"], dict(zip(form.names, values))["src_ip"]
    ('failure', '192.0.2.7')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from midwatch.events.field_names import ROLES, normal
from midwatch.events.plain_fields import PlainFields, is_refused_login
from midwatch.events.plain_sentence import account, endpoints, level, request, stamp_in
from midwatch.events.plain_words import Meaning, meaning_of
from midwatch.events.readers.free_pairs import pairs_in
from midwatch.events.readers.json_object import decode_object, flatten
from midwatch.events.source import Form, Reading, Value

COLUMNS: Final = (
    "time", "fallback_time", "src_ip", "src_port", "dst_ip", "dst_port", "user", "severity",
    "http_method", "url_path", "http_version", "http_status",
)  # fmt: skip
"""The columns of a reading of running text, in the order of its values."""

_LONGEST: Final = 8192
_FEWEST_NAMES: Final = 2
"""So many pairs with known names make a text worth reading as fields."""
_NOTHING: Final = (None,) * len(COLUMNS)
_BARE: Final = Form((), {})
_WEB: Final = Meaning("web", None, "request")
_WEB_LOGIN: Final = Meaning("authentication", "failure", "login", None, "web")
_FORMS: Final[dict[Meaning | None, Form]] = {}


def read_plain(message: str, *, anchored: bool, logins: bool = True) -> Reading | None:
    """What a message says in plain words, or None when nothing known is in it.

    ``anchored``: the header already told time or program, so the line is an event even
    if the message says nothing. ``logins``: look for plainly worded logins.
    """
    text = message[:_LONGEST]
    fields, beside = fields_within(text)
    if fields:
        # Pairs stand in the text itself; an object stands beside it and has its own time.
        return _FIELDS.read(fields, beside, logins=logins, header_first=beside is text)
    return _read_sentence(text, anchored=anchored, logins=logins)


class Plain:
    """The generic reader as a reader of a source: for products that write plain sentences."""

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        return read_plain(message, anchored=True)


def _read_sentence(text: str, *, anchored: bool, logins: bool) -> Reading | None:
    asked = request(text)
    source, target = endpoints(text, (asked.start, asked.end) if asked else None)
    meaning = meaning_of(text)
    if meaning is None and asked is not None:
        refused = is_refused_login(asked.method, asked.target, asked.status)
        meaning = _WEB_LOGIN if refused else _WEB
    login = meaning is not None and meaning.category == "authentication"
    if login and not logins:
        meaning = None
    stamp, leading = stamp_in(text, anchored=anchored)
    values: tuple[Value, ...] = (
        stamp if leading else None,
        None if leading else stamp,
        source.address if source else None,
        source.port if source else None,
        target.address if target else None,
        target.port if target else None,
        account(text, sentence=login),
        level(text),
        asked.method if asked else None,
        asked.target if asked else None,
        asked.version if asked else None,
        asked.status if asked else None,
    )
    if meaning is None and values == _NOTHING:
        return (_BARE, ()) if anchored else None
    form = _FORMS.get(meaning)
    if form is None:
        constants = meaning._asdict() if meaning is not None else {}
        form = Form(COLUMNS, {name: said for name, said in constants.items() if said is not None})
        _FORMS[meaning] = form
    return form, values


def fields_within(text: str) -> tuple[Mapping[str, object], str]:
    """Fields that a text holds, and the text beside them; no fields when it is a sentence.

    >>> fields_within('Failed sign-in {"ip": "192.0.2.7"}')
    ({'ip': '192.0.2.7'}, 'Failed sign-in ')
    >>> fields_within("login failed user=mia rhost=192.0.2.7")[0]
    {'user': 'mia', 'rhost': '192.0.2.7'}
    """
    if "}" in text:
        start = text.find("{")
        end = text.rfind("}") + 1
        if 0 <= start < end:
            decoded = decode_object(text[start:end])
            if decoded:
                return decoded, text[:start] + text[end:]
            start = text.find('{"', start + 1)
            if 0 < start < end:
                decoded = decode_object(text[start:end])
                if decoded:
                    return decoded, text[:start] + text[end:]
    if text.count("=") >= _FEWEST_NAMES:
        pairs = pairs_in(text)
        known = sum(ROLES.get(normal(name)) is not None for name in pairs)
        if known >= _FEWEST_NAMES:
            return pairs, text
    return {}, text


def vendor_fields(message: str) -> Mapping[str, object]:
    """The product's own fields of a message that holds some."""
    fields = fields_within(message[:_LONGEST])[0]
    return flatten(fields)


_FIELDS: Final = PlainFields(vendor_fields)
