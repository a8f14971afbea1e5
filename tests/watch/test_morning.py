"""The morning check's own figures agree with each other."""

from __future__ import annotations

import gc
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midwatch.events.catalogue import all_sources
from midwatch.intake.folder import find_logs
from midwatch.reports.values import Report
from midwatch.rules import __file__ as rules_file
from midwatch.rules import load_rules
from midwatch.watch.morning import CheckPlan, MorningCheck
from midwatch.watch.sample_office import write_sample_office
from midwatch.watch.streams import Clock

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> CheckPlan:
    """The check of the sample office, whose logs are those of a week before ``MORNING``."""
    folder = tmp_path_factory.mktemp("office")
    for path in write_sample_office(folder, MORNING):
        os.utime(path, (MORNING.timestamp(), MORNING.timestamp()))
    return CheckPlan(
        finding=find_logs([folder]),
        rules=load_rules([Path(rules_file).parent / "pack"]),
        clock=Clock(UTC, int(MORNING.timestamp() * 1_000_000)),
        zone_name="UTC",
        sources=all_sources(),
    )


@pytest.fixture(scope="module")
def report(plan: CheckPlan) -> Report:
    return MorningCheck(plan).run()


def test_the_headline_counts_what_the_table_lists(report: Report) -> None:
    assert report.attempt_count == sum(row.count for row in report.kinds)
    assert report.origin_count == len(report.attackers)


def test_the_plot_shows_attempts_and_neither_packets_nor_logins(report: Report) -> None:
    assert sum(hour.attempts for hour in report.hours) == pytest.approx(
        report.attempt_count, rel=0.1
    )
    assert report.blocked > 10 * report.attempt_count
    assert report.logins > report.attempt_count


def test_every_line_is_accounted_for(report: Report) -> None:
    assert report.lines == report.events + report.not_understood
    assert report.events == sum(source.lines for source in report.sources)


def test_lines_of_other_times_are_left_aside_and_accounted_for(plan: CheckPlan) -> None:
    assert plan.until is None
    none = MorningCheck(replace(plan, until=1)).run()
    assert (none.events, none.first, none.attempts) == (0, None, ())
    assert none.outside == none.lines - none.not_understood > 0


def test_what_was_read_is_let_go_of_without_the_collector(plan: CheckPlan) -> None:
    check = MorningCheck(plan)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        check.run()
        gc.collect()
        left = Counter(type(each).__name__ for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert {"EventBatch", "ChunkBatch", "Chunk", "Matched", "Arrangement"}.isdisjoint(left)


def test_the_order_of_the_files_does_not_matter(plan: CheckPlan, report: Report) -> None:
    finding = replace(plan.finding, sets=plan.finding.sets[::-1])
    again = MorningCheck(replace(plan, finding=finding)).run()
    assert (again.attempts, again.kinds, again.hours) == (
        report.attempts, report.kinds, report.hours,
    )  # fmt: skip


def test_a_file_that_proves_unreadable_is_not_among_those_read(
    plan: CheckPlan, tmp_path: Path
) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(b"ElfFile\x00" + bytes(50))
    told = MorningCheck(replace(plan, finding=find_logs([path]))).run()
    assert told.files == ()
    assert [trouble.place for trouble in told.troubles] == [str(path)]
