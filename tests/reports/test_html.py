"""The page: whole in itself, harmless, readable by everybody."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from midwatch.kernel import Level
from midwatch.reports.html import render_html
from midwatch.reports.palette import DARK, LIGHT
from midwatch.reports.values import Attacker, Attempt, Report, SourceSeen

VOID = {"meta", "input", "br", "hr", "img", "link", "source", "wbr"}
DRAWN = {"rect", "line", "path", "circle"}


class Outline(HTMLParser):
    """The elements of a page, its ids and links, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title"}:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [str(attrs["id"]) for _tag, attrs in self.elements if "id" in attrs]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


def page_of(report: Report) -> str:
    return render_html(report, zone=UTC)


@pytest.fixture(params=["office", "quiet", "hostile", "nothing", "broken_in"])
def any_page(
    request: pytest.FixtureRequest, night: Callable[..., Report], story: dict[str, Attempt]
) -> str:
    made: dict[str, Callable[[], Report]] = {
        "quiet": night,
        "nothing": lambda: night(lines=0, events=0, files=(), sources=(), hours=(), first=None),
        "broken_in": lambda: night(replace(story["vpn"], success=True), story["cleared"]),
    }
    build = made.get(request.param)
    return page_of(build() if build else request.getfixturevalue(request.param))


def test_every_page_is_well_formed_and_its_links_lead_somewhere(any_page: str) -> None:
    outline = Outline(any_page)

    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    targets = [str(each["href"]) for each in outline.all("a")]
    assert all(target.startswith("#") for target in targets)
    assert {target[1:] for target in targets} <= set(outline.ids)
    referred = [
        part
        for _tag, attributes in outline.elements
        for name in ("aria-labelledby", "aria-describedby", "for")
        for part in str(attributes.get(name) or "").split()
    ]
    assert set(referred) <= set(outline.ids)


