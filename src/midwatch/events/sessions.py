"""What the lines of one session carry over to the later ones (see ``source.Carry``).

Process and connection numbers come round again: a line whose first carried column (the
address) differs from what is remembered begins a new session.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.source import Carry, Form, Reading, Value

_ABSENT: Final = -1
_Places = tuple[int, tuple[int, ...]]


class SessionMemory:
    """Remembers, per source, host and session, the last reading that was complete.

    Bounded: when more sessions are open than ``Carry.limit``, the oldest half is forgotten.
    """

    def __init__(self) -> None:
        """Empty; one for each stream."""
        self._sessions: dict[str, dict[tuple[str | None, Value], Reading]] = {}
        self._places: dict[str, dict[Form, _Places]] = {}
        self._forms: dict[tuple[Form, tuple[str, ...]], Form] = {}

    def carry(
        self, carry: Carry, source: str, host: str | None, process: int | None, reading: Reading
    ) -> Reading:
        """The reading, completed from earlier lines of its session."""
        form, values = reading
        try:
            key_place, places = self._places[source][form]
        except KeyError:
            key_place, places = self._place(carry, source, form)
        key: Value = process if carry.key == "pid" else None
        if key_place != _ABSENT:
            key = values[key_place]
        if key is None:
            return reading
        sessions = self._sessions[source]
        session = (host, key)
        for place in places:
            if place == _ABSENT or values[place] is None:
                known = sessions.get(session)
                if known is not None:
                    reading = self._completed(carry, reading, known)
                break
        if session not in sessions and len(sessions) >= carry.limit:
            for old in list(sessions)[: carry.limit // 2]:
                del sessions[old]
        sessions[session] = reading
        return reading

    def _place(self, carry: Carry, source: str, form: Form) -> _Places:
        def place(column: str) -> int:
            return form.names.index(column) if column in form.names else _ABSENT

        found = (place(carry.key), tuple(place(column) for column in carry.columns))
        self._places.setdefault(source, {})[form] = found
        self._sessions.setdefault(source, {})
        return found

    def _completed(self, carry: Carry, reading: Reading, known: Reading) -> Reading:
        form, values = reading
        here = dict(zip(form.names, values, strict=True))
        before = dict(zip(known[0].names, known[1], strict=True))
        first = carry.columns[0]
        if here.get(first) is not None and before.get(first) not in (None, here[first]):
            return reading
        missing = [
            column
            for column in carry.columns
            if here.get(column) is None
            and column not in form.constants
            and before.get(column) is not None
        ]
        if not missing:
            return reading
        added = tuple(column for column in missing if column not in here)
        extended = self._forms.get((form, added))
        if extended is None:
            extended = Form(form.names + added, form.constants, form.vendor)
            self._forms[form, added] = extended
        for column in missing:
            here[column] = before[column]
        return extended, tuple([here[name] for name in extended.names])
