"""Service facts: what a provider's own watch recorded of its service, signed.

A provider gives the file away; whoever gets it verifies it and files it as evidence. The
signature is Ed25519 (RFC 8032) over a fixed beginning and the facts' bytes exactly as they
stand in the file. It says who wrote them and that nobody changed them since; it does not say
that they are true, nor that the key is the provider's: that takes a look at the key by another
way. Reading decides nothing; ``facts_concerns`` says what to ask about.

Instants are UTC microseconds since 1970, lengths are whole seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta

from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceKind, CadenceObservation
from midwatch.vendors.evidence import Assurance

FORMAT: Final = "midwatch service facts 1"
LARGEST: Final = 1_000_000
"""Bytes of a file, at most."""
_DAY: Final = 86_400
_MICRO: Final = 1_000_000
_SHORT_DAYS: Final = 28
_OLD_DAYS: Final = 92
_GOOD_COVERAGE: Final = Decimal("99.0")
_SKEW: Final = 10 * 60 * _MICRO

Count = Annotated[int, Meta(ge=0, le=10**15)]
Moment = Annotated[int, Meta(ge=0, le=10**17)]
Name = Annotated[str, Meta(max_length=200)]


class Coverage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the time the sources were heard, in hours of sources.

    ``heard``: lines came. ``idle``: none came, as that source often does. ``silent``: none
    came though it usually writes, be it for a part of the hour only. ``lines`` came, of which
    ``understood`` were read. ``silences``: how many were alarmed; ``longest``: seconds.
    ``down``: seconds in which the watch knew that a part of itself stood still.
    """

    sources: Count
    heard: Count
    idle: Count
    silent: Count
    lines: Count
    understood: Count
    silences: Count = 0
    longest: Count = 0
    down: Count = 0

    @property
    def share(self) -> Decimal | None:
        """Percent of the hours that were not silent, rounded down; None: no hour at all."""
        return _percent(self.heard + self.idle, self.heard + self.idle + self.silent)

    @property
    def read(self) -> Decimal | None:
        """Percent of the lines that were understood, rounded down; None: no line at all."""
        return _percent(self.understood, self.lines)


class Responses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How soon a person answered incidents of a severity, seconds from their opening.

    ``raised``: opened in the time. ``answered``: by a person. ``open``: nobody answered yet.
    The rest was closed by a rule or joined to another. ``median`` and ``ninety`` (nine of ten
    were answered by then) are None where nothing was answered.
    """

    level: Name
    raised: Count
    answered: Count
    open: Count
    median: Count | None = None
    ninety: Count | None = None
    longest: Count | None = None


class Signatures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One set of rules in use. ``newest``: the day of its newest rule (ISO; empty: none dated).

    ``updates``: when new releases were put to work, oldest first, of those still on record;
    ``in_use_since``: when the present one was.
    """

    name: Name
    rules: Count
    newest: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    in_use_since: Moment | None = None
    updates: Annotated[tuple[Moment, ...], Meta(max_length=2000)] = ()


class ServiceFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a provider's watch recorded between ``start`` and ``end``, written at ``made``.

    ``about``: the client's name, or empty for all ``clients`` together. ``notes``: what the
    record cannot tell.
    """

    format: Annotated[str, Meta(max_length=60)] = FORMAT
    provider: Name
    about: Name = ""
    clients: Count = 1
    start: Moment
    end: Moment
    made: Moment
    software: Name = ""
    coverage: Coverage
    responses: Annotated[tuple[Responses, ...], Meta(max_length=20)] = ()
    signatures: Annotated[tuple[Signatures, ...], Meta(max_length=200)] = ()
    notes: Annotated[tuple[Annotated[str, Meta(max_length=500)], ...], Meta(max_length=20)] = ()

    @property
    def days(self) -> int:
        """The length of the time, days."""
        return round((self.end - self.start) / _MICRO / _DAY)

    @property
    def raised(self) -> int:
        """Incidents of all severities."""
        return sum(each.raised for each in self.responses)

    @property
    def unanswered(self) -> int:
        """Incidents that nobody has answered."""
        return sum(each.open for each in self.responses)


class Ask(StrEnum):
    """What to ask a provider about; ``%`` stands for the figure."""

    FUTURE = "it was written in the future: a clock is wrong"
    NOTHING_WATCHED = "no source was watched at all"
    NO_WHOLE_HOUR = "no source was watched for a whole hour yet; sources: %"
    SILENT = "hours in which sources were silent: % percent; which, and why?"
    DOWN = "hours in which a part of the watch itself stood still: %"
    UNANSWERED = "incidents without an answer yet: %"
    NO_SIGNATURES = "it names no signatures at all"
    UNDATED = "none of its signatures is dated"
    NO_UPDATE = "no update of signatures is on record in that time"
    OLD = "days since its time ended: %; there should be newer facts"
    SHORT = "days it covers: %; a month at least tells more"
    NO_INCIDENT = "no incident was raised in that time, so nothing is known of its answers"


class Concern(msgspec.Struct, frozen=True):
    """Something to ask a provider about, with its figure where it has one."""

    ask: Ask
    figure: str = ""

    @property
    def sentence(self) -> str:
        """What a person reads."""
        return self.ask.value.replace("%", self.figure)


class _Signed(msgspec.Struct, forbid_unknown_fields=True):
    facts: msgspec.Raw
    key: str
    signature: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Facts whose signature fits. ``key``: the public key, hexadecimal."""

    facts: ServiceFacts
    key: str
    sha256: str

    @property
    def fingerprint(self) -> str:
        """What two people compare by telephone."""
        return fingerprint_of(self.key)


