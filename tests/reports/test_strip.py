"""The strip says when a source wrote, and never loses a silence."""

from dataclasses import replace
from datetime import UTC

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midwatch.reports.charts import hours_chart, strip_runs, time_axis
from midwatch.reports.strip import Cell, busiest, resampled, strip_cells
from midwatch.reports.values import Gap, Hour, Report, SourceSeen

MINUTE = 60_000_000


def source(
    cells: tuple[int, ...], *gaps: Gap, first: int = 0, last: int | None = None
) -> SourceSeen:
    end = len(cells) * 5 * MINUTE if last is None else last
    return SourceSeen("s", "s", sum(cells), 0, first, end, cells, gaps)


def cells_of(seen: SourceSeen, report: Report, width: int) -> str:
    letters = {Cell.SEEN: "#", Cell.THIN: "t", Cell.IDLE: "_", Cell.SILENT: "!", Cell.OUTSIDE: " "}
    strip = replace(report, strip_start=0, strip_cell=5 * MINUTE, sources=(seen,))
    return "".join(letters[cell] for cell in strip_cells(seen, strip, width))


def test_each_cell_has_one_of_five_meanings(office: Report) -> None:
    gap = Gap(20 * MINUTE, 30 * MINUTE)
    seen = source((0, 50, 0, 2, 0, 0, 50, 50, 50, 0), gap, first=6 * MINUTE, last=44 * MINUTE)

    assert cells_of(seen, office, 48) == " #_t!!### "


def test_a_short_silence_survives_resampling(office: Report) -> None:
    gap = Gap(500 * 5 * MINUTE, 507 * 5 * MINUTE)
    seen = source(tuple(0 if 500 <= spot < 507 else 9 for spot in range(2016)), gap)

    assert cells_of(seen, office, 48).count("!") == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 99), max_size=400),
    st.integers(1, 90),
    st.integers(0, 10**11),
    st.integers(1, 10**11),
)
def test_resampling_keeps_every_line_and_every_silence(
    office: Report, cells: list[int], width: int, start: int, length: int
) -> None:
    assert sum(resampled(cells, width)) == sum(cells)
    end = len(cells) * 5 * MINUTE
    gap = Gap(start, min(start + length, end))
    said = cells_of(source(tuple(cells), gap), office, width)
    assert len(said) == min(len(cells), width)
    if gap.end > gap.start:
        assert "!" in said


def test_the_busiest_stretch_is_named() -> None:
    hours = [Hour(spot, count, 0) for spot, count in enumerate((1, 0, 8, 9, 4, 9, 0))]

    assert busiest(hours, 1) == (2, 4)
    assert busiest([Hour(0, 0, 5)], 1) is None


def test_the_axis_names_hours_of_a_night_and_days_of_a_week() -> None:
    hour = 60 * MINUTE
    day = 24 * hour

    assert [tick.text for tick in time_axis(0, day, UTC)] == [
        *("1 Jan", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00")
    ]
    assert [tick.text for tick in time_axis(0, 7 * day, UTC)] == [f"{n} Jan" for n in range(1, 8)]
    assert len(time_axis(0, 62 * day, UTC)) <= 10
    assert time_axis(5, 5, UTC) == ()


def test_the_chart_scales_to_its_highest_column(office: Report) -> None:
    chart = hours_chart(office, UTC)

    assert chart is not None
    assert [tick.text for tick in chart.up] == ["100", "50"]
    assert [bar.busy for bar in chart.bars] == [False, False, False, True, True, False, False]
    assert chart.bars[4].title == "13 Nov 00:00–01:00: 90 attempts"


def test_equal_cells_are_drawn_as_one_run(office: Report) -> None:
    runs = strip_runs(office.sources[1], office, UTC)

    assert [run.cell for run in runs] == [Cell.SEEN, Cell.SILENT, Cell.SEEN]
    assert runs[1].title == "silent 13 Nov 02:10–02:55"
