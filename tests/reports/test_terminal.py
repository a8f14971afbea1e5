"""The report on a terminal, as transcripts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from midwatch.reports.terminal import can_show_unicode, render_terminal, render_unparsed
from midwatch.reports.values import Attempt, Hour, Report

NIGHT = """\
Midwatch  office.log, vpn.log, auth.log  12 Nov 18:00 – 13 Nov 2026 08:00 (UTC)

  Nobody got in. 186 attempts from 3 addresses, all refused.
  One needs a look: 198.51.100.7 tried 64 VPN passwords for "j.ortiz" in 2
  hours.

  attempts         ▂▁▂▂▁██▂▂▁▁▁▁▁   busiest 23:00–01:00
  VPN guessing         64   198.51.100.7 (AS64500 Example Net, NL)  j.ortiz
  SSH guessing        121   203.0.113.5                             root, admin…
  port scans            1   192.0.2.9                               22, 23, 80 …
  blocked packets  48,211   (background noise, not counted as attempts)

  watched   firewall  ████████████████████████████████████████████████
            mail      ████████████████████████████░░░█████████████████
            SSH       ████████████████████████████████████████████████
            mail silent 02:10–02:55

  not understood: 12 of 61,204 lines  (midwatch check --unparsed shows them)

  could not be read
    old.evtx: its head is damaged → copy it again

  next: reset j.ortiz's VPN password or turn on MFA
  why:  midwatch explain vpn-guessing
"""

BROKEN_IN = """\
Midwatch  office.log, vpn.log, auth.log  12 Nov 18:00 - 13 Nov 2026 08:00 (UTC)

  Somebody got in: 198.51.100.7 guessed the VPN password of "j.ortiz" after 64
  tries.
  Two findings need a look.

  needs a look
  # act   198.51.100.7 guessed the VPN password of "j.ortiz" after 64 tries
          12 Nov 22:00 - 13 Nov 00:00 | vpn.log:4711
  ^ look  FILE01: Security log cleared, by "svc", once
          13 Nov 03:00

  attempts         :.::.@@::.....   busiest 23:00-01:00
  VPN guessing         64   198.51.100.7 (AS64500 Example Net, NL)  j.ortiz
  blocked packets  48,211   (background noise, not counted as attempts)

  watched   firewall  ################################################
            mail      ############################...#################
            SSH       ################################################
            mail silent 02:10-02:55

  All 61,204 lines were understood.

  next: reset j.ortiz's VPN password or turn on MFA
  why:  midwatch explain vpn-guessing
"""

UNPARSED = """\
  12 of 61,204 lines not understood

  logs/office.log:812
    zorg::status=NOMINAL

  and 11 more like these

  1. Take one line of each kind and replace names, addresses and other private
     data.
  2. Open an issue with that line, the product and its version: it is all we
     need.
  3. Or teach Midwatch yourself: see Add a log source in the documentation.
"""


def shown(report: Report, width: int = 80, *, unicode: bool = True) -> str:
    return render_terminal(report, width=width, colour=False, zone=UTC, unicode=unicode)


def test_a_night_with_attempts(office: Report) -> None:
    assert shown(office) == NIGHT


def test_a_break_in_on_a_terminal_without_unicode(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    report = night(replace(story["vpn"], success=True), story["cleared"])

    assert shown(report, unicode=False) == BROKEN_IN


def test_lines_that_were_not_understood(office: Report) -> None:
    assert render_unparsed(office, colour=False) == UNPARSED


def test_when_all_was_understood_there_is_nothing_to_report(night: Callable[..., Report]) -> None:
    assert render_unparsed(night(), colour=False) == "  All 61,204 lines were understood\n"


def test_colour_changes_no_word(office: Report) -> None:
    coloured = render_terminal(office, width=80, colour=True, zone=UTC)
    plain = coloured
    for code in ("0", "1", "2", "31", "32", "33", "1;31"):
        plain = plain.replace(f"\x1b[{code}m", "")

    assert "\x1b[33m" in coloured
    assert plain == NIGHT


@pytest.mark.parametrize("width", [20, 50, 60, 80, 100, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(
    office: Report, hostile: Report, width: int, *, unicode: bool
) -> None:
    for report in (office, hostile):
        lines = shown(report, width, unicode=unicode).splitlines()

        assert max(cell_len(line) for line in lines) <= max(width, 50)
        assert all(line == line.rstrip() for line in lines)


def test_a_narrow_terminal_tells_from_whom_rather_than_at_what(office: Report) -> None:
    lines = [line.split() for line in shown(office, 40).splitlines()]

    assert ["VPN", "guessing", "64", "198.51.100.7"] in lines
    assert ["SSH", "guessing", "121", "203.0.113.5"] in lines


def test_text_from_logs_stays_text(hostile: Report) -> None:
    for said in (shown(hostile), render_unparsed(hostile, colour=False)):
        assert all(line.isprintable() for line in said.splitlines())
        assert "[red]x[/red]" in said
        assert "\\x1b]0;pwned" in said
        said.encode("utf-8")
    assert shown(hostile, unicode=False).isascii()
    assert render_unparsed(hostile, colour=False, unicode=False).isascii()


def test_long_lists_are_cut_and_say_so(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    looks = [replace(story["vpn"], rule_id=f"rule-{count}") for count in range(9)]
    source = night().sources[1]
    said = shown(night(*looks, sources=(source,) * 30, files=("a.log",) * 400))

    assert "and 4 more (midwatch check --html report.html shows all)" in said
    assert "and 18 more\n" in said
    assert "and 26 more fell silent" in said
    assert said.startswith("Midwatch  a.log, a.log, a.log, a.log …  12 Nov")


def test_columns_keep_their_place_beside_wide_letters(
    night: Callable[..., Report], story: dict[str, Attempt]
) -> None:
    report = night(replace(story["ssh"], kind="密码猜测"), story["scan"])
    rows = [
        line for line in shown(report).splitlines() if "203.0.113.5" in line or " 192.0.2.9" in line
    ]
    places = [
        cell_len(row[: row.index(origin)])
        for row, origin in zip(rows, ("203.0.113.5", "192.0.2.9"), strict=True)
    ]

    assert places == [28, 28]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.integers(0, 10**9), max_size=400), st.integers(1, 10**13))
def test_any_hours_make_a_plot(
    night: Callable[..., Report], story: dict[str, Attempt], counts: list[int], length: int
) -> None:
    hours = tuple(Hour(spot * length, count, 0) for spot, count in enumerate(counts))
    said = shown(night(story["scan"], hours=hours, hour_length=length))

    assert max(cell_len(line) for line in said.splitlines()) <= 80
    assert ("  attempts  " in said) is any(counts)


@pytest.mark.parametrize(
    ("encoding", "can"),
    [("utf-8", True), ("ascii", False), ("cp1252", False), (None, False), ("no such", False)],
)
def test_a_stream_says_what_it_can_show(encoding: str | None, *, can: bool) -> None:
    assert can_show_unicode(encoding) is can
