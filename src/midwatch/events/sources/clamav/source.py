"""ClamAV: ``clamd``, ``clamscan`` and the milter."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_DETECT: dict[str, Value] = {"category": "malware", "action": "detect"}

SOURCE = Source(
    name="clamav",
    title="ClamAV",
    logsource=Logsource(category="antivirus", product="clamav"),
    programs=("clamd", "clamav*", "clamscan", "clamdscan", "clamonacc", "freshclam"),
    marks=(" FOUND", " infected by "),
    readers=(
        Patterns(
            Pattern(
                r"(?:-?> )?instream\((?P<src>[^@)]*)@\d+\): (?P<signature>[\w.:/+-]+) FOUND$",
                **_DETECT,
            ),
            Pattern(
                r"(?:-?> )?Message (?P<session>[^ ]+) from <(?P<mail_from>[^>]*)> to <(?P<mail_to>[^>]*)> .*?infected by (?P<signature>[^ ]+)$",
                **_DETECT,
            ),
            Pattern(
                r"(?:-?> )?(?P<file>.*): (?P<signature>[\w.:/+-]+)(?:\([^)]*\))? FOUND$", **_DETECT
            ),
        ),
    ),
)
