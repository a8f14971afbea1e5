"""The German of the desk: whole, in force, and kept up with what the desk says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import translation

import midwatch.desk
from midwatch.desk.access.roles import Role
from midwatch.desk.theme.templatetags.midwatch import ago, amount, calendar_day, gravity, lasting
from midwatch.kernel import Level

pytestmark = pytest.mark.any_database

HERE = Path(midwatch.desk.__file__).parent
CATALOGUE = Path("locale", "de", "LC_MESSAGES", "django.po")
HOW = "docs/how-to/translate-the-desk.md says how to mend it"
DAY = 86_400_000_000

# What may stand bare in a template: names and forms of files, keys, a zone; a class of the page.
BARE = {"CSV", "JSON", "Parquet", "OCSF", "UTC", "Midwatch"}
_MARKED = re.compile(
    r"\{%\s*(?:blocktranslate|comment).*?\{%\s*end(?:blocktranslate|comment)\s*%\}"
    r"|\{%\s*block body_class\s*%\}.*?\{%\s*endblock\s*%\}"
    r"|\{#.*?#\}",
    re.DOTALL,
)
_MACHINE = re.compile(r"<(code|pre|kbd|script|style)\b.*?</\1>", re.DOTALL)
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_SPOKEN = re.compile(r'(?:title|aria-label|alt)="([^"]*)"')


@pytest.fixture(scope="module")
def german() -> polib.POFile:
    return polib.pofile(str(HERE / CATALOGUE))


def texts(entry: polib.POEntry) -> list[str]:
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def keys(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], list[str]]:
    return {(each.msgctxt, each.msgid): texts(each) for each in catalogue if not each.obsolete}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


def test_every_text_has_german_that_nobody_doubts(german: polib.POFile) -> None:
    assert len(german) > 1000
    assert [each.msgid for each in german if each.fuzzy or not all(texts(each))] == []


def test_plural_forms_are_two(german: polib.POFile) -> None:
    assert german.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    several = [each for each in german if each.msgid_plural]

    assert several
    assert [each.msgid for each in several if set(each.msgstr_plural) != {0, 1}] == []


def test_placeholders_agree(german: polib.POFile) -> None:
    """A singular may leave the number out, as its source does; a plural may not."""
    wrong = []
    for each in german:
        told = texts(each)
        wanted = placeholders(each.msgid_plural or each.msgid)
        allowed = wanted | placeholders(each.msgid)
        if placeholders(told[-1]) != wanted or not placeholders(told[0]) <= allowed:
            wrong.append(each.msgid)

    assert wrong == []


def test_ends_and_line_breaks_agree(german: polib.POFile) -> None:
    """Texts that are put together keep their spaces; mails keep their lines."""

    def form(text: str) -> tuple[bool, bool, int]:
        return text[:1].isspace(), text[-1:].isspace(), text.count("\n")

    assert [
        each.msgid for each in german if {form(each.msgid)} != set(map(form, texts(each)))
    ] == []


def test_it_is_calm(german: polib.POFile) -> None:
    assert [each.msgid for each in german if any("!" in told for told in texts(each))] == []


def test_what_is_shipped_is_what_is_written(german: polib.POFile) -> None:
    compiled = polib.mofile(str((HERE / CATALOGUE).with_suffix(".mo")))

    assert keys(compiled) == keys(german), HOW


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed")
def test_no_text_of_the_desk_is_missing_and_none_is_left_over(
    german: polib.POFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "desk"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (place / "locale").mkdir()
    monkeypatch.chdir(place)
    with override_settings(LOCALE_PATHS=[place / "locale"]):
        call_command("makemessages", locale=["de"], verbosity=0)
    said = polib.pofile(str(place / CATALOGUE))

    assert keys(said).keys() == keys(german).keys(), HOW


def bare_words(text: str) -> list[str]:
    """What a template says that no translation reaches."""
    left = _TAGS.sub(" ", _MACHINE.sub(" ", _MARKED.sub(" ", text)))
    left = re.sub(r"<[^>]*>", " ", left) + " ".join(_SPOKEN.findall(left))
    return [word for word in re.findall(r"[^\W\d_]{2,}", left) if word not in BARE]


def test_bare_words_are_found() -> None:
    assert bare_words("<p>{% translate 'Name' %} of {{ one }}</p><code>ls</code>") == ["of"]
    assert bare_words('<svg aria-label="Trend"></svg>{# why #}') == ["Trend"]


def test_no_template_says_a_word_by_itself() -> None:
    found = {
        str(path.relative_to(HERE)): words
        for path in sorted(HERE.glob("*/templates/**/*"))
        if path.is_file() and (words := bare_words(path.read_text("utf-8")))
    }

    assert found == {}


def test_dates_take_a_form_that_can_be_translated() -> None:
    fixed = re.compile(r'date:"[a-zA-Z]|date_format\([^()]*(?:\([^()]*\))?[^()_]*, "')
    found = [
        str(path.relative_to(HERE))
        for pattern in ("*/templates/**/*", "**/*.py")
        for path in HERE.glob(pattern)
        if path.is_file() and fixed.search(path.read_text("utf-8"))
    ]

    assert found == []
    assert fixed.search('date_format(date.fromisoformat(told), "j F Y")')
    assert fixed.search('{{ day|date:"j M Y" }}')


def test_numbers_and_times_are_german() -> None:
    with translation.override("de"):
        assert calendar_day("2026-11-22") == "22. November 2026"
        assert amount(48_211) == "48.211"
        assert lasting(3 * DAY) == "3 Tage"
        assert ago(3 * DAY) == "vor 3 Tagen"
        assert ago(1_000_000) == "vor 1 Sekunde"
    with translation.override("en"):
        assert amount(48_211) == "48,211"
        assert ago(3 * DAY) == "3 days ago"


def test_every_level_has_a_word() -> None:
    with translation.override("de"):
        assert [gravity(each) for each in Level] == [
            "zur Kenntnis", "niedrig", "mittel", "hoch", "kritisch",
        ]  # fmt: skip


def test_a_german_browser_gets_german(visitor: Callable[..., Client], world: object) -> None:
    asked = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}

    door = visitor().get("/account/login/", headers=asked)
    queue = visitor(Role.ANALYST).get("/queue/", headers=asked)

    assert '<html lang="de"' in door.text
    assert "Mit einem Passkey anmelden" in door.text
    assert "Vorfälle" in queue.text
    assert "Warteschlange" in queue.text
