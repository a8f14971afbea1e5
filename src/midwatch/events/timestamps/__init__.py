"""Reads the stamps that log lines carry.

Job: text in, whole microseconds since 1970-01-01 00:00 UTC out, whatever of the many
ways to write a date and a time the product chose.

Rules:

* Nothing here reads the machine's clock or zone. What a stamp does not say (year, zone)
  comes from a `ClockContext`.
* No input raises. A text that is no time is `None`.
* A stamp has a date and a time of day. A bare date or a bare time is no stamp.
* Nanoseconds are cut to microseconds, never rounded. Second 60 is the next second.
* A year that is missing is the latest one that puts the instant at most
  `TOLERATED_AHEAD` after the reference.
* A zone that is missing is the context's. An abbreviation is read as the context's zone
  reads it, if that zone uses it at that moment; otherwise as the fixed offset listed in
  `_zones`. On a stamp without year it is the context's zone whatever its name, since such
  stamps come from network devices, whose operators name the zone as they like. In the
  hour that a zone repeats, the first pass is meant (`fold=0`); in the hour that it skips,
  the offset before the jump is used.
* In `03/04/2024`, a number above 12 is the day. When both could be: `/` puts the month
  first, `.` and `-` the day first, and so does `/` when a colon joins date and time
  (`03/04/2024:06:07:08`, as Citrix writes it). AM or PM does not change this.

It does not know products, levels or fields, and it does not guess that a number is a
time unless it is asked to `read` it or its surroundings say so.

Example:
    >>> reader = StampReader(ClockContext(reference=1_705_276_800_000_000))
    >>> reader.read("Jan  2 03:04:05")
    1704164645000000
    >>> reader.find("<38>1 2024-01-02T03:04:05Z gate sshd - - - accepted")
    (1704164645000000, 6, 26)
    >>> reader.read("10.0.0.1") is None
    True
"""

from midwatch.events.timestamps._reader import (
    TOLERATED_AHEAD,
    ClockContext,
    StampReader,
)

__all__ = ["TOLERATED_AHEAD", "ClockContext", "StampReader"]
