"""A list is fetched, and what goes wrong leaves its last good content in force."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from midwatch.incidents import address_lists
from midwatch.knowledge import (
    KnowledgeStore,
    ListForm,
    ListSource,
    asking,
    kept_list,
    read_kept,
    update,
    updating,
)
from midwatch.knowledge.values import RETRY, SECOND

Make = Callable[..., ListSource]
DAY = 86_400 * SECOND
PLAIN = b"# block list\n192.0.2.1\n198.51.100.0/24 ; spam\nnonsense\n10.0.0.0/8\n"
BUNDLE = json.dumps(
    {
        "type": "bundle",
        "objects": [
            {"type": "indicator", "id": "a", "pattern": "[ipv4-addr:value = '192.0.2.5']"},
            {"type": "indicator", "id": "b", "pattern": "[url:value = 'http://x.example']"},
            {"type": "indicator", "id": "c", "pattern": 5, "indicator_types": 7},
        ],
    }
).encode()


@pytest.mark.parametrize(
    ("content", "form", "entries", "wrong"),
    [
        (PLAIN, ListForm.AUTO, 2, ("line 4: nonsense", "line 5: 10.0.0.0/8")),
        (
            gzip.compress(PLAIN, mtime=0),
            ListForm.PLAIN,
            2,
            ("line 4: nonsense", "line 5: 10.0.0.0/8"),
        ),
        (b"ip,threat\n192.0.2.9,x\nno,y\n", ListForm.AUTO, 1, ("row 2: no",)),
        (b"192.0.2.9 # a, b\n", ListForm.AUTO, 1, ()),
        (BUNDLE, ListForm.AUTO, 1, ("b: [url:value = 'http://x.example']", "c: 5")),
    ],
    ids=["plain", "gzip", "csv", "comma in a comment", "stix"],
)
def test_every_form_is_read_and_what_is_no_address_is_kept_to_be_shown(
    store: KnowledgeStore, a_list: Make, tmp_path: Path,
    content: bytes, form: ListForm, entries: int, wrong: tuple[str, ...],
) -> None:  # fmt: skip
    (tmp_path / "origin").write_bytes(content)
    source = a_list(str(tmp_path / "origin"), form, licence="CC0")

    state = update(store, tmp_path, source, 5, str)

    assert (state.entries, state.skipped, state.wrong) == (entries, len(wrong), wrong)
    assert (state.fetched, state.trouble) == (5, "")
    assert store.state("abuse") == state
    index = read_kept(tmp_path, "abuse")
    assert index is not None
    assert (len(index), index.fetched, index.licence) == (entries, 5, "CC0")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no address any more"),
        (b"# gone\n", "no address any more"),
        (b"<html>Page not found</html>", "web page"),
        (b'{"objects": 5}', "no list of objects"),
        (b'{"objects": [', "no JSON"),
        (b"\x1f\x8b\x08broken", "cannot be unpacked"),
        (gzip.compress(b"0" * 2000, mtime=0), "larger than"),
    ],
    ids=["nothing", "comment", "page", "no objects", "cut json", "cut gzip", "too large"],
)
def test_a_list_that_went_wrong_leaves_the_last_good_one_in_force(
    store: KnowledgeStore,
    a_list: Make,
    server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    told: str,
) -> None:
    monkeypatch.setattr(updating, "ask", partial(asking.ask, largest=1000))
    server.files["/list"] = PLAIN
    source = a_list(server.url("/list"))
    update(store, tmp_path, source, 1, str)
    before = kept_list(tmp_path, "abuse").read_bytes()
    server.files["/list"] = content

    state = update(store, tmp_path, source, 9, str)

    assert told in state.trouble
    assert (state.tried, state.fetched, state.since, state.entries) == (9, 1, 9, 2)
    assert kept_list(tmp_path, "abuse").read_bytes() == before
    assert update(store, tmp_path, source, 12, str).since == 9


def test_a_list_that_has_not_changed_is_not_sent_again_and_is_young_again(
    store: KnowledgeStore, a_list: Make, server: Any, tmp_path: Path
) -> None:
    server.files["/list"] = PLAIN
    source = a_list(server.url("/list"))
    update(store, tmp_path, source, 1, str)

    state = update(store, tmp_path, source, DAY, str)

    assert server.asked[-1][1]["If-None-Match"] == f'"{len(PLAIN)}"'
    assert (state.fetched, state.entries, state.skipped) == (DAY, 2, 2)
    index = read_kept(tmp_path, "abuse")
    assert index is not None
    assert index.fetched == DAY
    assert [each.label for each in index.find("198.51.100.9")] == ["spam"]


def test_of_a_huge_list_so_much_is_used_as_there_is_room_for(
    store: KnowledgeStore, a_list: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_lists, "MOST_ENTRIES", 3)
    path = tmp_path / "huge.txt"
    path.write_text("".join(f"198.51.100.{number}\n" for number in range(10)))

    state = update(store, tmp_path, a_list(str(path)), 1, str)

    assert (state.entries, state.skipped) == (3, 7)
    assert "more than 3 entries" in state.wrong[0]


def test_a_password_goes_by_reference_and_an_unreadable_one_is_trouble(
    store: KnowledgeStore, a_list: Make, server: Any, tmp_path: Path
) -> None:
    server.objects = [{"type": "indicator", "id": "a", "pattern": "[ipv4-addr:value='192.0.2.1']"}]
    source = a_list(server.url("/taxii2/"), ListForm.TAXII, user="harbour", secret="env:TIDE")  # noqa: S106  # where it is

    state = update(store, tmp_path, source, 1, {"env:TIDE": "tide"}.__getitem__)

    assert (state.entries, state.trouble) == (1, "")


@pytest.mark.parametrize("origin", ["ftp://192.0.2.1/x", "http://me:secret@192.0.2.1/", "http://"])
def test_what_is_no_plain_web_address_is_refused(
    store: KnowledgeStore, a_list: Make, tmp_path: Path, origin: str
) -> None:
    state = update(store, tmp_path, a_list(origin), 1, str)

    assert "no web address" in state.trouble


def test_a_list_that_failed_is_tried_again_soon(store: KnowledgeStore, a_list: Make) -> None:
    source = a_list("/nowhere", every=86_400)
    assert store.due(now=0) == [source]

    state = update(store, Path("/nowhere"), source, DAY, str)

    assert state.trouble
    assert store.due(DAY + RETRY - 1) == []
    assert store.due(DAY + RETRY) == [source]
    store.remove_list("abuse")
    store.save_state(state)
    assert store.lists() == []
