"""JSON documents come one by one, however their file is laid out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.intake.files import LONGEST_LINE, LineFile
from midwatch.intake.json_documents import Documents, starts_document

RECORDS: list[dict[str, object]] = [
    {"user": "Jürgen", "text": f'{number} "{{[}}]\\" end', "more": {"list": [{}, 1]}}
    for number in range(20)
]
LAYOUTS = {
    "one line": json.dumps(RECORDS),
    "without blanks": json.dumps(RECORDS, separators=(",", ":"), ensure_ascii=False),
    "indented": json.dumps(RECORDS, indent=2),
    "one after another, indented": "\n".join(json.dumps(each, indent=4) for each in RECORDS),
    "one after another, without a line end": "".join(map(json.dumps, RECORDS)),
    "wrapped": json.dumps({"Records": RECORDS}),
    "wrapped and indented": json.dumps({"records": RECORDS, "next": "x"}, indent=1),
    "wrapped twice": f"{json.dumps({'Records': RECORDS[:9]})}\n"
    f"{json.dumps({'Records': RECORDS[9:]})}\n",
    "wrapped by a web service": json.dumps(
        {"@odata.context": "https://graph.example/$metadata", "value": RECORDS}
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_every_record(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "events.json"
    path.write_text(layout)
    texts = [text for chunk in LineFile(path).chunks() for text in chunk.lines]
    assert [json.loads(text) for text in texts] == RECORDS


@given(st.sampled_from(list(LAYOUTS.values())), st.integers(1, 40))
def test_it_does_not_matter_where_the_text_is_cut(layout: str, length: int) -> None:
    pieces = [layout[at : at + length] for at in range(200, len(layout), length)]
    assert list(Documents().of([layout[:200], *pieces])) == list(Documents().of([layout]))


def test_an_array_on_one_line_may_be_longer_than_any_line(tmp_path: Path) -> None:
    record = {"user": "Jürgen", "text": "x" * 5000}
    path = tmp_path / "events.json"
    path.write_text(json.dumps([record] * (2 * LONGEST_LINE // 5000), ensure_ascii=False))
    texts = [text for chunk in LineFile(path).chunks() for text in chunk.lines]
    assert len(texts) == 2 * LONGEST_LINE // 5000
    assert all(json.loads(text) == record for text in texts)


def test_a_document_too_long_to_hold_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('{\n"a": [\n' + "1,\n" * LONGEST_LINE + "1]}\n")
    chunks = list(LineFile(path).chunks())
    assert chunks[-1].cut == 1


@pytest.mark.parametrize(
    "line",
    ['{"a": 1}', "{}", '["a"]', "[main] {x}", "Feb  3 04:05:06 gate foo: {", "[{thread}] done", ""],
)
def test_lines_that_are_whole_are_no_documents(line: str) -> None:
    assert not starts_document(line)


def test_text_between_documents_is_given_line_by_line() -> None:
    texts = ['{"a":\n1}\nnot JSON\nnor this\n{"a": 2}']
    assert list(Documents().of(texts)) == [
        (1, '{"a":\n1}'), (3, "not JSON"), (4, "nor this"), (5, '{"a": 2}'),
    ]  # fmt: skip
