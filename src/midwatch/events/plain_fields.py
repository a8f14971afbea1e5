"""From a message's own fields to common columns, told by the fields' names alone.

Job: the fields of a message nobody wrote a source for (JSON, key=value, XML) in, a reading
out. ``source.ip``, ``sourceIPAddress``, ``src_ip`` and ``clientIp`` all say who acted;
``outcome.result: FAILURE`` beside ``user.session.start`` says that a login failed.

Rules:

* Of a nested field the last three names count, then two, then one, so that
  ``destination.ip`` is not ``ip`` (`field_names` holds the names).
* What a path of names stands for is worked out once and kept in a tree, so a wide object
  costs one lookup a field. The tree is bounded.
* A value must look like what its column holds; otherwise the next best field is taken.
* The texts among the fields (message, event, action …) are read by `plain_words`; a text
  that is itself a JSON object is walked through.
* All readings have the same columns, and one form for each meaning.

Example:
    >>> reader = PlainFields(lambda message: {})
    >>> form, values = reader.read({"event": "user.login", "success": False, "ip": "192.0.2.7"})
    >>> form.constants["category"], form.constants["outcome"]
    ('authentication', 'failure')
    >>> dict(zip(form.names, values))["src_ip"]
    '192.0.2.7'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from midwatch.events.addresses import canonical_address, split_endpoint
from midwatch.events.field_names import (
    ATTACK,
    CODE,
    EVENT,
    FROM,
    MALWARE,
    METHOD,
    OUTCOME,
    ROLES,
    STATUS,
    TEXT,
    TO,
    Role,
    normal,
)
from midwatch.events.plain_sentence import account, endpoints, is_stamp, level, request, stamp_in
from midwatch.events.plain_words import Meaning, meaning_of, service_of
from midwatch.events.readers.json_object import decode_object
from midwatch.events.source import Form, Reading, Value, VendorFields

COLUMNS: Final = (
    "time", "src_ip", "src_port", "src_host", "dst_ip", "dst_port", "dst_host", "user", "domain",
    "host", "severity", "protocol", "http_method", "http_status", "http_host", "url_path",
    "user_agent", "referrer", "session", "signature", "signature_id", "policy", "file", "process",
    "command", "mail_from", "mail_to", "query_name", "country", "in_interface", "out_interface",
    "bytes_in", "bytes_out", "auth_method", "fallback_time",
)  # fmt: skip
"""The columns of every reading, in the order of its values."""

_DEEPEST: Final = 8
_MOST_NODES: Final = 20_000
_MOST_ITEMS: Final = 4
_MOST_FIELDS: Final = 2_000
_LONGEST_VALUE: Final = 4_096
_LONGEST_NAME: Final = 256
_WORST: Final = 1 << 20
_BLANK: Final = frozenset(
    ("", "-", "--", "null", "none", "n/a", "na", "nil", "(null)", "undefined", "unknown", "<nil>")
)

_DATE: Final = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4}")
_CLOCK: Final = re.compile(
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?"
)
_MEANINGLESS_ACCOUNT: Final = re.compile(
    r"[0-9]+|\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22,23}\}?|[0-9a-f]{24,64}|S-1-[0-9-]+"
)
_METHODS: Final = frozenset(
    "GET POST PUT HEAD DELETE OPTIONS PATCH CONNECT PROPFIND TRACE REPORT MKCOL SEARCH".split()
)
_PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "icmpv6"}

_BAD: Final = frozenset(
    """failure failed fail false error denied deny rejected reject unsuccessful invalid unauthorized
    unauthorised no ko failed_login invalid_credentials invalid_password login_failed fraud refused
    authentication_failed not_allowed forbidden wrong""".split()
)
_FINE: Final = frozenset(
    """success successful succeeded true ok okay accepted accept allowed allow granted grant pass
    passed approved yes permitted permit valid completed authenticated""".split()
)
_STOPPED: Final = frozenset(
    """deny denied drop dropped block blocked reject rejected reset reset-both reset-client
    reset-server refuse refused discard discarded prevent prevented blacklisted drop_ip block_ip
    connection-block blk deny-uncategorized server-rst client-rst""".split()
)
_LET_THROUGH: Final = frozenset(
    "allow allowed accept accepted permit permitted pass passed forward forwarded allow_ip".split()
)
_LOGIN: Final = re.compile(
    r"(?<![a-z])(?:log[ _.:-]?[io]n|logged[ _.-]?[io]n|sign(?:ed)?[ _.:-]?[io]n|auth(?:enticat\w{0,6})?(?![a-z])"
    r"|authn|session[._ :]start|sso|mfa|2fa|userlogin|consolelogin)"
)
_NO_LOGIN: Final = re.compile(
    r"log[ _.-]?out|sign[ _.-]?out|logoff|password[ _.-]?(?:change|reset)|polic|config|creat|delet|remov|updat"
    r"|regist|grant|revok|enroll|setting|token|factor[._ ](?:activate|deactivate)|enabl|disabl|lifecycle|authz"
)
_LOGIN_PATH: Final = re.compile(
    r"log[-_]?in|sign[-_]?in|/auth|session|/token|oauth|password|/api/admin/auth|authenticate",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_SLOTS: Final = {column: slot for slot, column in enumerate(COLUMNS)}
_TIME, _SRC, _SRC_PORT, _DST, _DST_PORT = (
    _SLOTS[column] for column in ("time", "src_ip", "src_port", "dst_ip", "dst_port")
)
_USER, _METHOD, _PATH, _STATUS = (
    _SLOTS[column] for column in ("user", "http_method", "url_path", "http_status")
)
_SIGNATURE, _SEVERITY, _AUTH, _FALLBACK_TIME = (
    _SLOTS[column] for column in ("signature", "severity", "auth_method", "fallback_time")
)


class _Branch(dict[str, tuple[Role | None, "_Branch"]]):
    """What the names below one name stand for; fills itself."""

    def __init__(self, path: tuple[str, ...], tree: _Tree) -> None:
        super().__init__()
        self._path = path
        self._tree = tree

    def __missing__(self, key: str) -> tuple[Role | None, _Branch]:
        path = (*self._path, normal(key[:_LONGEST_NAME]))[-3:]
        role = None
        for length in (3, 2, 1):
            if length <= len(path):
                name = "".join(path[-length:])
                if name in ROLES:
                    role = ROLES[name]
                    break
        entry = role, _Branch(path, self._tree)
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


class _Found:
    """What was found in one message so far."""

    __slots__ = ("attack", "codes", "date", "events", "fields", "malware", "outcomes", "ranks",
                 "texts", "values")  # fmt: skip

    def __init__(self) -> None:
        self.values: list[Value] = [None] * len(COLUMNS)
        self.ranks = [_WORST] * len(COLUMNS)
        self.texts: list[tuple[int, str]] = []
        self.events: list[str] = []
        self.outcomes: list[tuple[str, object]] = []
        self.codes: list[str] = []
        self.date: dict[str, str] = {}
        self.attack: str | None = None
        self.malware: str | None = None
        self.fields = 0

    def put(self, slot: int, rank: int, value: Value) -> None:
        if value is not None and rank < self.ranks[slot]:
            self.ranks[slot] = rank
            self.values[slot] = value


class PlainFields:
    """Reads fields by their names; see the module's documentation."""

    def __init__(self, vendor: Callable[[str], VendorFields] | None, **means: Value) -> None:
        """``vendor`` goes into the forms; ``means`` are constants of every reading."""
        self._vendor = vendor
        self._means = means
        self._tree = _Tree()
        self._forms: dict[Meaning | None, Form] = {}

    def read(
        self, fields: Mapping[str, object], text: str | None = None, *, logins: bool = True
    ) -> Reading:
        """The reading of a message with these fields, and the text beside them if any.

        Without ``logins`` no login is concluded from words.
        """
        found = _Found()
        if text:
            found.texts.append((-1, text))
        _walk(fields, self._tree.root, found, 0, 0)
        _complete(found)
        if text:
            if found.values[_TIME] is None:
                stamp, leading = stamp_in(text)
                found.put(_TIME if leading else _FALLBACK_TIME, 0, stamp)
            if found.values[_SEVERITY] is None:
                found.put(_SEVERITY, 0, level(text))
        meaning = _meaning(found)
        if not logins and meaning is not None and meaning.category == "authentication":
            meaning = None
        return self._form(meaning), tuple(found.values)

    def _form(self, meaning: Meaning | None) -> Form:
        form = self._forms.get(meaning)
        if form is None:
            constants: dict[str, Value] = dict(self._means)
            if meaning is not None:
                constants.update(meaning._asdict())
            constants = {name: value for name, value in constants.items() if value is not None}
            form = Form(COLUMNS, constants, self._vendor)
            self._forms[meaning] = form
        return form


