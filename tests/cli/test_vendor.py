"""``midwatch vendor``: a provider chosen from files, as a person would do it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

STATEMENTS = """period end,2024-12-31,2025-12-31
currency,EUR,EUR
audit,audited,audited
going concern,no,no
current assets,40,40
current liabilities,20,20
total assets,100,100
retained earnings,30,30
ebit,10,10
total liabilities,50,50
equity,50,{equity}
"""


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "midwatch", "vendor", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=dict(os.environ, COLUMNS="80"),
    )


def fill(path: Path, answers: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for row in book["Questions"].iter_rows():
        if row[0].value in answers:
            row[4].value = answers[str(row[0].value)]  # type: ignore[assignment]  # any value a hand may type
    sink = io.BytesIO()
    book.save(sink)
    path.write_bytes(sink.getvalue())


class TestFinance:
    def test_the_first_line_is_the_answer(self, tmp_path: Path) -> None:
        (tmp_path / "s.csv").write_text(STATEMENTS.format(equity=50))
        done = run("finance", "s.csv", "--on", "2026-06-01", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0].startswith("Safe zone: Z'' 4.012. Audited figures to")
        assert "A score is no forecast" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80

    def test_a_statement_that_does_not_balance_is_told_and_gives_status_1(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "s.csv").write_text(STATEMENTS.format(equity=40))
        done = run("finance", "s.csv", "--formulas", folder=tmp_path)
        assert done.returncode == 1
        told = " ".join(done.stdout.split())
        assert "total assets less liabilities and equity is 10 EUR (10.0% of assets)" in told
        assert "total liabilities / equity" in told

    def test_json(self, tmp_path: Path) -> None:
        (tmp_path / "s.csv").write_text(STATEMENTS.format(equity=50))
        document = json.loads(run("finance", "s.csv", "--json", folder=tmp_path).stdout)
        assert document["standing"] == "safe zone"
        assert document["figures"][0]["value"] == "4.012"
        assert document["figures"][0]["inputs"]["equity"] == "50"

    def test_the_template_is_written_and_read(self, tmp_path: Path) -> None:
        for name in ("t.csv", "t.xlsx"):
            assert run("finance", "--template", name, folder=tmp_path).returncode == 0
            done = run("finance", name, folder=tmp_path)
            assert done.stdout.startswith("Not known: no Z'': not given: current assets")

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["finance"], "no file with statements was given"),
            (["finance", "none.csv"], "cannot be read: No such file"),
            (["finance", "--template", "t.pdf"], "ends in .csv or .xlsx"),
            (["finance", "bad.csv"], "bad.csv:3: 'cash' cannot be '=1+1': it is no number"),
            (["score", "bad.csv"], "no .xlsx workbook, but text"),
            (["import", "caiq", "bad.csv"], "no .xlsx workbook, but text"),
            (["import", "auto", "bad.csv"], "no questionnaire that is known"),
            (["questions", "--xlsx", "q.pdf"], "ends in .xlsx"),
            (["needs", "bad.csv"], "is there already"),
        ],
    )
    def test_wrong_words_and_files_get_cause_and_remedy_and_status_2(
        self, tmp_path: Path, words: list[str], says: str
    ) -> None:
        (tmp_path / "bad.csv").write_text("period end,2025-12-31\ncurrency,EUR\ncash,=1+1\n")
        done = run(*words, folder=tmp_path)
        assert done.returncode == 2
        assert says in done.stderr

    def test_200_mb_are_refused_unread(self, tmp_path: Path) -> None:
        with (tmp_path / "big.xlsx").open("wb") as big:
            big.truncate(200_000_000)
        done = run("score", "big.xlsx", folder=tmp_path)
        assert done.returncode == 2
        assert "the file has 200 MB; more than 20 MB are not read" in done.stderr


class TestGerman:
    def test_a_german_workbook_is_scored_and_compared_with_an_english_one(
        self, tmp_path: Path
    ) -> None:
        told = run("questions", "--short", "--language", "de", folder=tmp_path).stdout
        assert "rufen Sie uns binnen 24 Stunden an?" in " ".join(told.split())
        for name, *language in (("acme", "--language", "de"), ("budget",)):
            run("questions", "--short", *language, "--xlsx", f"{name}.xlsx", "--vendor",
                name.title(), folder=tmp_path)  # fmt: skip
        fill(tmp_path / "acme.xlsx", {"breach.call-24h": "ja", "audits.report": "keinen"})
        fill(tmp_path / "budget.xlsx", {"breach.call-24h": "yes", "audits.report": "none"})
        run("needs", "needs.toml", folder=tmp_path)
        needs = tmp_path / "needs.toml"
        needs.write_text(needs.read_text().partition("[candidate.")[0])  # no prices
        sums = [json.loads(run("score", f"{name}.xlsx", "--json", folder=tmp_path).stdout)
                for name in ("acme", "budget")]  # fmt: skip
        assert sums[0]["points"] == sums[1]["points"] == 5
        assert sums[0]["lines"] == sums[1]["lines"]
        done = run("compare", "budget.xlsx", "acme.xlsx", "--needs", "needs.toml", "--json",
                   folder=tmp_path)  # fmt: skip
        fits = {each["fit"] for each in json.loads(done.stdout)["candidates"]}
        assert len(fits) == 1, done.stderr


class TestAnAfternoon:
    def test_two_candidates_from_questions_to_a_comparison(self, tmp_path: Path) -> None:
        for name in ("acme", "budget"):
            done = run("questions", "--short", "--xlsx", f"{name}.xlsx", "--vendor",
                       name.title(), folder=tmp_path)  # fmt: skip
            assert "34 questions, 15 minutes" in done.stdout
        assert run("needs", "needs.toml", folder=tmp_path).returncode == 0
        fill(
            tmp_path / "acme.xlsx",
            {"breach.call-24h": "yes", "breach.contact": "yes", "desk.night": "yes",
             "desk.night-answer": 10, "audits.report": "SOC 2 type 2"},
        )  # fmt: skip
        fill(tmp_path / "budget.xlsx", {"breach.call-24h": "yes", "breach.contact": "no"})
        (tmp_path / "acme.csv").write_text(STATEMENTS.format(equity=50))
        needs = tmp_path / "needs.toml"
        needs.write_text(needs.read_text().replace(
            '# statements = "acme-statements.csv"', 'statements = "acme.csv"'))  # fmt: skip

        scored = run("score", "budget.xlsx", folder=tmp_path)
        assert scored.returncode == 1
        assert scored.stdout.startswith("Budget: 5 of 104 points = 4.8")
        told = " ".join(scored.stdout.split())
        assert "Contradiction: The call is promised within 24 hours, but no number" in told

        done = run("compare", "budget.xlsx", "acme.xlsx", "--needs", "needs.toml", "--xlsx",
                   "board.xlsx", "--explain", "Acme Desk", "--differences", folder=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Acme Desk fits best: ")
        assert "meets every must-have" in " ".join(done.stdout.split()[:20])
        assert "safe zone" in done.stdout
        assert "Budget contradicts itself: The call" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert openpyxl.load_workbook(tmp_path / "board.xlsx").sheetnames[0] == "Comparison"

        changed = run("compare", "budget.xlsx", "acme.xlsx", "--needs", "needs.toml", "--weight",
                      "price=0", "--json", folder=tmp_path)  # fmt: skip
        document = json.loads(changed.stdout)
        assert [each["name"] for each in document["candidates"]] == ["Acme Desk", "Budget"]
        assert document["candidates"][0]["standing"] == "safe zone"
        wrong = run("compare", "acme.xlsx", "--needs", "needs.toml", "--weight", "price",
                    folder=tmp_path)  # fmt: skip
        assert "is not NEED=N" in wrong.stderr

    def test_nobody_meets_the_must_haves_gives_status_1(self, tmp_path: Path) -> None:
        run("questions", "--short", "--xlsx", "a.xlsx", folder=tmp_path)
        run("needs", "n.toml", folder=tmp_path)
        done = run("compare", "a.xlsx", "--needs", "n.toml", folder=tmp_path)
        assert done.returncode == 1
        assert "but misses" in done.stdout

    def test_answers_given_elsewhere_are_reused(self, tmp_path: Path) -> None:
        asked = {
            "questionnaire": [
                {"type": "radiogroup", "id": "secprog_background_checks", "text": "Checks?",
                 "choices": [{"secprog_background_checks_yes": "Yes"}]}
            ]
        }  # fmt: skip
        (tmp_path / "v.json").write_text(f"// VSAQ\n{json.dumps(asked)}")
        (tmp_path / "a.json").write_text('{"secprog_background_checks_yes": "checked"}')
        done = run("import", "vsaq", "v.json", "--answers", "a.json", "--xlsx", "ours.xlsx",
                   "--vendor", "Acme", folder=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "it answers 1, and has something to say to 0 more" in " ".join(done.stdout.split())
        scored = json.loads(run("score", "ours.xlsx", "--json", folder=tmp_path).stdout)
        assert (scored["vendor"], scored["points"]) == ("Acme", 4)

    def test_questions_are_listed_with_their_reasons(self, tmp_path: Path) -> None:
        done = run("questions", folder=tmp_path)
        assert "security.signatures, weight 4. A watch with old signatures" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80

    def test_hostile_text_does_not_reach_the_terminal(self, tmp_path: Path) -> None:
        run("questions", "--short", "--xlsx", "a.xlsx", "--vendor", "[red]x\u202e\x1b[2J",
            folder=tmp_path)  # fmt: skip
        done = run("score", "a.xlsx", folder=tmp_path)
        assert done.stdout.startswith("[red]x")
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout


class TestFacts:
    def test_one_installation_signs_and_another_verifies(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MIDWATCH_STATE", str(tmp_path / "provider"))
        run("facts", "--provider", "Night Watch", "--out", "f.json", folder=tmp_path)
        key = run("facts", "--key", folder=tmp_path).stdout.strip()
        monkeypatch.setenv("MIDWATCH_STATE", str(tmp_path / "customer"))
        done = run("check-facts", "f.json", "--key", key, "--json", folder=tmp_path)
        told = json.loads(done.stdout)
        assert (told["facts"]["provider"], told["key"], told["key_compared"]) == (
            "Night Watch", key, True,
        )  # fmt: skip
        assert done.returncode == 1  # nothing was watched there, which needs a word
        assert "no source was watched at all" in told["concerns"]

    def test_a_changed_file_and_another_key_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MIDWATCH_STATE", str(tmp_path / "provider"))
        run("facts", "--provider", "Night Watch", "--out", "f.json", folder=tmp_path)
        other = run("check-facts", "f.json", "--key", "00" * 32, folder=tmp_path)
        assert other.returncode == 2
        assert "another key" in other.stderr
        path = tmp_path / "f.json"
        path.write_text(path.read_text().replace("Night Watch", "Day Watch"))
        changed = run("check-facts", "f.json", folder=tmp_path)
        assert changed.returncode == 2
        assert "changed after it was signed" in changed.stderr

    def test_facts_need_a_name_behind_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MIDWATCH_STATE", str(tmp_path / "provider"))
        done = run("facts", folder=tmp_path)
        assert done.returncode == 2
        assert "provider" in done.stderr


def test_files_that_the_desk_keeps_are_reached_through_its_own_program(tmp_path: Path) -> None:
    state = ("--state", tmp_path / "state")
    told = run("remind", "--dry-run", *state, folder=tmp_path)
    assert (told.returncode, told.stdout) == (
        0,
        "No mail server is set up: none of this leaves.\n",
    )
    (tmp_path / "x.zip").write_bytes(b"PK no")
    told = run("import-file", "x.zip", "--client", "bakery", *state, folder=tmp_path)
    assert told.returncode == 2
    assert "there is no client 'bakery'" in told.stderr
