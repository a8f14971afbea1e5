"""Files behind a link: what is taken, what is refused, what the antivirus says, the workbook."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.desk.questionnaires import opened, sent

from midwatch.desk.access.scope import Scope
from midwatch.desk.answers import links
from midwatch.desk.answers.answering import hand_in
from midwatch.desk.answers.models import Asking, Paper
from midwatch.desk.answers.papers import kind_of, plain_name
from midwatch.desk.answers.selectors import Whole
from midwatch.desk.setup import DeskSetup
from midwatch.desk.vendors import scanning
from midwatch.desk.vendors.models import Vendor
from midwatch.desk.vendors.papers import keep_bytes
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import Reply, full_questionnaire, short_questionnaire
from midwatch.vendors.questionnaires.formats import own_workbook
from midwatch.watch.configuration import Configuration, DeskSettings
from midwatch.watch.state_folder import StateFolder

PDF = b"%PDF-1.7 a policy"
FIRST = short_questionnaire().questions[0].id
EICAR = b"this stands for a virus"


@pytest.fixture
def inside(vendor: Vendor, scope: Scope) -> tuple[Asking, links.Made, Client, str]:
    asking, made = sent(scope, vendor)
    browser, place = opened(made)
    return asking, made, browser, place


class Clamd(threading.Thread):
    """Speaks as clamd does: takes a stream, and finds something where ``EICAR`` stands in it."""

    def __init__(self, place: Path) -> None:
        super().__init__(daemon=True)
        self.place = place
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.door.bind(str(place))
        self.door.listen()
        self.seen: list[bytes] = []

    def leave(self) -> None:
        """Nobody comes in any more, though the thread may wait for somebody still."""
        self.place.unlink(missing_ok=True)
        self.door.close()

    def run(self) -> None:
        while True:
            try:
                line, _who = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as reading:
                assert reading.read(10) == b"zINSTREAM\0"
                data = b""
                while size := struct.unpack("!L", reading.read(4))[0]:
                    data += reading.read(size)
                self.seen.append(data)
                found = b"Eicar-Signature FOUND" if EICAR in data else b"OK"
                line.sendall(b"stream: " + found + b"\0")


@pytest.fixture
def clamd(tmp_path: Path, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clamd]:
    place = tmp_path / "clamd.ctl"
    setup = DeskSetup(state, Configuration(desk=DeskSettings(antivirus=f"unix:{place}")))
    monkeypatch.setattr(scanning, "desk_setup", lambda: setup)
    running = Clamd(place)
    running.start()
    yield running
    running.leave()


def give(browser: Client, place: str, name: str, data: bytes, question: str = FIRST) -> str:
    answer = browser.post(
        f"{place}give/", {"question": question, "file": SimpleUploadedFile(name, data)},
        follow=True,
    )  # fmt: skip
    return answer.text


def package(**parts: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        for name, data in {"[Content_Types].xml": b"<Types/>", **parts}.items():
            made.writestr(name, data)
    return sink.getvalue()


def test_a_paper_stands_behind_its_answer(
    inside: tuple[Asking, links.Made, Client, str],
) -> None:
    asking, _made, browser, place = inside
    browser.post(f"{place}part/1/", {f"{FIRST}:there": "1", f"{FIRST}:reply": "yes"})
    assert Whole(asking).score.on_word_alone > 0

    told = give(browser, place, "../../etc/<b>passwd.pdf", PDF)

    paper = Paper.objects.get()
    assert paper.name == "<b>passwd.pdf"
    assert "&lt;b&gt;passwd.pdf" in told
    assert paper.scan == Paper.Scan.NOT_SCANNED
    assert Whole(asking).submission.answer(FIRST).evidence == (paper.reference,)
    assert Whole(asking).score.on_word_alone == 0
    back = browser.get(f"{place}paper/{paper.reference}/")
    assert back.content == PDF
    assert back.headers["Content-Disposition"].startswith("attachment")
    assert back.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in back.headers["Content-Security-Policy"]

    give(browser, place, "again.pdf", PDF)
    assert Paper.objects.count() == 1
    browser.post(f"{place}paper/{paper.reference}/remove/")
    assert Whole(asking).submission.answer(FIRST).evidence == ()
    assert Whole(asking).submission.answer(FIRST).reply is Reply.YES


def test_papers_of_others_and_after_the_end_are_out_of_reach(
    inside: tuple[Asking, links.Made, Client, str], vendor: Vendor, scope: Scope
) -> None:
    _asking, made, browser, place = inside
    _other, others = sent(scope, vendor)
    stranger, elsewhere = opened(others)
    give(browser, place, "a.pdf", PDF)
    paper = Paper.objects.get()

    assert stranger.get(f"{elsewhere}paper/{paper.reference}/").status_code == 404
    stranger.post(f"{elsewhere}paper/{paper.reference}/remove/")
    assert Paper.objects.exists()
    hand_in(made.link, "Vera", "")
    browser.post(f"{place}paper/{paper.reference}/remove/")
    give(browser, place, "b.pdf", PDF + b"2")
    assert Paper.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"MZ\x90\x00 program", "this kind are not taken"),
        ("a.sh", b"#!/bin/sh\nrm -rf /", "this kind are not taken"),
        ("a.html", b"\x00<script>", "this kind are not taken"),
        (
            "a.docx",
            package(**{"word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}),
            "macros",
        ),
        ("a.zip", package(**{"anything.xml": b"<w/>"}), "this kind are not taken"),
        ("a.docx", b"PK\x03\x04 broken", "this kind are not taken"),
    ],
)
def test_what_is_not_taken_is_refused_with_its_reason(
    inside: tuple[Asking, links.Made, Client, str], name: str, data: bytes, why: str
) -> None:
    _asking, _made, browser, place = inside
    assert why in give(browser, place, name, data)
    assert not Paper.objects.exists()


def test_a_document_that_unpacks_without_end_is_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b"<Types/>")
        bomb.writestr("word/document.xml", b"<w/>")
        bomb.writestr("word/media/a.bin", b"\0" * 210_000_000)
    with pytest.raises(BadInputError, match="without end"):
        kind_of(sink.getvalue())


def test_a_request_of_many_megabytes_is_refused_before_it_is_read(
    inside: tuple[Asking, links.Made, Client, str],
) -> None:
    _asking, _made, browser, place = inside
    for path in (f"{place}give/", f"{place}workbook/"):
        answer = browser.post(path, {"question": FIRST}, CONTENT_LENGTH="200000000")
        assert answer.status_code == 413
        assert "too large" in answer.text


def test_the_antivirus_looks_before_anything_is_kept(
    inside: tuple[Asking, links.Made, Client, str], clamd: Clamd
) -> None:
    _asking, _made, browser, place = inside

    told = give(browser, place, "bad.pdf", PDF + EICAR + b"x" * 200_000)
    assert "Eicar-Signature" in told
    assert not Paper.objects.exists()
    give(browser, place, "good.pdf", PDF)

    assert Paper.objects.get().scan == Paper.Scan.CLEAN
    assert clamd.seen == [PDF + EICAR + b"x" * 200_000, PDF]


def test_an_antivirus_that_is_away_is_told_as_such(
    inside: tuple[Asking, links.Made, Client, str], clamd: Clamd
) -> None:
    _asking, _made, browser, place = inside
    clamd.leave()
    give(browser, place, "good.pdf", PDF)
    assert Paper.objects.get().scan == Paper.Scan.NOT_SCANNED


def filled(asking: Asking, answers: dict[str, str]) -> bytes:
    """The workbook as a person gives it back."""
    whole = Whole(asking)
    book = openpyxl.load_workbook(io.BytesIO(own_workbook(whole.version, whole.submission)))
    sheet = book["Questions"]
    for row in sheet.iter_rows():
        name = str(row[0].value)
        if name in answers:
            row[4].value = answers[name]
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def hand_over(browser: Client, place: str, data: bytes) -> str:
    return browser.post(
        f"{place}workbook/", {"file": SimpleUploadedFile("mine.xlsx", data)}, follow=True
    ).text


def test_the_workbook_goes_round(inside: tuple[Asking, links.Made, Client, str]) -> None:
    asking, _made, browser, place = inside
    second = Whole(asking).version.questions[1].id
    browser.post(f"{place}part/1/", {f"{second}:there": "1", f"{second}:reply": "no"})
    down = browser.get(f"{place}answers.xlsx")
    assert down.content[:2] == b"PK"

    told = hand_over(browser, place, filled(asking, {FIRST: "yes"}))

    assert "1 answer was taken from it" in told
    submission = Whole(asking).submission
    assert submission.answer(FIRST).reply is Reply.YES
    assert submission.answer(FIRST).source == "workbook mine.xlsx"
    assert submission.answer(second).reply is Reply.NO


def test_a_workbook_with_faults_changes_nothing(
    inside: tuple[Asking, links.Made, Client, str],
) -> None:
    asking, _made, browser, place = inside
    for answers in ({FIRST: "=1+1"}, {FIRST: "perhaps"}):
        assert "cannot be read" in hand_over(browser, place, filled(asking, answers))
    assert (
        "nobody knows the version"
        in hand_over(browser, place, own_workbook(full_questionnaire())).casefold()
    )
    assert "no .xlsx workbook" in hand_over(browser, place, PDF)
    assert Whole(asking).answered == 0


def test_the_workbook_after_handing_in_changes_nothing(
    inside: tuple[Asking, links.Made, Client, str],
) -> None:
    asking, made, browser, place = inside
    hand_in(made.link, "Vera", "")
    told = hand_over(browser, place, filled(asking, {FIRST: "yes"}))
    assert "cannot be changed now" in told
    assert Whole(asking).answered == 0


def test_names_of_files_are_harmless() -> None:
    assert plain_name("C:\\x\\..\\a\nb.pdf") == "a b.pdf"
    assert plain_name("gpj.\u202eexe") == "gpj.\\u202eexe"
    assert plain_name("...") == "unnamed"
    assert len(plain_name("x" * 500)) == 120


def test_a_paper_that_a_reviewer_files_is_looked_at_too(clamd: Clamd, state: StateFolder) -> None:
    with pytest.raises(BadInputError, match="Eicar-Signature"):
        keep_bytes("bakery", PDF + EICAR)
    assert not list(state.papers("bakery").glob("*"))
    keep_bytes("bakery", PDF)
    assert clamd.seen == [PDF + EICAR, PDF]
