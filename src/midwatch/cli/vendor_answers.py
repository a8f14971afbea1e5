"""``midwatch vendor questions``, ``import`` and ``score``: questionnaires from files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.vendor_files import PATH, read_bytes, safe, write_bytes
from midwatch.kernel import ConfigurationError
from midwatch.vendors.questionnaires import (
    Reply,
    TemplateVersion,
    contradictions,
    new_submission,
    own_in,
    own_versions,
    score_of,
)
from midwatch.vendors.questionnaires.formats import (
    Format,
    Imported,
    add_vsaq_answers,
    own_workbook,
    read_any,
    read_own,
)
from midwatch.vendors.questionnaires.languages import languages
from midwatch.vendors.questionnaires.mapping import Reuse, reuse
from midwatch.vendors.questionnaires.scoring import Score, amount, percent

_FORMATS: Final = ("auto", *(each.value for each in Format if each is not Format.OWN))
_MOST: Final = 12
short_option = click.option("--short", is_flag=True, help="The short questionnaire: 15 minutes.")
language_option = click.option(
    "--language",
    type=click.Choice(("en", *languages())),
    default="en",
    help="The language of our questions.",
)


@click.command("questions")
@short_option
@language_option
@click.option("--xlsx", "output", type=PATH, help="Write them as a workbook to fill in.")
@click.option("--vendor", default="", help="Whom the workbook is for.")
def questions(*, short: bool, language: str, output: Path | None, vendor: str) -> None:
    """Our questions with why they are asked, or a workbook to send to a vendor."""
    version = _version(language, short=short)
    if output is not None:
        write_bytes(_xlsx(output), own_workbook(version, vendor=vendor))
        click.echo(
            f"Wrote {output}: {len(version.questions)} questions, {version.minutes} minutes."
        )
        return
    screen = Screen()
    for section in version.sections:
        screen.print(f"\n{section.title}", style="bold")
        for question in section.question:
            screen.print(safe(f"  {question.text}"))
            screen.print(
                safe(f"    {question.id}, weight {question.weight}. {question.why}"), style="dim"
            )
    screen.print(
        f"\n{len(version.questions)} questions, {version.minutes} minutes. --xlsx FILE writes a "
        "workbook to send."
    )


@click.command("import")
@click.argument("form", type=click.Choice(_FORMATS), metavar="FORMAT")
@click.argument("file", type=PATH)
@click.option("--answers", type=PATH, help="Answers saved from VSAQ's questionnaire FILE.")
@short_option
@language_option
@click.option(
    "--xlsx", "output", type=PATH, help="Write our questionnaire, filled as far as it goes."
)
@click.option("--vendor", default="", help="Whose answers they are.")
def import_answers(  # one parameter per option
    *,
    form: str,
    file: Path,
    answers: Path | None,
    short: bool,
    language: str,
    output: Path | None,
    vendor: str,
) -> None:
    """Read FILE as FORMAT (auto, caiq, hecvat, vsaq, mvsp) and say what is in it.

    A file that claims a format and holds ids of another is refused with the reasons.
    """
    imported = read_any(read_bytes(file), str(file), None if form == "auto" else Format(form))
    if answers is not None:
        if imported.format is not Format.VSAQ:
            raise ConfigurationError(
                f"--answers is for VSAQ; {imported.format} keeps answers in FILE itself",
                remedy="leave it out",
            )
        imported = add_vsaq_answers(imported, read_bytes(answers), str(answers))
    version = _version(language, short=short)
    found = reuse(imported, version)
    _tell_imported(Screen(), imported, version, found)
    if output is not None:
        submission = new_submission(version, vendor or file.stem, found.answers)
        write_bytes(_xlsx(output), own_workbook(version, submission))
        click.echo(f"Wrote {output} with {len(found.answers)} answers filled in; check each.")


@click.command("score")
@click.argument("file", type=PATH)
@click.option("--explain", is_flag=True, help="Show every question's part of the sum.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def score(*, file: Path, explain: bool, as_json: bool) -> None:
    """The score of a filled workbook FILE, with its arithmetic and what is missing.

    Exit status 1: answers contradict each other, or scored questions are unanswered.
    """
    version, submission = read_own(read_bytes(file), str(file), own_versions())
    found = score_of(version, submission)
    clashes = tuple(each.says for each in contradictions(version, submission))
    if as_json:
        sys.stdout.buffer.write(
            msgspec.json.encode(_json(submission.vendor, version, found, clashes)) + b"\n"
        )
        sys.stdout.buffer.flush()
    else:
        _tell_score(Screen(), submission.vendor, found, clashes, explain=explain)
    raise click.exceptions.Exit(1 if clashes or found.unanswered else 0)


def _version(language: str, *, short: bool) -> TemplateVersion:
    full, brief = own_in(language)
    return brief if short else full


def _xlsx(path: Path) -> Path:
    if path.suffix.lower() != ".xlsx":
        raise ConfigurationError(
            f"a workbook ends in .xlsx, not {path.suffix!r}", remedy="for example acme.xlsx"
        )
    return path


def _tell_imported(
    screen: Screen, imported: Imported, version: TemplateVersion, found: Reuse
) -> None:
    screen.print(safe(f"{imported.title} ({imported.format} {imported.version})"), style="bold")
    counts = {
        "questions": len(imported.questions),
        "controls": imported.controls,
        "tips": len(imported.tips),
        **{
            reply.value: imported.count(reply)
            for reply in Reply
            if imported.answers or reply is Reply.UNANSWERED
        },
    }
    screen.print(", ".join(f"{number} {name}" for name, number in counts.items() if number) + ".")
    for remark in imported.remarks[:_MOST]:
        screen.print(safe(f"  - {remark}"))
    if len(imported.remarks) > _MOST:
        screen.print(f"  - and {len(imported.remarks) - _MOST} more")
    hinted = {hint.ours for hint in found.hints} - {each.question for each in found.answers}
    screen.print(
        f"Of our {len(version.questions)} questions it answers {len(found.answers)}, and has "
        f"something to say to {len(hinted)} more."
    )
    if found.answers:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("our question", no_wrap=True)
        table.add_column("answer", no_wrap=True)
        table.add_column("from", ratio=1)
        for each in found.answers:
            table.add_row(each.question, each.reply.value, safe(each.source))
        screen.print(table)


def _tell_score(
    screen: Screen, vendor: str, found: Score, clashes: tuple[str, ...], *, explain: bool
) -> None:
    screen.print(safe(f"{vendor}: {found.arithmetic}"), style="bold")
    if found.claimed is not None:
        screen.print(f"{percent(found.claimed)} if every 'not applicable' is accepted.")
    screen.print(f"{amount(found.on_word_alone)} of these points rest on the vendor's word alone.")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("section", ratio=1)
    table.add_column("points", justify="right")
    table.add_column("of", justify="right")
    for title, points, possible in found.sections():
        table.add_row(title, amount(points), str(possible))
    screen.print(table)
    for clash in clashes:
        screen.print(safe(f"Contradiction: {clash}"), style="bold")
    if found.unanswered:
        screen.print(
            f"{len(found.unanswered)} scored questions are unanswered and count as nothing."
        )
    lines = found.lines if explain else found.gaps[:_MOST]
    if not lines:
        return
    screen.print("Every question:" if explain else "What cost most:")
    parts = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    parts.add_column("points", justify="right", no_wrap=True)
    parts.add_column("why", max_width=16)
    parts.add_column("question", ratio=1)
    for line in lines:
        earned = f"{amount(line.points)} of {line.possible}" if line.counted else "not counted"
        parts.add_row(earned, line.because.value, safe(line.question.text))
    screen.print(parts)
    if not explain and len(found.gaps) > _MOST:
        screen.print(f"and {len(found.gaps) - _MOST} more; --explain shows all.")


def _json(
    vendor: str, version: TemplateVersion, found: Score, clashes: tuple[str, ...]
) -> Mapping[str, object]:
    return {
        "vendor": vendor,
        "template": version.id,
        "version": version.version,
        "digest": version.digest,
        "score": None if found.value is None else float(found.value),
        "points": float(found.points),
        "possible": found.possible,
        "unanswered": [line.question.id for line in found.unanswered],
        "contradictions": clashes,
        "lines": [
            {
                "question": line.question.id,
                "points": float(line.points),
                "possible": line.possible,
                "because": line.because.value,
            }
            for line in found.lines
        ],
    }
