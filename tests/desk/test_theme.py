"""What all pages share."""

from midwatch.desk.theme.colours import PLACE, colours_css


def test_the_colours_are_the_palettes() -> None:
    assert PLACE.read_text("utf-8") == colours_css(), (
        "write them anew: python -m midwatch.desk.theme.colours"
    )
