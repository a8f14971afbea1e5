"""A comparison as the page and the paper show it: rows of words, one cell for each candidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.choosing.answered import money
from midwatch.desk.choosing.models import Candidate
from midwatch.desk.choosing.selectors import Known, Seen
from midwatch.vendors.comparing import Comparison, Difference, Must, Result
from midwatch.vendors.finance import Standing
from midwatch.vendors.questionnaires import Judgement
from midwatch.vendors.questionnaires.scoring import Because, amount, percent

HUES: Final = 6
"""The bar has so many shades; more needs than that begin again."""
_PRINTED: Final = ("#1f2a3c", "#3d5a80", "#6c8cae", "#9db4c8", "#b0813a", "#d9b16f")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one candidate has in a row. ``mood``: quiet, look, act or nothing."""

    text: str
    mood: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``differs``: not all candidates have the same."""

    title: str
    cells: tuple[Cell, ...]
    more: str = ""

    @property
    def differs(self) -> bool:
        """Whether the candidates are told apart here."""
        return len({(each.text, each.mood) for each in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, percent of its width; ``hue`` is a number from 0."""

    start: str
    width: str
    hue: int
    title: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The same on paper, in points, with the colour it is printed in."""

    start: str
    width: str
    fill: str


@dataclass(frozen=True, slots=True)
class Column:
    """A candidate. ``was``: its fit with the weights that are kept, where those differ."""

    result: Result
    row: Candidate
    known: Known
    fit: str
    was: str
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """As everything else shows it."""
        return self.result.candidate.name

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The bar on paper, 300 points wide."""
        return tuple(
            Piece(f"{3 * float(each.start[:-1]):.2f}", f"{3 * float(each.width[:-1]):.2f}",
                  _PRINTED[each.hue])
            for each in self.parts
        )  # fmt: skip

    @property
    def vendor(self) -> str:
        """The reference of its file."""
        return self.row.vendor.reference


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison in words."""

    columns: tuple[Column, ...]
    sentence: str
    mood: str
    summary: tuple[Row, ...]
    needs: tuple[Row, ...]
    breach: tuple[Row, ...]
    finance: tuple[Row, ...]
    differences: tuple[Row, ...]
    partly: tuple[Row, ...]
    gaps: tuple[tuple[Column, tuple[tuple[str, str, str], ...]], ...]

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What each shade of a bar on paper stands for: (colour, need)."""
        return tuple((_PRINTED[place % HUES], each.title) for place, each in enumerate(self.needs))


def told_of(seen: Seen, comparison: Comparison, kept: Comparison) -> Told:
    """The comparison in words. ``kept``: the one with the weights that are kept."""
    was = {each.candidate.name: each.fit for each in kept.results}
    columns = tuple(
        Column(
            each, seen.of(each).row, seen.of(each), percent(each.fit),
            percent(was[each.candidate.name]) if was[each.candidate.name] != each.fit else "",
            _parts(comparison, each),
        )
        for each in comparison.results
    )  # fmt: skip
    return Told(
        columns,
        _sentence(comparison),
        "look" if all(each.musts_missed for each in comparison.results) else "quiet",
        tuple(_summary(comparison, columns)),
        tuple(_needs(comparison)),
        tuple(_breach(comparison)),
        tuple(_finance(comparison)),
        _answers(comparison, comparison.differences),
        _answers(comparison, comparison.partly),
        tuple((column, tuple(_gaps(column.result))) for column in columns),
    )  # fmt: skip


