"""Whether a source was heard, cell by cell."""

from midwatch.tenants import Feed
from midwatch.watch.coverage import Cell, gravest, is_silent, runs, strip
from midwatch.watch.health import CELL, Concern, FeedHealth
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, Rhythm

START = 500_000 * HOUR
GATE = Feed("gate", "harbour", "main", "Gate")


def heard(*minutes: int) -> FeedHealth:
    rhythm = Rhythm()
    for minute in minutes:
        rhythm.hear(START + minute * MINUTE)
    return FeedHealth("gate", "harbour", START + minutes[-1] * MINUTE, 0, rhythm)


def letters(cells: tuple[Cell, ...]) -> str:
    return "".join(cell.value[0] if cell is not Cell.SILENT else "X" for cell in cells)


def test_a_cell_says_seen_thin_silent_or_outside() -> None:
    health = heard(*range(10, 90))  # long enough to know that it never pauses
    counts = [0, 0, 200, 200, 3, 200, 0, 0, 200, 200, 200, 200]

    assert letters(strip(GATE, health, counts, START)) == "oosstsXXssss"


def test_a_new_source_that_stopped_is_silent_after_an_hour() -> None:
    tried = heard(0, 1, 2)
    hour, more = [9] + [0] * 11, [9] + [0] * 12

    assert letters(strip(GATE, tried, hour, START)) == "s" + "i" * 11
    assert letters(strip(GATE, tried, more, START)) == "s" + "X" * 12
    assert not is_silent(GATE, tried, START + 61 * MINUTE)
    assert is_silent(GATE, tried, START + 62 * MINUTE)


def test_a_source_that_often_pauses_is_idle_then() -> None:
    health = heard(0, 40, 80, 120)
    counts = [0] * 24
    for minute in (0, 40, 80):
        counts[minute // 5] = 1

    assert "X" not in letters(strip(GATE, health, counts, START))


def test_a_silence_that_was_alarmed_stays_in_the_strip_though_it_was_learnt_since() -> None:
    health = heard(0, 200, 201)
    counts = [1, *[0] * 39, 1]
    alarm = Concern("silence", "gate", "harbour", START + 60 * MINUTE, START, START + HOUR * 3, "")

    assert letters(strip(GATE, health, counts, START)) == "s" + "i" * 39 + "s"
    assert letters(strip(GATE, health, counts, START, silences=[alarm])) == "s" + "X" * 39 + "s"


def test_a_silence_within_an_hour_marks_the_hour() -> None:
    health = heard(*range(180))
    alarm = Concern(
        "silence", "gate", "harbour", START + 70 * MINUTE, START, START + 90 * MINUTE, ""
    )

    cells = strip(GATE, health, [50, 40, 50], START, length=HOUR, silences=[alarm])

    assert letters(cells) == "sXs"


def test_a_source_that_never_spoke_is_outside_and_not_silent() -> None:
    assert letters(strip(GATE, None, [0, 0], START)) == "oo"
    assert not is_silent(GATE, None, START + DAY)


def test_a_paused_source_is_not_silent() -> None:
    health = heard(*range(60))
    paused = Feed("gate", "harbour", "main", "Gate", paused=True)
    counts = [9] * 12 + [0] * 12

    assert letters(strip(GATE, health, counts, START)).endswith("X" * 12)
    assert letters(strip(paused, health, counts, START)).endswith("i" * 12)
    assert is_silent(GATE, health, START + 3 * HOUR)
    assert not is_silent(paused, health, START + 3 * HOUR)


def test_neighbours_that_say_the_same_are_one_run() -> None:
    cells = (Cell.SEEN, Cell.SEEN, Cell.SILENT)

    assert [(run.cell, run.lines, run.length) for run in runs(cells, [3, 4, 0], START, CELL)] == [
        (Cell.SEEN, 7, 2 * CELL), (Cell.SILENT, 0, CELL),
    ]  # fmt: skip
    assert gravest([cells, (Cell.IDLE, Cell.THIN, Cell.SEEN)]) == (
        Cell.SEEN, Cell.THIN, Cell.SILENT,
    )  # fmt: skip