def public_key(private: bytes) -> str:
    """The public key of a private one of 32 bytes, hexadecimal."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint_of(key: str) -> str:
    """128 bits of a public key's SHA-256 in groups of four.

    >>> fingerprint_of("00" * 32)
    '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20'
    """
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digest[spot : spot + 4] for spot in range(0, 32, 4))


def signed_file(facts: ServiceFacts, private: bytes) -> bytes:
    """The facts as a signed JSON file. ``private``: the key's 32 bytes."""
    raw = msgspec.json.format(msgspec.json.encode(facts), indent=2)
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_signed_bytes(raw))
    named = f'"key": "{public_key(private)}",\n"signature": "{signature.hex()}"}}\n'
    return b'{"facts": ' + raw + b",\n" + named.encode()


def read_signed(data: bytes, name: str) -> Verified:
    """The facts of a signed file. ``name``: of the file, for errors.

    Raises:
        BadInputError: It is no such file, its signature does not fit, or it says what cannot be.
    """
    if len(data) > LARGEST:
        raise _refusal(name, f"it has more than {LARGEST:,} bytes", "it is no file of facts")
    try:
        signed = msgspec.json.decode(data, type=_Signed)
        key, signature = bytes.fromhex(signed.key), bytes.fromhex(signed.signature)
        shown = Ed25519PublicKey.from_public_bytes(key)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _refusal(
            name,
            "it is no signed file of service facts",
            "ask the provider for the file that its Midwatch wrote, unchanged",
        ) from error
    try:
        shown.verify(signature, _signed_bytes(bytes(signed.facts)))
    except InvalidSignature as error:
        raise _refusal(
            name,
            "its signature does not fit: it was changed after it was signed",
            "ask the provider for it again, by another way",
        ) from error
    try:
        facts = msgspec.json.decode(signed.facts, type=ServiceFacts)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(
            name,
            f"it is signed, but holds other facts than this Midwatch reads: {error}",
            f"this one reads “{FORMAT}”",
        ) from error
    wrong = "; ".join(_impossible(facts))
    if wrong:
        raise _refusal(name, f"it is signed, but cannot be right: {wrong}", "ask the provider")
    return Verified(facts=facts, key=key.hex(), sha256=hashlib.sha256(data).hexdigest())


def facts_concerns(facts: ServiceFacts, now: int) -> tuple[Concern, ...]:
    """What about the facts needs a word with the provider, gravest first. ``now``: UTC µs."""
    covered, share = facts.coverage, facts.coverage.share
    old = (now - facts.end) // _MICRO // _DAY
    dated, updated = newest_rule(facts), any(each.updates for each in facts.signatures)
    checks: list[tuple[bool, Ask, object]] = [
        (facts.made > now + _SKEW, Ask.FUTURE, ""),
        (share is None and not covered.sources, Ask.NOTHING_WATCHED, ""),
        (share is None and bool(covered.sources), Ask.NO_WHOLE_HOUR, covered.sources),
        (share is not None and share < _GOOD_COVERAGE, Ask.SILENT, 100 - (share or 0)),
        (bool(covered.down), Ask.DOWN, f"{Decimal(covered.down) / 3600:.1f}"),
        (bool(facts.unanswered), Ask.UNANSWERED, facts.unanswered),
        (not facts.signatures, Ask.NO_SIGNATURES, ""),
        (bool(facts.signatures) and not dated, Ask.UNDATED, ""),
        (not updated, Ask.NO_UPDATE, ""),
        (old > _OLD_DAYS, Ask.OLD, old),
        (facts.days < _SHORT_DAYS, Ask.SHORT, facts.days),
        (not facts.raised, Ask.NO_INCIDENT, ""),
    ]
    return tuple(Concern(ask, str(figure)) for holds, ask, figure in checks if holds)


def update_observations(
    facts: ServiceFacts, assurance: Assurance
) -> tuple[CadenceObservation, ...]:
    """The updates of signatures as observations, to be held against what was promised."""
    moments = sorted({at for each in facts.signatures for at in each.updates})
    return tuple(
        CadenceObservation(
            kind=CadenceKind.SIGNATURE_UPDATE, at=at, assurance=assurance, source="service facts"
        )
        for at in moments
    )


def newest_rule(facts: ServiceFacts) -> str:
    """The day of the newest rule in use (ISO); empty where none is dated."""
    return max((each.newest for each in facts.signatures), default="")


def _signed_bytes(raw: bytes) -> bytes:
    return FORMAT.encode() + b"\n" + raw


def _percent(part: int, whole: int) -> Decimal | None:
    return Decimal(part * 1000 // whole).scaleb(-1) if whole else None


def _refusal(name: str, cause: str, remedy: str) -> BadInputError:
    return BadInputError(cause, remedy=remedy, path=name)


def _impossible(facts: ServiceFacts) -> Iterator[str]:
    if facts.format != FORMAT:
        yield f"it is of the format {facts.format!r}"
    if facts.end <= facts.start:
        yield "its time ends before it begins"
    if facts.made < facts.end:
        yield "it was written before its time was over"
    coverage = facts.coverage
    if coverage.understood > coverage.lines:
        yield "more lines were understood than came"
    hours = -(-(facts.end - facts.start) // (3600 * _MICRO)) + 1
    if coverage.heard + coverage.idle + coverage.silent > hours * coverage.sources:
        yield "it tells of more hours than there were"
    for each in facts.responses:
        times = [time for time in (each.median, each.ninety, each.longest) if time is not None]
        if each.answered + each.open > each.raised:
            yield f"more {each.level} incidents were answered or are open than were raised"
        if times != sorted(times) or (len(times) == 3) != bool(each.answered):
            yield f"the times of {each.level} incidents do not fit one another"