# ------------------------------------------------------------------------------ the walk


def _walk(
    fields: Mapping[str, object], branch: _Branch, found: _Found, depth: int, worse: int
) -> None:
    for key, value in fields.items():
        if value is None:
            continue
        found.fields += 1
        if found.fields > _MOST_FIELDS:
            return
        role, below = branch[key]
        if isinstance(value, list):
            value = _from_list(value, below, found, depth, worse)  # noqa: PLW2901
            if value is None:
                continue
        if isinstance(value, dict):
            if depth < _DEEPEST:
                _walk(value, below, found, depth + 1, worse)
        elif role is not None:
            _offer(found, role, normal(key) if role.column == OUTCOME else "", value, worse)
            if (
                role.column == TEXT
                and isinstance(value, str)
                and value[:1] == "{"
                and depth < _DEEPEST
            ):
                inner = decode_object(value)
                if inner is not None:
                    _walk(inner, below, found, depth + 1, worse + 1000)


def _from_list(
    values: list[object], below: _Branch, found: _Found, depth: int, worse: int
) -> object:
    """One value for a list of plain ones; a list of objects is walked through."""
    plain: list[str] = []
    for item in values[:_MOST_ITEMS]:
        if isinstance(item, dict):
            if depth < _DEEPEST:
                name = item.get("name", item.get("Name", item.get("key")))
                value = item.get("value", item.get("Value"))
                if isinstance(name, str) and value is not None:
                    _walk({name: value}, below, found, depth + 1, worse)
                _walk(item, below, found, depth + 1, worse)
        elif isinstance(item, (str, int, float)):
            plain.append(str(item))
    return ", ".join(plain) if plain else None


