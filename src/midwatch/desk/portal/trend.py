"""The attempts of the last days as bars."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.desk.portal.periods import Calendar, Day


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the trend: place and width in per cent, top and height in pixels of 48."""

    day: Day
    x: str
    width: str
    y: str
    height: str
    today: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of a client, as it is drawn."""

    tenant: str
    bars: tuple[Bar, ...]


def trend_of(tenant: str, calendar: Calendar) -> Trend:
    """The days of the trend as bars."""
    days = calendar.trend()
    most = max((day.attempts for day in days), default=0)
    step = 100 / len(days)
    heights = [max(2.0, 48 * day.attempts / most) if day.attempts else 0 for day in days]
    return Trend(
        tenant,
        tuple(
            Bar(
                day,
                f"{number * step + step * 0.12:.2f}%",
                f"{step * 0.76:.2f}%",
                f"{48 - height:.1f}",
                f"{height:.1f}",
                day.date == calendar.today,
            )
            for number, (day, height) in enumerate(zip(days, heights, strict=True))
        ),
    )