def test_every_page_has_its_language_one_title_and_headings_in_order(any_page: str) -> None:
    outline = Outline(any_page)

    assert any_page.startswith("<!doctype html>")
    assert outline.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_no_page_asks_for_anything_from_elsewhere(any_page: str) -> None:
    outline = Outline(any_page)
    loading = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "form",
        "base",
    }

    assert not loading & {tag for tag, _ in outline.elements}
    for _tag, attributes in outline.elements:
        assert not {"src", "srcset", "action", "ping", "style"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
    assert set(re.findall(r"url\(([a-z]+:[a-z/0-9]+)", any_page)) == {"data:font/woff2"}
    assert "@import" not in any_page
    assert not re.search(r"https?:", any_page)


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(any_page: str) -> None:
    style = re.search(r"<style>(.*?)</style>", any_page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(
        str(each["content"])
        for each in Outline(any_page).all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_every_picture_has_its_table(any_page: str) -> None:
    outline = Outline(any_page)
    tables = {str(each.get("id")) for each in outline.all("table")}

    for figure in outline.all("figure"):
        assert figure["data-twin"] in tables
    for picture in outline.all("svg"):
        assert (
            picture.get("aria-hidden") == "true"
            or picture.get("role") == "img"
            or (picture.get("overflow") == "visible")
        )


def test_text_from_logs_is_shown_and_never_acts(hostile: Report) -> None:
    page = page_of(hostile)
    outline = Outline(page)

    assert "<script" not in page
    assert "onerror=alert(1)>" in outline.text
    assert "\\x1b]0;pwned" in outline.text
    assert "{{ 7*7 }}" in outline.text
    assert all(character.isprintable() or character == "\n" for character in page)
    page.encode("utf-8")
    assert "A" * 400 not in page


def test_the_page_answers_first_and_tells_the_story(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    text = Outline(page_of(night(replace(story["vpn"], success=True), story["ssh"]))).text
    told = [
        "Act today",
        'Somebody got in: 198.51.100.7 guessed the VPN password of "j.ortiz" after 64 tries.',
        "reset j.ortiz's VPN password or turn on MFA",
        "midwatch explain vpn-guessing",
        "185 attempts",
        "What needs a look",
        "198.51.100.7 (AS64500 Example Net, NL)",
        "It may be harmless",
        'login failed user="j.ortiz" srcip=198.51.100.7',
        "T1110.001 Password Guessing (attack.mitre.org/techniques/T1110/001)",
        "Attempts by hour",
        "48,211 packets were blocked by the firewall",
        "mail",
        "All 61,204 lines were understood.",
        "This page was made on your machine; nothing was sent anywhere.",
    ]
    places = [text.find(each) for each in told]

    assert -1 not in places
    assert places == sorted(places)


def test_the_parsed_address_is_marked_in_the_raw_line(office: Report) -> None:
    page = page_of(office)

    assert "srcip=<mark>198.51.100.7</mark></code>" in page
    assert "srcip=198.51.100.70</code>" in page


def test_a_quiet_page_says_what_was_checked(night: Callable[..., Report]) -> None:
    text = Outline(page_of(night(sources=(SourceSeen("s", "SSH", 9, 0, 0, 1),)))).text

    assert "Nothing tried to get in; 61,204 lines of 1 source were read." in text
    assert re.search(r"password guessing ?211", text)
    assert "Who tried" not in text


def test_a_page_about_nothing_claims_nothing(night: Callable[..., Report]) -> None:
    report = night(events=0, sources=(), failed_logins=0, logins=0, hours=(), not_understood=9)
    text = Outline(page_of(report)).text

    assert "Nothing can be said yet" in text
    assert "Nothing in these logs needs a person" not in text
    assert "nothing in them could be checked" in text


def test_times_are_the_readers_with_utc_behind_them(office: Report) -> None:
    page = render_html(office, zone=ZoneInfo("Europe/Berlin"))

    assert (
        '<time datetime="2026-11-12T22:00:00Z" '
        'title="2026-11-12 22:00:00 UTC – 2026-11-13 00:00:00 UTC">12 Nov 23:00 – 13 Nov 01:00'
    ) in page


def test_a_huge_report_is_cut_says_so_and_stays_small(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    attempts = tuple(
        replace(story["vpn"], src_ip=f"10.0.{count // 250}.{count % 250}", meaning="m" * 600)
        for count in range(5_000)
    )
    attackers = tuple(
        Attacker(
            str(each.src_ip), True, 64, 0, 1, {"VPN guessing": 64}, Level.HIGH, False,
            network="AS64500 " + "n" * 40, users=("u" * 40,) * 8, ports=(22,) * 8,
        )
        for each in attempts
    )  # fmt: skip
    report = night(*attempts, attackers=attackers, files=("f" * 100,) * 5_000)
    page = page_of(report)

    assert len(page.encode()) < 600_000
    assert len(re.findall(r'id="from-\d+"', page)) == 200
    assert "The first 200 of 5,000 are shown" in page
    assert "4,999 more like it" in page


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_on_paper_long_lists_stay_as_they_are_on_the_screen(office: Report) -> None:
    """A week printed with every line of evidence is forty sheets that nobody reads."""
    page = render_html(office, zone=UTC)
    printed = page[page.index("@media print") :]

    assert "details:not(.screen)::details-content" in printed
    kept = [attrs for attrs in Outline(page).all("details") if "screen" in str(attrs.get("class"))]
    assert len(kept) > 1
    assert all("open" not in attrs for attrs in kept)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_both_themes_keep_the_contrast_of_wcag_aa(theme: dict[str, str]) -> None:
    for ground in ("paper", "glow"):
        for ink in ("ink", "soft", "lamp", "quiet", "look", "act"):
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    for ink in ("ink", "soft"):
        assert contrast(theme[ink], theme["mark"]) >= 4.5, ink
    for mark in ("flame", "line", "seen", "look", "act"):
        assert contrast(theme[mark], theme["paper"]) >= 3, mark
