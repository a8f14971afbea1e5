"""The walk through the fields of a message; the package's documentation has the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from midwatch.events.field_names import OUTCOME, ROLES, TEXT, Role, normal, role_of
from midwatch.events.plain_fields._findings import COLUMNS, Findings
from midwatch.events.plain_fields._meaning import meaning
from midwatch.events.plain_sentence import endpoints, level, request, stamp_in
from midwatch.events.plain_words import Meaning
from midwatch.events.readers.json_object import decode_object
from midwatch.events.source import Form, Reading, Value, VendorFields

_DEEPEST: Final = 8
_MOST_NODES: Final = 20_000
_MOST_ITEMS: Final = 4
_MOST_FIELDS: Final = 2_000
_LONGEST_NAME: Final = 256
_NAMES_THAT_COUNT: Final = 3
_WITHIN_TEXT: Final = 1_000
"""Added to the rank of what stands in an object inside a text."""
_BESIDE: Final = 900
"""Rank of what stands in a text beside what was looked for."""
_BARE_STATUS: Final = ROLES["code"] or Role("", 0)
"""From this rank on a number under "status" or "code" need not be HTTP's."""


class _Branch(dict[str, tuple[Role | None, "_Branch"]]):
    """What the names below one name stand for; fills itself."""

    def __init__(self, path: tuple[str, ...], tree: _Tree) -> None:
        super().__init__()
        self._path = path
        self._tree = tree

    def __missing__(self, key: str) -> tuple[Role | None, _Branch]:
        path = (*self._path, normal(key[:_LONGEST_NAME]))[-_NAMES_THAT_COUNT:]
        entry = role_of(path), _Branch(path, self._tree)
        if self._tree.has_room():
            self[key] = entry
        return entry


class _Tree:
    """All names met so far; forgets them when there are too many."""

    def __init__(self) -> None:
        self._nodes = 0
        self.root = _Branch((), self)

    def has_room(self) -> bool:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            self._nodes = 0
            self.root = _Branch((), self)
            return False
        return True


class PlainFields:
    """Reads fields by their names; see the package's documentation."""

    def __init__(self, vendor: Callable[[str], VendorFields] | None, **means: Value) -> None:
        """``vendor`` goes into the forms; ``means`` are constants of every reading."""
        self._vendor = vendor
        self._means = means
        self._tree = _Tree()
        self._forms: dict[Meaning | None, Form] = {}

    def read(
        self,
        fields: Mapping[str, object],
        text: str | None = None,
        *,
        logins: bool = True,
        header_first: bool = False,
    ) -> Reading:
        """The reading of a message with these fields, and the text beside them if any.

        Without ``logins`` no login is concluded from words. ``header_first``: the time of a
        syslog header counts before one among the fields.
        """
        found = Findings()
        if text:
            found.texts.append((-1, text))
        _walk(fields, self._tree.root, found, 0, 0)
        found.texts.sort(key=_rank)
        _complete_request(found)
        _complete_endpoints(found)
        if found.get("time") is None and len(found.date) > 1:
            found.put("time", 0, f"{found.date['date']} {found.date['clock']}")
        found.put("signature", 0, found.attack or found.malware)
        if header_first:
            found.put("fallback_time", 0, found.get("time"))
            found.drop("time")
        if text:
            _complete_header(found, text)
        told = meaning(found)
        if not logins and told is not None and told.category == "authentication":
            told = None
        return self._form(told), tuple(found.values)

    def _form(self, told: Meaning | None) -> Form:
        form = self._forms.get(told)
        if form is None:
            constants: dict[str, Value] = dict(self._means)
            if told is not None:
                constants.update(told._asdict())
            constants = {name: value for name, value in constants.items() if value is not None}
            form = Form(COLUMNS, constants, self._vendor)
            self._forms[told] = form
        return form


def _walk(
    fields: Mapping[str, object], branch: _Branch, found: Findings, depth: int, worse: int
) -> None:
    found.fields += len(fields)
    if depth > _DEEPEST or found.fields > _MOST_FIELDS:
        return
    for key, whole in fields.items():
        if whole is None:
            continue
        role, below = branch[key]
        value = _from_list(whole, below, found, depth, worse) if isinstance(whole, list) else whole
        if isinstance(value, dict):
            _walk(value, below, found, depth + 1, worse)
        elif role is not None and value is not None:
            column, rank = role
            found.offer(column, rank + worse, normal(key) if column == OUTCOME else "", value)
            if column == TEXT and isinstance(value, str) and value[:1] == "{":
                inner = decode_object(value)
                if inner is not None:
                    _walk(inner, below, found, depth + 1, worse + _WITHIN_TEXT)


def _from_list(
    values: list[object], below: _Branch, found: Findings, depth: int, worse: int
) -> object:
    """One value for a list of plain ones; a list of objects is walked through.

    ``{"name": "UserAgent", "value": "…"}`` counts as a field of that name.
    """
    plain: list[str] = []
    for item in values[:_MOST_ITEMS]:
        if isinstance(item, dict):
            name = item.get("name", item.get("Name", item.get("key")))
            value = item.get("value", item.get("Value"))
            if isinstance(name, str) and value is not None:
                _walk({name: value}, below, found, depth + 1, worse)
            _walk(item, below, found, depth + 1, worse)
        elif isinstance(item, (str, int, float)):
            plain.append(str(item))
    return ", ".join(plain) if plain else None


def _rank(text: tuple[int, str]) -> int:
    return text[0]


def _complete_request(found: Findings) -> None:
    """Take a request from the texts; drop what only looked like a part of one."""
    if found.get("url_path") is None or found.get("http_method") is None:
        for _, text in found.texts:
            asked = request(text)
            if asked is not None:
                found.put("http_method", 0, asked.method)
                found.put("url_path", 0, asked.target)
                found.put("http_status", _BESIDE, asked.status)
                break
    method, status = found.get("http_method"), found.get("http_status")
    if method is None and status is None:
        found.drop("url_path")  # a path alone is a file's as likely as a request's
    elif (
        method is None
        and found.get("url_path") is None
        and _BARE_STATUS.rank <= found.rank("http_status")
    ):
        found.outcomes.append(("status", status))
        found.drop("http_status")


def _complete_endpoints(found: Findings) -> None:
    """Look for addresses in the texts where no field held the source."""
    if found.get("src_ip") is not None:
        return
    for _, text in found.texts:
        source, target = endpoints(text)
        if target is not None:
            found.put("dst_ip", _BESIDE, target.address)
            found.put("dst_port", _BESIDE, target.port)
        if source is not None:
            found.put("src_ip", 0, source.address)
            found.put("src_port", _BESIDE, source.port)
            return


def _complete_header(found: Findings, text: str) -> None:
    """What stands in the text beside the fields: a stamp and a level."""
    if found.get("time") is None:
        stamp, leading = stamp_in(text)
        found.put("time" if leading else "fallback_time", 1, stamp)
    if found.get("severity") is None:
        found.put("severity", 0, level(text))