def _offer(found: _Found, role: Role, name: str, value: object, worse: int) -> None:
    column, rank = role
    rank += worse
    taker = _TAKERS.get(column)
    if taker is not None:
        taker(found, rank, name, value)
        return
    slot = _SLOTS[column]
    if rank < found.ranks[slot]:
        found.put(slot, rank, _text(value))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else str(value)
    if len(text) > _LONGEST_VALUE:
        text = text[:_LONGEST_VALUE]
    return None if text.lower() in _BLANK else text


def _take_time(found: _Found, rank: int, _name: str, value: object) -> None:
    if rank >= found.ranks[_TIME] or isinstance(value, bool):
        return
    text = str(value)
    if not 8 <= len(text) <= 64:  # noqa: PLR2004 — from 12:34:56 to the longest stamp
        return
    if is_stamp(text):
        found.put(_TIME, rank, text)
    elif _DATE.fullmatch(text):
        found.date.setdefault("date", text)
    elif _CLOCK.fullmatch(text):
        found.date.setdefault("clock", text)


def _take_endpoint(found: _Found, rank: int, value: object, side: str) -> None:
    slot, port_slot = (_SRC, _SRC_PORT) if side == "src" else (_DST, _DST_PORT)
    if not isinstance(value, str) or rank >= found.ranks[slot] or len(value) < 3:  # noqa: PLR2004
        return
    text = value.strip()
    if "," in text:
        text = text.partition(",")[0].strip()
    if "." not in text and ":" not in text:
        return
    address = canonical_address(text)
    port = None
    if address is None:
        bare, port = split_endpoint(text.lstrip("/"))
        address = canonical_address(bare)
        if address is None:
            if rank < 1000:  # noqa: PLR2004 — a name in a field for addresses
                host = _SLOTS[f"{side}_host"]
                if _is_host(text) and found.ranks[slot] == _WORST:
                    found.put(host, rank + 500, text)
            return
    if address in ("0.0.0.0", "::"):  # noqa: S104 — stands for no address here
        return
    found.put(slot, rank, address)
    if port is not None:
        found.put(port_slot, 900, port)


def _is_host(text: str) -> bool:
    return len(text) < 254 and all(c.isalnum() or c in ".-_" for c in text) and text[0].isalnum()  # noqa: PLR2004


def _take_port(found: _Found, rank: int, value: object, slot: int) -> None:
    text = str(value)
    if text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536:  # noqa: PLR2004
        found.put(slot, rank, text)


