"""``midwatch vendor needs`` and ``compare``: candidates side by side."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.vendor_files import PATH, read_bytes, safe, write_bytes
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.vendors.comparing import (
    Candidate,
    CandidateFacts,
    Comparison,
    Needs,
    Terms,
    comparison_workbook,
    read_needs,
    rows_of,
    rows_of_terms,
    terms_of,
    what_if,
)
from midwatch.vendors.comparing import compare as compare_candidates
from midwatch.vendors.comparing.example import EXAMPLE
from midwatch.vendors.finance import Health, assess, read_statements
from midwatch.vendors.questionnaires import carried_over, own_versions
from midwatch.vendors.questionnaires.formats import read_own
from midwatch.vendors.questionnaires.scoring import percent

_MOST_ACROSS: Final = 3


@click.command("needs")
@click.argument("file", type=PATH)
def needs(*, file: Path) -> None:
    """Write an example of needs to FILE, to be changed."""
    if file.exists():
        raise ConfigurationError("the file is there already", remedy="name another", path=str(file))
    write_bytes(file, EXAMPLE.encode())
    click.echo(f"Wrote {file}. midwatch vendor questions lists the questions' ids.")


@click.command("compare")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--needs", "needs_file", required=True, type=PATH, help="What is needed (TOML).")
@click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="NEED=N",
    help="What if this need, or price, weighed N?",
)
@click.option("--explain", metavar="NAME", help="How this candidate's fit came about.")
@click.option("--differences", is_flag=True, help="Every question answered differently.")
@click.option("--xlsx", "output", type=PATH, help="Write the comparison as a workbook.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(  # one parameter per option
    *,
    files: tuple[Path, ...],
    needs_file: Path,
    weights: tuple[str, ...],
    explain: str | None,
    differences: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Filled workbooks FILES side by side against the needs, best fit first.

    Exit status 1: no candidate meets every must-have.
    """
    answered = [read_own(read_bytes(each), str(each), own_versions()) for each in files]
    version = answered[0][0]
    wanted = read_needs(read_bytes(needs_file), str(needs_file), version)
    today = datetime.now(UTC).astimezone().date()
    candidates = []
    for path, (own, submission) in zip(files, answered, strict=True):
        if not own.asks_as(version):
            raise BadInputError(
                f"it answers {own.title}, the first file {version.title}",
                remedy="compare answers to one questionnaire",
                path=str(path),
            )
        facts = wanted.candidate.get(path.name, CandidateFacts())
        health: Health | None = None
        if facts.statements:
            source = needs_file.parent / facts.statements
            health = assess(read_statements(read_bytes(source), str(source)), today)
        candidates.append(
            Candidate(
                name=facts.name or submission.vendor or path.stem,
                submission=carried_over(version, own, submission),
                price=facts.yearly_price, currency=facts.currency, health=health,
                terms=_terms(facts, wanted, today),
            )
        )  # fmt: skip
    found = compare_candidates(version, wanted, candidates)
    if weights:
        found = what_if(found, dict(_weight(each, wanted) for each in weights))
    if output is not None:
        if output.suffix.lower() != ".xlsx":
            raise ConfigurationError("a workbook ends in .xlsx", remedy="for example board.xlsx")
        write_bytes(output, comparison_workbook(found))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(_json(found)) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _tell(Screen(), found, explain=explain, differences=differences)
        if output is not None:
            click.echo(f"Wrote {output}.")
    raise click.exceptions.Exit(int(all(each.musts_missed for each in found.results)))


def _terms(facts: CandidateFacts, wanted: Needs, today: date) -> Terms | None:
    contracts = [] if facts.contract is None else [(facts.contract, None)]
    return terms_of(
        contracts, facts.insurance,
        exposure=wanted.exposure, currency=wanted.currency, today=today,
    )  # fmt: skip


def _weight(text: str, wanted: Needs) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not number.isdecimal():
        known = ", ".join([*(each.id for each in wanted.need), "price"])
        raise ConfigurationError(
            f"--weight {text!r} is not NEED=N", remedy=f"a number from 0 up, for one of: {known}"
        )
    return name, int(number)


def _tell(screen: Screen, found: Comparison, *, explain: str | None, differences: bool) -> None:
    best = found.results[0]
    missed = ", ".join(f"{n.need.title} ({n.must})" for n in best.musts_missed)
    screen.print(
        safe(
            f"{best.candidate.name} fits best: {percent(best.fit)} of 100"
            + (f", but misses: {missed}." if missed else ", and meets every must-have.")
        ),
        style="bold",
    )
    # More columns than a terminal has room for would be cut into letters.
    for start in range(0, len(found.results), _MOST_ACROSS):
        _table(screen, found, slice(start, start + _MOST_ACROSS))
    for result in found.results:
        for says in result.contradictions:
            screen.print(safe(f"{result.candidate.name} contradicts itself: {says}"))
    if explain is not None:
        for line in found.explain(explain):
            screen.print(safe(f"  {line}"))
    if differences:
        for each in found.differences:
            screen.print(safe(f"{each.question.text} (weight {each.question.weight})"))
            for result, said in zip(found.results, each.answers, strict=True):
                screen.print(safe(f"  {result.candidate.name}: {said}"))
    else:
        screen.print(
            f"{len(found.differences)} questions were answered differently; --differences shows "
            "them, --explain NAME the arithmetic."
        )
    if found.partly:
        screen.print(f"Not counted among these: {len(found.partly)} that only some answered.")


def _table(screen: Screen, found: Comparison, part: slice) -> None:
    results = found.results[part]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", max_width=28)
    for result in results:
        table.add_column(safe(result.candidate.name, 24), ratio=1)
    for what, *values in (*rows_of(found), *rows_of_terms(found)):
        table.add_row(safe(str(what)), *(safe(str(each)) for each in values[part]))
    for place, need in enumerate(found.needs.need):
        table.add_row(
            safe(f"{need.title} (weight {need.weight}{', must' if need.must else ''})"),
            *(f"{percent(100 * result.needs[place].credit)} %" for result in results),
        )
    screen.print(table)


def _json(found: Comparison) -> dict[str, object]:
    return {
        "title": found.needs.title,
        "digest": found.version.digest,
        "candidates": [
            {
                "name": result.candidate.name,
                "fit": float(result.fit),
                "score": None if result.score.value is None else float(result.score.value),
                "price": None if result.candidate.price is None else str(result.candidate.price),
                "unanswered": [line.question.id for line in result.score.unanswered],
                "contradictions": result.contradictions,
                "terms": result.candidate.terms,
                "standing": result.candidate.health.standing.value
                if result.candidate.health
                else None,
                "needs": {
                    each.need.id: {
                        "credit": float(each.credit),
                        "weight": each.need.weight,
                        "must": each.must.value if each.must else None,
                    }
                    for each in result.needs
                },
            }
            for result in found.results
        ],
        "differences": {each.question.id: each.answers for each in found.differences},
        "answered_by_some": {each.question.id: each.answers for each in found.partly},
    }
