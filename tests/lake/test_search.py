"""The search language: text to tree to text, and tree to SQL over real rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.lake import LakeReader, LakeWriter, Placed
from midwatch.lake.search import (
    Not,
    Query,
    SearchClock,
    SearchError,
    Term,
    Word,
    all_of,
    any_of,
    compile_search,
    parse,
    written,
)

NOW = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1_000_000)
SECOND = 1_000_000
CLOCK = SearchClock(NOW)


@pytest.fixture(scope="module")
def find(
    tmp_path_factory: pytest.TempPathFactory,
    place: Callable[..., list[Placed]],
    ssh: tuple[str, ...],
) -> Callable[[str], list[int]]:
    """Searches a small lake; the lines found."""
    lake = tmp_path_factory.mktemp("state") / "lake"
    LakeWriter(lake).commit(place(ssh), "spool", 1)

    def search(text: str) -> list[int]:
        asked = compile_search(parse(text), CLOCK)
        reader = LakeReader(lake, ["acme"], since=asked.since, until=asked.until)
        sql = f"SELECT line FROM events WHERE {asked.where} ORDER BY line"  # noqa: S608  # what is tested
        return [line for (line,) in reader.query(sql, asked.parameters).rows]

    return search


@pytest.mark.parametrize(
    ("search", "lines"),
    [
        ("", [1, 2, 3, 4]),
        ("failed PASSWORD", [1]),
        ('"failed password"', [1]),
        ('"password failed"', []),
        ("203.0.113.9", [1]),
        ("-sshd", [3]),
        ("NOT sshd", [3]),
        ("100%", []),
        ("src_ip:203.0.113.0/24", [1]),
        ("src_ip:203.0.113.9", [1]),
        ("src_ip:203.0.*", [1]),
        ("src_ip:203.0.113.1..203.0.113.10", [1]),
        ("ip:2001:db8::/32", [4]),
        ("src_ip:2001:0DB8:0::9", [4]),
        ("-src_ip:203.0.113.0/24", [2, 3, 4]),
        ("user:ROOT", [1]),
        ("user:r*t", [1]),
        ('user:"r*t"', []),
        ("username:root", [1]),
        ("TargetUserName:root", [1]),
        ("outcome:failure", [1, 4]),
        ("port:>4022", [2, 4]),
        ("port:4022..4023", [1, 2]),
        ("src_port:<=4022", [1]),
        ("has:user", [1, 2, 4]),
        ("-has:user", [3]),
        ('user:""', [3]),
        ("parsed:false", [3]),
        ("user:root OR user:mia", [1, 2]),
        ("(user:root OR user:mia) outcome:success", [2]),
        ("outcome:success user:root OR user:mia", [2]),
        ("since:1h", [1, 2, 3]),
        ("until:1h", [4]),
        ("time:2026-11-19", [4]),
        ("time:2026-11-19..2026-11-20", [1, 2, 3, 4]),
        ("time:>=2026-11-20T11:59:59", [2, 3]),
        ("time:2026-11-20T11:59", [1, 2]),
        ("-time:2026-11-20", [4]),
        ("feed:gate office:hq tenant:acme", [1, 2, 3, 4]),
        ("id:spool-1-3", [3]),
        ("fields.nothing:x", []),
    ],
)
def test_a_search_finds(find: Callable[[str], list[int]], search: str, lines: list[int]) -> None:
    assert find(search) == lines


@pytest.mark.parametrize(
    ("search", "position", "says"),
    [
        ("usr:root", 1, "did you mean user"),
        ("outcome:failure prot:22", 17, "did you mean port"),
        ("port:abc", 1, "'abc' is no whole number"),
        ("src_ip:300.1.1.1", 1, "no address or network"),
        ("src_ip:>203.0.113.1", 1, "not compared"),
        ("since:yesterday", 1, "'yesterday' is no time"),
        ("since:>7d", 1, "takes one time"),
        ("time:2026-13-01", 1, "is no time"),
        ("port:1..", 1, "is no range"),
        ("parsed:maybe", 1, "true or false"),
        ("user:", 1, "has no value"),
        ('"open', 1, "not closed"),
        ('a user:"open', 8, "not closed"),
        ("(a", 1, "not closed"),
        ("a)", 2, "never opened"),
        ("a OR", 3, "nothing behind it"),
        ("OR a", 1, "nothing in front"),
        ("a NOT", 3, "nothing is denied"),
        ('""', 1, "empty text"),
        ("x" * 5000, 4000, "longer than"),
        ("(" * 60 + "a" + ")" * 60, 51, "too many parentheses"),
        ("has:nothing", 1, "there is no field 'nothing'"),
        ("n0:5", 1, "there is no field 'n0'"),
        ("fields.x:1..2", 1, "have no ranges"),
    ],
)  # fmt: skip
def test_a_faulty_search_says_where_and_what_to_do(search: str, position: int, says: str) -> None:
    with pytest.raises(SearchError) as caught:
        compile_search(parse(search), CLOCK)
    assert caught.value.position == position
    assert says in str(caught.value)
    assert caught.value.remedy


def test_dates_are_days_of_the_zone() -> None:
    berlin = SearchClock(NOW, ZoneInfo("Europe/Berlin"))
    asked = compile_search(parse("time:2026-10-25"), berlin)

    assert asked.since is not None
    assert asked.until is not None
    assert asked.until - asked.since == 25 * 3600 * SECOND, "the clocks go back that day"
    assert asked.since == int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) * SECOND


def test_every_value_is_a_parameter() -> None:
    asked = compile_search(
        parse('user:"\'; DROP VIEW events; --" "\' OR 1=1" fields.a\'b:c'), CLOCK
    )

    assert "DROP" not in asked.where
    assert "1=1" not in asked.where
    assert asked.where.count("?") == len(asked.parameters)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAMES = st.from_regex(r"[A-Za-z_@#][A-Za-z0-9_.@#-]{0,10}", fullmatch=True)
BARE = st.from_regex(r"[A-Za-z0-9*/]{1,8}", fullmatch=True)
TERMS = (
    st.builds(Term, NAMES, st.sampled_from(["=", ">", ">=", "<", "<="]), BARE)
    | st.builds(
        Term, NAMES, st.sampled_from(["=", ">"]), st.text(max_size=8), quoted=st.just(value=True)
    )
    | st.builds(Term, NAMES, st.just(".."), BARE, BARE)
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    st.builds(Word, TEXT) | TERMS,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.lists(parts, min_size=1, max_size=3).map(lambda each: all_of(*each)),
        st.lists(parts, min_size=1, max_size=3).map(lambda each: any_of(*each)),
    ),
    max_leaves=8,
)


@given(QUERIES)
def test_what_is_written_is_parsed_to_the_same(query: Query) -> None:
    assert parse(written(query)) == query


@given(st.text(st.sampled_from('ab:"()-.<>*\\ 1/') | st.characters(), max_size=40))
def test_any_text_is_a_search_or_says_why_not(text: str) -> None:
    try:
        query = parse(text)
    except SearchError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017  # most texts raise nothing
        return
    assert parse(written(query)) == query
