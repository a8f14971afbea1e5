"""systemd and its daemons: units, sessions, the clock.

``New session 4 of user eve`` is a session only: the program that let eve in says how.
"""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="systemd",
    title="systemd",
    logsource=Logsource(product="linux", service="syslog"),
    programs=("systemd", "systemd-*", "(systemd)", "polkitd", "dbus-daemon", "dbus", "init"),
    readers=(
        Patterns(
            Pattern(r"New session (?P<session>[^ ]+) of user (?P<user>[^ ]+?)\.? *$"),
            Pattern(r"New session '(?P<session>[^']*)' of user '(?P<user>[^']*)'"),
            Pattern(r"Removed session (?P<session>[^ ]+?)\. *$", action="logout"),
            Pattern(r"Session (?P<session>[^ ]+) logged out", action="logout"),
            Pattern(r"Started Session (?P<session>[^ ]+) of [Uu]ser (?P<user>[^ ]+?)\. *$"),
            Pattern(
                r"Operator of unix-[a-z]+:(?P<session>[^ ]+) FAILED to authenticate (?:to gain authorization )?(?:for action (?P<policy>[^ ]+))?",
                outcome="failure",
                action="privilege",
            ),
            Pattern(
                r"Operator of unix-[a-z]+:(?P<session>[^ ]+) successfully authenticated (?:as unix-user:(?P<user>[^ ]+) )?(?:to gain [A-Za-z]+ authorization )?(?:for action (?P<policy>[^ ]+))?",
                outcome="success",
                action="privilege",
            ),
            category="authentication",
        ),
        Patterns(
            Pattern(r"(?P<unit>[^ :]+): (?P<why>Main process exited, code=[^,]*, status=[^\n]*)"),
            Pattern(r"(?P<unit>[^ :]+): (?P<why>Failed with result '[^']*')"),
            Pattern(
                r"(?P<why>Failed to start|Started|Starting|Stopped|Stopping|Finished|Reached target|Reloading|Reloaded|Listening on|Created slice|Removed slice) (?P<unit>[^\n]*)"
            ),
            Pattern(r"(?P<why>Time has been changed)"),
            Pattern(
                r"(?P<unit>[^ :]+\.(?:service|socket|timer|mount|scope|slice|target|path)): (?P<why>[^\n]*)"
            ),
            category="system",
        ),
    ),
)