def _answers(comparison: Comparison, questions: Iterable[Difference]) -> tuple[Row, ...]:
    return tuple(
        Row(each.question.text,
            tuple(map(_answer, comparison.results, repeat(each.question.id), each.answers)),
            _("weight %(weight)d") % {"weight": each.question.weight})
        for each in questions
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of the arithmetic of a fit: ``brings`` = weight x credit, of 100."""

    title: str
    weight: int
    credit: str
    brings: str
    how: tuple[tuple[str, str, str], ...] = ()
    must: Cell | None = None


def arithmetic(comparison: Comparison, result: Result) -> tuple[Sum, ...]:
    """How a fit came about, need by need; ``how``: points, possible points and the question."""
    total = sum(each.need.weight for each in result.needs) + comparison.needs.weight_price
    lines = [
        Sum(
            each.need.title,
            each.need.weight,
            percent(100 * each.credit),
            percent(100 * each.need.weight * each.credit / total),
            tuple(
                (amount(line.points), str(line.possible), line.question.text)
                for line in each.lines
                if line.counted
            ),
            must(each.must) if each.must else None,
        )
        for each in result.needs
    ]
    if result.price_credit is not None:
        weight, credit = comparison.needs.weight_price, result.price_credit
        brings = percent(100 * weight * credit / total)
        lines.append(Sum(_("Price (cheapest / own)"), weight, percent(100 * credit), brings))
    return tuple(lines)


def scored(result: Result) -> tuple[tuple[str, str, str, str, bool], ...]:
    """Every scored question: text, points, possible, because, whether evidence backs it."""
    return tuple(
        (line.question.text, amount(line.points), str(line.possible), because(line.because),
         line.backed)
        for line in result.score.lines
    )  # fmt: skip


def standing(value: Standing | None) -> Cell:
    """What the statements say, in a word."""
    words = {
        None: (_("no statements"), "look"),
        Standing.GOING_CONCERN: (_("the auditor doubts that it goes on"), "act"),
        Standing.DISTRESS: (_("distress zone"), "act"),
        Standing.GREY: (_("grey zone"), "look"),
        Standing.SAFE: (_("safe zone"), "quiet"),
        Standing.UNKNOWN: (_("not known"), "look"),
    }
    return Cell(*words[value])


def because(value: Because) -> str:
    """Why points were lost."""
    return {
        Because.ANSWER: _("by the answer"),
        Because.UNANSWERED: _("unanswered"),
        Because.NOT_APPLICABLE_CLAIMED: _("claimed not to apply"),
        Because.NOT_APPLICABLE_ACCEPTED: _("accepted as not applicable"),
        Because.JUDGED: _("the reviewer's verdict"),
        Because.NOT_OPENED: _("not reached"),
        Because.SPARED: _("not needed"),
    }[value]


def must(value: Must) -> Cell:
    """How a must-have stands."""
    return {
        Must.MET: Cell(_("met"), "quiet"),
        Must.NOT_MET: Cell(_("not met"), "act"),
        Must.NOT_KNOWN: Cell(_("not known"), "look"),
    }[value]


def _sentence(comparison: Comparison) -> str:
    best = comparison.results[0]
    name, fit = best.candidate.name, percent(best.fit)
    if len(comparison.results) == 1:
        first = _("%(name)s fits with %(fit)s of 100; there is nobody to compare it with.")
        return first % {"name": name, "fit": fit}
    missed = len(best.musts_missed)
    if missed:
        return ngettext(
            "%(name)s fits best with %(fit)s of 100, but %(n)d must-have is not shown to be met.",
            "%(name)s fits best with %(fit)s of 100, but %(n)d must-haves are not shown to be met.",
            missed,
        ) % {"name": name, "fit": fit, "n": missed}
    return _("%(name)s fits best with %(fit)s of 100 and meets every must-have.") % {
        "name": name,
        "fit": fit,
    }


def _summary(comparison: Comparison, columns: tuple[Column, ...]) -> Iterator[Row]:
    results = comparison.results
    currency = comparison.needs.currency
    yield Row(_("Fit to the needs (of 100)"), tuple(Cell(percent(each.fit)) for each in results))
    yield Row(
        _("Must-haves missed"),
        tuple(
            Cell(
                _missed(each) or _("none"),
                "act" if any(n.must is Must.NOT_MET for n in each.musts_missed)
                else "look" if each.musts_missed else "quiet",
            )
            for each in results
        ),
    )  # fmt: skip
    yield Row(_("Price a year"), tuple(_price(each, currency) for each in results))
    yield Row(
        _("Questionnaire"),
        tuple(
            Cell(
                _("%(points)s of %(possible)d points")
                % {"points": amount(each.score.points), "possible": each.score.possible},
                more=_("%(points)s on the vendor's word alone")
                % {"points": amount(each.score.on_word_alone)},
            )
            for each in results
        ),
    )
    yield Row(
        _("Questions unanswered"),
        tuple(_count(len(each.score.unanswered), "look") for each in results),
    )
    yield Row(
        _("Contradictions"),
        tuple(
            Cell(str(len(each.contradictions)), "look" if each.contradictions else "",
                 " ".join(each.contradictions))
            for each in results
        ),
    )  # fmt: skip
    yield Row(
        _("Finances"),
        tuple(
            standing(each.candidate.health.standing if each.candidate.health else None)
            for each in results
        ),
    )
    yield Row(
        _("Answers"),
        tuple(_came(each.known) for each in columns),
    )


def _needs(comparison: Comparison) -> Iterator[Row]:
    for place, need in enumerate(comparison.needs.need):
        cells = []
        for each in comparison.results:
            found = each.needs[place]
            held = None if found.must is None else must(found.must)
            cells.append(
                Cell(
                    f"{percent(100 * found.credit)} %" + (f" · {held.text}" if held else ""),
                    held.mood if held else "",
                )
            )
        more = _("weight %(weight)d") % {"weight": need.weight}
        yield Row(need.title, tuple(cells), f"{more}, {_('must-have')}" if need.must else more)
    if comparison.needs.weight_price:
        yield Row(
            _("Price"),
            tuple(
                Cell(f"{percent(100 * (each.price_credit or Fraction(0)))} %")
                for each in comparison.results
            ),
            _("weight %(weight)d, cheapest / own") % {"weight": comparison.needs.weight_price},
        )


def _breach(comparison: Comparison) -> Iterator[Row]:
    ids = {each.text: each.id for each in comparison.version.questions}
    for told in zip(*(each.breach for each in comparison.results), strict=True):
        text = told[0][0]
        answers = [answer for _text, answer in told]
        yield Row(text, tuple(map(_answer, comparison.results, repeat(ids[text]), answers)))


def _finance(comparison: Comparison) -> Iterator[Row]:
    every = [each.candidate.health for each in comparison.results]
    names = dict.fromkeys(figure.name for each in every if each for figure in each.figures)
    if not names:
        return
    yield Row(
        _("What the statements say"),
        tuple(Cell(each.headline if each else _("no statements")) for each in every),
    )
    for name in names:
        yield Row(name, tuple(Cell(each.figure(name).shown if each else "–") for each in every))


def _gaps(result: Result) -> Iterator[tuple[str, str, str]]:
    """(points lost, why, the question) of what cost most."""
    for line in result.score.gaps[:12]:
        yield amount(line.lost), because(line.because), line.question.text
    for says in result.contradictions:
        yield "–", _("contradiction"), says


def _parts(comparison: Comparison, result: Result) -> tuple[Part, ...]:
    """What each need brings to the fit, as pieces of a bar."""
    total = sum(each.need.weight for each in result.needs) + comparison.needs.weight_price
    earned = [(each.need.title, each.need.weight * each.credit) for each in result.needs]
    if result.price_credit is not None:
        earned.append((_("Price"), comparison.needs.weight_price * result.price_credit))
    parts, reached = [], Fraction(0)
    for number, (title, points) in enumerate(earned):
        if points:
            width = 100 * points / total
            parts.append(
                Part(f"{float(reached):.2f}%", f"{float(width):.2f}%", number % HUES,
                     f"{title}: {percent(width)}")
            )  # fmt: skip
            reached += width
    return tuple(parts)


def _price(result: Result, currency: str) -> Cell:
    candidate = result.candidate
    if candidate.price is None:
        return Cell(_("not known"), "look")
    if candidate.currency not in ("", currency):
        return Cell(money(candidate.price, candidate.currency), "look", _("not compared"))
    return Cell(money(candidate.price, currency))


def _missed(result: Result) -> str:
    """The must-haves that are not shown to be met, in words."""
    return ", ".join(
        f"{each.need.title} ({must(each.must).text})" for each in result.musts_missed if each.must
    )


def _count(number: int, mood: str) -> Cell:
    return Cell(str(number), mood if number else "")


def _came(known: Known) -> Cell:
    """Where the answers come from."""
    answered = known.answered
    if answered is None:
        return Cell(_("as they were when the choice was made"))
    if answered.when is None:
        return Cell(_("none handed in"), "look")
    told = date_format(answered.when, _("j M Y"))
    return Cell(told, more=_("given to another questionnaire") if answered.carried else "")


def _answer(result: Result, question: str, text: str) -> Cell:
    """What was answered, and the verdict where it was not simply accepted."""
    verdict = result.candidate.submission.verdicts.get(question)
    judgement = None if verdict is None else verdict.judgement
    if judgement is Judgement.NOT_ACCEPTED:
        return Cell(_said(text), "act", _("not accepted by the reviewer"))
    if judgement is Judgement.PARTLY:
        return Cell(_said(text), "look", _("accepted in part by the reviewer"))
    return Cell(_said(text), "look" if text == "unanswered" else "")


def _said(text: str) -> str:
    """An answer; our own words for it in the viewer's language."""
    return {
        "yes": _("yes"), "no": _("no"), "unanswered": _("unanswered"),
        "not applicable": _("not applicable"),
    }.get(text, text)  # fmt: skip
