"""A pack is taken for its digest or its signature, and for nothing less."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.packs import Trust, verify

Signer = Any  # the class of conftest.py, which a test cannot import

CONTENT = b"the pack"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pack.zip"
    path.write_bytes(CONTENT)
    return path


def test_the_pinned_digest_is_enough(file: Path) -> None:
    for pinned in (DIGEST, DIGEST.upper(), f"sha256:{DIGEST}"):
        assert verify(file, DIGEST, pinned=pinned, key=None, signature=None) is Trust.DIGEST


def test_another_digest_is_refused(file: Path) -> None:
    with pytest.raises(BadInputError, match="not the pinned"):
        verify(file, DIGEST, pinned="0" * 64, key=None, signature=None)
    with pytest.raises(ConfigurationError, match="no SHA-256"):
        verify(file, DIGEST, pinned="abc", key=None, signature=None)


@pytest.mark.parametrize("prehashed", [True, False])
def test_a_minisign_signature_is_enough(file: Path, signer: Signer, prehashed: bool) -> None:
    signature = signer.minisig(CONTENT, prehashed=prehashed)
    trust = verify(file, DIGEST, pinned=None, key=signer.public, signature=signature)
    assert trust is Trust.SIGNATURE


def test_a_key_file_of_minisign_or_pem(file: Path, signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(f"untrusted comment: minisign\n{signer.public}\n")
    (tmp_path / "key.pem").write_bytes(signer.pem)
    signature = signer.minisig(CONTENT)
    verify(file, DIGEST, pinned=None, key=str(tmp_path / "key.pub"), signature=signature)
    bare = signer.private.sign(CONTENT)
    verify(file, DIGEST, pinned=None, key=str(tmp_path / "key.pem"), signature=bare)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signed: signed.replace(b"trusted comment: x\n", b"trusted comment: y\n", 2)[::1],
        lambda signed: b"\n".join(signed.split(b"\n")[:2]),
        lambda _signed: b"",
        lambda _signed: b"\xff\xfe",
    ],
)
def test_a_spoiled_signature_is_refused(
    file: Path, signer: Signer, spoil: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(BadInputError, match="not good"):
        verify(
            file, DIGEST, pinned=None, key=signer.public, signature=spoil(signer.minisig(CONTENT))
        )


def test_the_signature_of_other_bytes_or_another_key_is_refused(file: Path, signer: Signer) -> None:
    with pytest.raises(BadInputError, match="not good"):
        verify(file, DIGEST, pinned=None, key=signer.public, signature=signer.minisig(b"other"))
    other = type(signer)(number=b"87654321")
    with pytest.raises(BadInputError, match="another key"):
        verify(file, DIGEST, pinned=None, key=signer.public, signature=other.minisig(CONTENT))
    same_number = type(signer)()
    with pytest.raises(BadInputError, match="not good"):
        verify(file, DIGEST, pinned=None, key=signer.public, signature=same_number.minisig(CONTENT))


def test_without_a_signature_a_key_proves_nothing(file: Path, signer: Signer) -> None:
    with pytest.raises(BadInputError, match="no signature beside it"):
        verify(file, DIGEST, pinned=DIGEST, key=signer.public, signature=None)


@pytest.mark.parametrize("key", ["", "RWx", "-----BEGIN PUBLIC KEY-----\nx\n-----END", "a b"])
def test_what_is_no_key_is_told(file: Path, key: str) -> None:
    with pytest.raises(ConfigurationError, match="no Ed25519 public key"):
        verify(file, DIGEST, pinned=None, key=key, signature=b"x")
