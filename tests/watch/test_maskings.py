"""Keys come and go; nothing is written as it was meanwhile."""

from __future__ import annotations

from pathlib import Path

import msgspec

from midwatch.lake import MaskKind
from midwatch.tenants import FieldMasking
from midwatch.watch.client_keys import key_troubles, make_key
from midwatch.watch.maskings import Maskings, masked_sample


def test_without_its_key_a_field_is_hidden_until_the_key_is_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    wanted = [FieldMasking("acme", {"user": "pseudonym"}, f"file:{path}")]
    maskings = Maskings()

    hidden = maskings.of(wanted)["acme"]
    assert hidden.masked("acme", "user", "mia") == "***"
    assert "cannot be read" in maskings.troubles["acme"]
    assert key_troubles(wanted) == maskings.troubles

    make_key(path)
    first = maskings.of(wanted)["acme"].masked("acme", "user", "mia")
    assert first.startswith("p-")
    assert maskings.troubles == key_troubles(wanted) == {}

    path.unlink()
    assert maskings.of(wanted)["acme"].masked("acme", "user", "MIA") == first
    assert "acme" in maskings.troubles
    assert Maskings().of(wanted)["acme"].fields == {"user": MaskKind.HIDE}


def test_clients_with_one_key_have_no_pseudonym_in_common(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    fields, key = {"user": "pseudonym"}, f"file:{tmp_path / 'key'}"
    made = Maskings().of([FieldMasking("acme", fields, key), FieldMasking("quay", fields, key)])

    assert made["acme"].masked("acme", "user", "mia") != made["quay"].masked("quay", "user", "mia")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_the_sample_of_a_source_shows_no_more_than_the_lake(tmp_path: Path) -> None:
    masking = Maskings().of([FieldMasking("acme", {"user": "hide"})])["acme"]
    event = {"user": "mia", "reason": "MIA is locked", "src_port": 22, "raw": "mia was here"}

    shown = msgspec.json.decode(masked_sample(masking, "acme", msgspec.json.encode(event)))

    assert shown == {"user": "***", "reason": "*** is locked", "src_port": 22}
