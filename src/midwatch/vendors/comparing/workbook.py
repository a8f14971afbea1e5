"""A comparison as a workbook a board can read: the answer first, then why.

Sheets: comparison, needs with their arithmetic, differences, questions that
only some answered, gaps, breach terms, finance.
All of it is text and numbers, no formula; what a vendor wrote cannot become one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from midwatch.vendors.comparing.comparison import ChoiceMade, Comparison, Result
from midwatch.vendors.questionnaires.scoring import amount, percent
from midwatch.vendors.spreadsheets import Column, Page, workbook_bytes
from midwatch.vendors.spreadsheets.writing import Value


def comparison_workbook(comparison: Comparison, choice: ChoiceMade | None = None) -> bytes:
    """The comparison as XLSX, with the decision where one was made."""
    names = tuple(each.candidate.name for each in comparison.results)
    candidates = tuple(Column(name, 26) for name in names)
    return workbook_bytes(
        [
            _front(comparison, candidates, choice),
            _needs(comparison, candidates),
            Page(
                "Differences",
                (Column("weight", 8), Column("question", 70), *candidates),
                tuple(
                    (each.question.weight, each.question.text, *each.answers)
                    for each in comparison.differences
                ),
            ),
            Page(
                "Answered by some",
                (Column("weight", 8), Column("question", 70), *candidates),
                tuple(
                    (each.question.weight, each.question.text, *each.answers)
                    for each in comparison.partly
                ),
            ),
            Page(
                "Gaps",
                (Column("candidate", 24), Column("lost points", 12), Column("why", 26),
                 Column("question", 80), Column("a good answer", 50)),
                tuple(_gaps(comparison)),
            ),
            Page(
                "Breach terms",
                (Column("question", 70), *candidates),
                tuple(
                    (question, *(dict(each.breach).get(question) for each in comparison.results))
                    for question, _said in comparison.results[0].breach
                ),
            ),
            Page(
                "Finance",
                (Column("candidate", 24), Column("what", 26), Column("value", 40),
                 Column("how", 80)),
                tuple(_finance(comparison)),
            ),
        ]
    )  # fmt: skip


def rows_of(comparison: Comparison) -> tuple[tuple[Value, ...], ...]:
    """The first sheet's rows: what, and one value for each candidate."""
    results = comparison.results
    currency = comparison.needs.currency
    return (
        ("Fit to the needs (of 100)", *(percent(each.fit) for each in results)),
        (
            "Must-haves missed",
            *(
                ", ".join(f"{n.need.title} ({n.must})" for n in each.musts_missed) or "none"
                for each in results
            ),
        ),
        (
            f"Price a year ({currency or 'no currency given'})",
            *(_price(each, currency) for each in results),
        ),
        (
            "Questionnaire (points)",
            *(f"{amount(each.score.points)} of {each.score.possible}" for each in results),
        ),
        (
            "Points on the vendor's word alone",
            *(amount(each.score.on_word_alone) for each in results),
        ),
        ("Questions unanswered", *(len(each.score.unanswered) for each in results)),
        ("Contradictions", *(len(each.contradictions) for each in results)),
        ("Finance", *(_standing(each) for each in results)),
        ("Breach call within 24 h", *(_breach(each) for each in results)),
    )


def _front(
    comparison: Comparison, candidates: tuple[Column, ...], choice: ChoiceMade | None
) -> Page:
    notes = [
        comparison.needs.title,
        f"{comparison.version.title}, {comparison.version.version} ({comparison.version.digest})",
    ]
    if choice is not None:
        notes += [f"Chosen: {choice.chosen}, by {choice.approver}: {choice.why}"]
        notes += [f"Known against it: {each}" for each in choice.against]
    else:
        notes.append("No decision is recorded yet.")
    return Page("Comparison", (Column("", 36), *candidates), rows_of(comparison), tuple(notes))


def _needs(comparison: Comparison, candidates: tuple[Column, ...]) -> Page:
    rows: list[tuple[Value, ...]] = []
    for place, need in enumerate(comparison.needs.need):
        rows.append(
            (need.weight, "must" if need.must else "", need.title,
             *(f"{percent(100 * each.needs[place].credit)} %" for each in comparison.results))
        )  # fmt: skip
        rows.append(
            (None, None, "how",
             *(each.needs[place].sentence.partition(" = ")[2] for each in comparison.results))
        )  # fmt: skip
    return Page(
        "Needs",
        (Column("weight", 8), Column("", 6), Column("need", 44), *candidates),
        tuple(rows),
    )


def _gaps(comparison: Comparison) -> Iterator[tuple[Value, ...]]:
    for each in comparison.results:
        for line in each.score.gaps:
            yield (each.candidate.name, Decimal(amount(line.lost)), line.because.value,
                   line.question.text, line.question.good)  # fmt: skip
        for says in each.contradictions:
            yield (each.candidate.name, None, "contradiction", says, None)


def _finance(comparison: Comparison) -> Iterator[tuple[Value, ...]]:
    for each in comparison.results:
        health = each.candidate.health
        if health is None:
            yield (each.candidate.name, "statements", "none were given", None)
            continue
        yield (each.candidate.name, "standing", health.headline, None)
        for figure in health.figures:
            yield (each.candidate.name, figure.name, figure.shown, figure.formula)
        for warning in (*health.warnings, *health.gaps):
            yield (each.candidate.name, "note", warning, None)


def _price(result: Result, currency: str) -> Value:
    candidate = result.candidate
    if candidate.price is None:
        return "not known"
    if candidate.currency not in ("", currency):
        return f"{candidate.price:,f} {candidate.currency} (not compared)"
    return f"{candidate.price:,f}"


def _standing(result: Result) -> str:
    health = result.candidate.health
    return health.standing.value if health else "no statements"


def _breach(result: Result) -> str:
    return next((said for _question, said in result.breach), "not asked")
