"""One list, fetched, read and kept; what goes wrong leaves the last good content in force.

A list that held something and comes empty has gone wrong at its origin, and is refused too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from midwatch.incidents.address_lists import (
    AddressList,
    Reading,
    read_csv,
    read_objects,
    read_plain,
    read_stix,
)
from midwatch.incidents.list_index import ListIndex
from midwatch.kernel import BadInputError, ConfigurationError, MidwatchError
from midwatch.knowledge.asking import LARGEST, Credentials, ask, too_large, unpacked
from midwatch.knowledge.keeping import keep, kept_list
from midwatch.knowledge.store import KnowledgeStore
from midwatch.knowledge.taxii import read_collection
from midwatch.knowledge.values import SECOND, ListForm, ListSource, ListState

_HEAD: Final = 4_096


def update(
    store: KnowledgeStore, folder: Path, source: ListSource, now: int, resolve: Callable[[str], str]
) -> ListState:
    """Fetch a list and keep it; how it is then, which is noted in the store as well.

    Args:
        store: Where it is noted.
        folder: Where contents are kept.
        source: The list.
        now: UTC microseconds.
        resolve: Gives the secret that a reference stands for.
    """
    before = store.state(source.name)
    try:
        after = _fetched(folder, source, before, now, resolve)
    except (MidwatchError, OSError) as error:
        after = msgspec.structs.replace(
            before, tried=now, trouble=str(error),
            since=before.since if before.trouble else now,
        )  # fmt: skip
    store.save_state(after)
    return after


def _fetched(
    folder: Path, source: ListSource, before: ListState, now: int, resolve: Callable[[str], str]
) -> ListState:
    secret = resolve(source.secret) if source.secret else ""
    credentials = Credentials(source.user, secret)
    mark = before.mark if kept_list(folder, source.name).exists() else ""
    content, mark = _content(source, credentials, mark)
    if content is None:
        # It is as it was; but it is so today, so its age is counted anew.
        index = ListIndex.from_bytes(kept_list(folder, source.name).read_bytes())
        index.fetched, index.expires = now, now + source.keep * SECOND
        index.effect, index.licence = source.effect, source.licence
        reading = Reading((), before.skipped, before.wrong)
    else:
        reading = content if isinstance(content, Reading) else _read(content, source.form)
        index = ListIndex.of(
            AddressList(
                name=source.name, fetched=now, indicators=reading.indicators,
                licence=source.licence, expires=now + source.keep * SECOND,
                skipped=reading.skipped, effect=source.effect,
            )
        )  # fmt: skip
    if not len(index) and (before.entries or reading.skipped):
        raise BadInputError(
            f"it holds no address any more, and {reading.skipped} things that are none",
            remedy="see what is at its address now; what was fetched before stays in force",
            path=source.origin,
        )
    keep(folder, index)
    return ListState(source.name, now, now, len(index), reading.skipped, reading.wrong, mark=mark)


def _content(
    source: ListSource, credentials: Credentials, mark: str
) -> tuple[bytes | Reading | None, str]:
    """What is at the origin, and its mark; None: the same as before."""
    if source.form is ListForm.TAXII:
        return read_objects(read_collection(source.origin, source.collection, credentials)), ""
    if "://" not in source.origin:
        try:
            path = Path(source.origin)
            if path.stat().st_size > LARGEST:
                raise too_large(source.origin, LARGEST)
            return unpacked(path.read_bytes(), source.origin), ""
        except OSError as error:
            raise ConfigurationError(
                f"the file cannot be read: {error.strerror}",
                remedy="check the path and who may read it",
                path=source.origin,
            ) from error
    asked = dict(credentials.header)
    if mark:
        name = "If-None-Match" if mark.startswith(('"', "W/")) else "If-Modified-Since"
        asked[name] = mark
    answer = ask(source.origin, asked)
    if answer.status == 304:
        return None, mark
    return answer.body, answer.headers.get("etag") or answer.headers.get("last-modified") or ""


def _read(content: bytes, form: ListForm) -> Reading:
    """The entries of a list; AUTO: a bundle, a table or lines, as it looks."""
    if form is ListForm.STIX or (form is ListForm.AUTO and content.lstrip()[:1] in (b"{", b"[")):
        return read_stix(content)
    text = content.decode("utf-8", "replace")
    if form is ListForm.PLAIN:
        return read_plain(text)
    if text.lstrip()[:1] == "<":
        raise BadInputError(
            "it is a web page, not a list", remedy="name the address of the list itself"
        )
    if form is ListForm.CSV:
        return read_csv(text)
    if "," not in text[:_HEAD]:
        return read_plain(text)
    try:
        return read_csv(text)
    except BadInputError:
        return read_plain(text)
