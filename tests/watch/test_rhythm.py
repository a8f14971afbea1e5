"""When silence is an alarm."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from midwatch.watch.rhythm import DAY, GRACE, HOUR, LONGEST, MINUTE, SECOND, SHORTEST, Rhythm

START = 20_000 * DAY


def spoken(rhythm: Rhythm, begin: int, end: int, every: int) -> Rhythm:
    for time in range(begin, end, every):
        rhythm.hear(time)
    return rhythm


def test_a_chatty_source_is_missed_within_minutes() -> None:
    rhythm = spoken(Rhythm(), START, START + DAY, 10 * SECOND)

    assert rhythm.allowed(START + DAY) == SHORTEST


def test_a_few_lines_to_try_a_new_source_are_no_rhythm() -> None:
    tried = spoken(Rhythm(), START, START + 10 * SECOND, SECOND // 10)
    assert tried.new
    assert tried.allowed(START + 10 * SECOND) == GRACE

    again = spoken(tried, START + 3 * HOUR, START + 3 * HOUR + 10 * SECOND, SECOND // 10)
    assert again.allowed(START + 3 * HOUR) > 8 * HOUR, "it was away for three hours before"

    at_work = spoken(Rhythm(), START, START + 11 * MINUTE, 10 * SECOND)
    assert not at_work.new
    assert at_work.allowed(START + 11 * MINUTE) == SHORTEST


def test_a_source_that_writes_every_two_hours_is_not_missed_in_between() -> None:
    rhythm = Rhythm()
    for number in range(30):
        begins = START + number * 2 * HOUR
        if number >= 2:
            alarm = rhythm.alarm_at()
            assert alarm is not None
            assert alarm > begins
        spoken(rhythm, begins, begins + 10 * SECOND, SECOND)
    assert not rhythm.new


def test_what_an_earlier_version_learnt_is_still_known() -> None:
    rhythm = spoken(Rhythm(), START, START + 2 * DAY, 10 * SECOND)
    earlier = msgspec.to_builtins(rhythm)
    del earlier["heard"]

    restored = msgspec.convert(earlier, Rhythm)
    assert not restored.new
    restored.hear(START + 2 * DAY)
    assert restored.allowed(START + 2 * DAY) == SHORTEST


def test_silence_of_three_times_the_usual_gap_is_an_alarm() -> None:
    rhythm = spoken(Rhythm(), START, START + 2 * DAY, 10 * MINUTE)

    assert rhythm.usual(START + 2 * DAY) == 10 * MINUTE
    assert rhythm.alarm_at() == START + 2 * DAY - 10 * MINUTE + 30 * MINUTE


def test_a_quiet_night_is_usual_once_it_was_seen() -> None:
    rhythm = Rhythm()
    for day in range(5):
        midnight = START + day * DAY
        spoken(rhythm, midnight + 8 * HOUR, midnight + 18 * HOUR, MINUTE)

    evening = START + 4 * DAY + 18 * HOUR
    assert rhythm.allowed(evening) > 14 * HOUR
    assert rhythm.allowed(START + 4 * DAY + 13 * HOUR) == SHORTEST


def test_an_outage_does_not_make_the_next_one_usual() -> None:
    rhythm = spoken(Rhythm(), START, START + 6 * DAY, MINUTE)
    back = START + 6 * DAY + 10 * HOUR
    spoken(rhythm, back, back + 2 * HOUR, MINUTE)

    assert rhythm.allowed(back + 2 * HOUR) == SHORTEST


def test_before_anything_is_learnt_an_hour_is_allowed() -> None:
    rhythm = Rhythm()
    rhythm.hear(START)

    assert rhythm.allowed(START) == HOUR


def test_a_source_that_never_spoke_has_no_alarm_of_its_own() -> None:
    assert Rhythm().alarm_at() is None


def test_a_persons_setting_wins() -> None:
    rhythm = spoken(Rhythm(), START, START + DAY, 10 * SECOND)

    assert rhythm.allowed(START + DAY, fixed=90 * SECOND) == 90 * SECOND


@given(st.lists(st.integers(1, 3 * DAY), min_size=1, max_size=60))
def test_silence_is_always_alarmed_within_its_bounds(gaps: list[int]) -> None:
    rhythm, time = Rhythm(), START
    for gap in gaps:
        rhythm.hear(time)
        time += gap
        assert SHORTEST <= rhythm.allowed(time) <= LONGEST
    kept = msgspec.json.decode(msgspec.json.encode(rhythm), type=Rhythm)
    assert kept == rhythm
    assert rhythm.alarm_at() is not None