def _take_user(found: _Found, rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is None or len(text) > _LONGEST_NAME or canonical_address(text) is not None:
        return
    if _MEANINGLESS_ACCOUNT.fullmatch(text):
        rank += 400
    found.put(_USER, rank, text)


def _take_status(found: _Found, rank: int, name: str, value: object) -> None:
    text = str(value)
    if text.isdecimal() and len(text) == 3 and "100" <= text < "600":  # noqa: PLR2004
        found.put(_STATUS, rank, text)
    else:
        found.outcomes.append((name or "status", value))


def _take_method(found: _Found, rank: int, _name: str, value: object) -> None:
    text = str(value)
    if text.upper() in _METHODS:
        found.put(_METHOD, rank, text.upper())
    elif _text(value) is not None:
        found.put(_AUTH, rank + 100, text)


def _take_path(found: _Found, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
        found.put(_PATH, rank, value[:_LONGEST_VALUE])


def _take_agent(found: _Found, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and "/" in value:
        found.put(_SLOTS["user_agent"], rank, value[:_LONGEST_VALUE])


def _take_party(found: _Found, rank: int, value: object, side: str, mail: str) -> None:
    if isinstance(value, str):
        if "@" in value:
            found.put(_SLOTS[mail], 100 + rank, value[:_LONGEST_VALUE])
        else:
            _take_endpoint(found, 90 + rank, value, side)


def _take_protocol(found: _Found, rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None and len(text) < 24:  # noqa: PLR2004 — the name of a protocol
        low = text.lower()
        found.put(_SLOTS["protocol"], rank, _PROTOCOLS.get(low, low))


def _take_severity(found: _Found, rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None and len(text) < 24:  # noqa: PLR2004 — one word
        found.put(_SEVERITY, rank, text)


def _take_country(found: _Found, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and len(value) == 2 and value.isalpha():  # noqa: PLR2004
        found.put(_SLOTS["country"], rank, value.upper())


def _take_text(found: _Found, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and len(value) > 1:
        found.texts.append((rank, value))


def _take_event(found: _Found, _rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None and not text.isdecimal():
        found.events.append(text[:_LONGEST_NAME])


def _take_outcome(found: _Found, _rank: int, name: str, value: object) -> None:
    found.outcomes.append((name, value))


def _take_code(found: _Found, _rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None:
        found.codes.append(text)


def _take_attack(found: _Found, _rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None and isinstance(value, str) and found.attack is None:
        found.attack = text


def _take_malware(found: _Found, _rank: int, _name: str, value: object) -> None:
    text = _text(value)
    if text is not None and isinstance(value, str) and found.malware is None:
        found.malware = text


_TAKERS: Final[dict[str, Callable[[_Found, int, str, object], None]]] = {
    "time": _take_time,
    "src_ip": lambda found, rank, _name, value: _take_endpoint(found, rank, value, "src"),
    "src": lambda found, rank, _name, value: _take_endpoint(found, rank, value, "src"),
    "dst": lambda found, rank, _name, value: _take_endpoint(found, rank, value, "dst"),
    "src_port": lambda found, rank, _name, value: _take_port(found, rank, value, _SRC_PORT),
    "dst_port": lambda found, rank, _name, value: _take_port(found, rank, value, _DST_PORT),
    "user": _take_user,
    "user_agent": _take_agent,
    "url_path": _take_path,
    "protocol": _take_protocol,
    "severity": _take_severity,
    "country": _take_country,
    STATUS: _take_status,
    METHOD: _take_method,
    FROM: lambda found, rank, _name, value: _take_party(found, rank, value, "src", "mail_from"),
    TO: lambda found, rank, _name, value: _take_party(found, rank, value, "dst", "mail_to"),
    TEXT: _take_text,
    EVENT: _take_event,
    OUTCOME: _take_outcome,
    CODE: _take_code,
    ATTACK: _take_attack,
    MALWARE: _take_malware,
}


# ----------------------------------------------------------------- after the whole message


def _complete(found: _Found) -> None:
    """Look into the texts for what no field said."""
    values = found.values
    if values[_TIME] is None and len(found.date) > 1:
        found.put(_TIME, 0, f"{found.date['date']} {found.date['clock']}")
    found.texts.sort(key=_by_rank)
    if values[_PATH] is None or values[_METHOD] is None:
        for _, text in found.texts:
            asked = request(text)
            if asked is not None:
                found.put(_METHOD, 0, asked.method)
                found.put(_PATH, 0, asked.target)
                found.put(_STATUS, 900, asked.status)
                break
    if values[_METHOD] is None and values[_STATUS] is None:
        values[_PATH] = None  # a path alone is a file's as likely as a request's
    if values[_STATUS] is not None and values[_METHOD] is None and values[_PATH] is None:
        if found.ranks[_STATUS] >= ROLES_OF_STATUS:
            found.outcomes.append(("status", values[_STATUS]))
            values[_STATUS] = None
    if values[_SRC] is None:
        for _, text in found.texts:
            source, target = endpoints(text)
            if source is not None:
                found.put(_SRC, 0, source.address)
                found.put(_SRC_PORT, 901, source.port)
            if target is not None and values[_DST] is None:
                found.put(_DST, 0, target.address)
                found.put(_DST_PORT, 901, target.port)
            if source is not None:
                break
    found.put(_SIGNATURE, 0, found.attack or found.malware)


_ROLE_OF_STATUS = ROLES["status"]
ROLES_OF_STATUS: Final = _ROLE_OF_STATUS.rank - 1 if _ROLE_OF_STATUS is not None else 0


def _by_rank(text: tuple[int, str]) -> int:
    return text[0]


def _meaning(found: _Found) -> Meaning | None:
    texts = [text for _, text in found.texts[:8]]
    names = [_CAMEL.sub(" ", event) if event.isalnum() else event for event in found.events[:8]]
    said = meaning_of(" | ".join([*names, *texts]))
    low = " | ".join(names).lower()
    verdict = _verdict(found)
    login = _LOGIN.search(low) is not None and _NO_LOGIN.search(low) is None
    if said is not None and said.category == "authentication":
        if said.outcome == "success" and said.action == "login" and verdict is False:
            said = Meaning("authentication", "failure", "login", None, said.service)
    elif login and verdict is not None:
        outcome = "success" if verdict else "failure"
        said = Meaning("authentication", outcome, "login", None, service_of(low))
    elif is_refused_login(found.values[_METHOD], found.values[_PATH], found.values[_STATUS]):
        said = Meaning("authentication", "failure", "login", None, "web")
    elif said is None or said.category == "network":
        said = _traffic(found) or said
    if said is not None and said.category == "authentication" and found.values[_USER] is None:
        for text in texts:
            name = account(text, sentence=True)
            if name is not None:
                found.put(_USER, 0, name)
                break
    return said


def _verdict(found: _Found) -> bool | None:
    """Whether the outcome fields say success or failure; None when they say neither."""
    for name, value in found.outcomes:
        if value is True or value is False:
            if name not in ("blocked", "isblocked"):
                return value
            return not value
        word = str(value).strip().lower()
        if word in _FINE:
            return True
        if word in _BAD or word in _STOPPED or word.startswith(("fail", "denied", "invalid")):
            return False
        if word.startswith("success"):
            return True
    status = found.values[_STATUS]
    if status in ("401", "403"):
        return False
    for code in found.codes:
        return code in ("0", "0x0", "ok", "OK")
    return None


def is_refused_login(method: object, target: object, status: object) -> bool:
    """Whether a request was a login that was turned away: its target and status say so."""
    return (
        status in ("401", "403")
        and isinstance(target, str)
        and method in ("POST", None, "PUT")
        and _LOGIN_PATH.search(target.partition("?")[0]) is not None
    )


def _traffic(found: _Found) -> Meaning | None:
    """What was done with traffic, a file or a request, told by the fields that stand there."""
    values = found.values
    if found.malware is not None and found.attack is None:
        return Meaning("malware", None, "detect")
    words = [event.lower() for event in found.events]
    words += [str(value).lower() for _, value in found.outcomes]
    stopped = any(word in _STOPPED for word in words)
    if found.attack is not None:
        return Meaning("ids", None, "block" if stopped else "alert")
    if values[_METHOD] is not None and values[_PATH] is not None:
        return Meaning("web", None, "deny" if stopped else "request")
    if values[_SRC] is not None and values[_DST] is not None:
        if stopped:
            return Meaning("network", None, "block")
        if any(word in _LET_THROUGH for word in words):
            return Meaning("network", None, "allow")
    return None
