"""Whether a pack is what a person meant: by its pinned digest, or by a signature.

Signatures are those of minisign (Ed25519; the default, which signs a BLAKE2b digest, and the
older kind over the file itself), or a bare Ed25519 signature of 64 bytes where the key is a PEM
file. Format: https://jedisct1.github.io/minisign/.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from midwatch.kernel import BadInputError, ConfigurationError

_PREHASHED: Final = b"ED"
_PLAIN: Final = b"Ed"
_REMEDY: Final = "do not use this pack; fetch it again, and ask its publisher if it happens again"


class Trust(StrEnum):
    """Why a pack was taken."""

    DIGEST = "pinned digest"
    SIGNATURE = "signature"
    NONE = "unverified"


@dataclass(frozen=True, slots=True)
class _Key:
    public: Ed25519PublicKey
    number: bytes | None
    """The key's number in minisign; None for a PEM key."""


def verify(
    pack: Path, digest: str, *, pinned: str | None, key: str | None, signature: bytes | None
) -> Trust:
    """Why the pack may be taken.

    Args:
        pack: The fetched file.
        digest: Its SHA-256 in hexadecimal.
        pinned: The SHA-256 it should have.
        key: A minisign public key (its text, or a file of it), or a PEM file.
        signature: What lies beside the pack as ``.minisig`` or ``.sig``.

    Raises:
        BadInputError: it is not the pack that was meant.
        ConfigurationError: digest or key are none.
    """
    trust = Trust.NONE
    if pinned is not None:
        wanted = pinned.strip().lower().removeprefix("sha256:")
        if len(wanted) != 64 or set(wanted) - set("0123456789abcdef"):
            raise ConfigurationError(
                f"{pinned!r} is no SHA-256 digest", remedy="it has 64 hexadecimal digits"
            )
        if not hmac.compare_digest(wanted, digest):
            raise BadInputError(f"its SHA-256 is {digest}, not the pinned {wanted}", remedy=_REMEDY)
        trust = Trust.DIGEST
    if key is not None:
        if signature is None:
            raise BadInputError(
                "there is no signature beside it (.minisig or .sig)",
                remedy="name it with --signature",
            )
        _check(pack, _read_key(key), signature)
        trust = Trust.SIGNATURE
    return trust


def _read_key(text: str) -> _Key:
    """The key that a person named: its text, or a file that holds it."""
    try:
        file = Path(text)
        content = file.read_bytes() if file.is_file() else text.encode()
    except OSError as error:
        raise ConfigurationError(
            f"the key cannot be read: {error.strerror}", remedy="check the path", path=text
        ) from error
    try:
        if b"-----BEGIN" in content:
            public = load_pem_public_key(content)
            if isinstance(public, Ed25519PublicKey):
                return _Key(public, None)
        else:
            raw = base64.b64decode(content.strip().splitlines()[-1], validate=True)
            if len(raw) == 42 and raw[:2] == _PLAIN:
                return _Key(Ed25519PublicKey.from_public_bytes(raw[10:]), raw[2:10])
    except (ValueError, IndexError, binascii.Error, UnsupportedAlgorithm):
        pass
    raise ConfigurationError(
        "the key is no Ed25519 public key",
        remedy="give a minisign public key (RW…), a file of it, or a PEM file",
    )


def _check(pack: Path, key: _Key, signature: bytes) -> None:
    content = pack.read_bytes()
    try:
        if key.number is None:
            raw = signature if len(signature) == 64 else base64.b64decode(signature.strip())
            key.public.verify(raw, content)
        else:
            _check_minisign(content, key, signature)
    except (InvalidSignature, ValueError, IndexError, binascii.Error) as error:
        raise BadInputError("its signature is not good", remedy=_REMEDY) from error


def _check_minisign(content: bytes, key: _Key, signature: bytes) -> None:
    """Raises InvalidSignature or ValueError for anything but a sound signature by this key."""
    lines = signature.decode().splitlines()
    raw = base64.b64decode(lines[1], validate=True)
    kind, number, signed = raw[:2], raw[2:10], raw[10:]
    if number != key.number:
        raise BadInputError(
            "it is signed by another key", remedy="check which key its publisher uses"
        )
    if kind == _PREHASHED:
        content = hashlib.blake2b(content).digest()
    elif kind != _PLAIN:
        raise ValueError(kind)
    key.public.verify(signed, content)
    comment = lines[2].removeprefix("trusted comment: ")
    key.public.verify(base64.b64decode(lines[3], validate=True), signed + comment.encode())
