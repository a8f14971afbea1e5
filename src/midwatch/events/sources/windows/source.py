"""Windows events: EVTX records and the JSON of Winlogbeat, NXLog, Wazuh and evtx_dump."""

from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.windows.reader import WindowsEvents
from midwatch.events.sources.windows.runs import WindowsRuns

_ORDINARY = WindowsEvents()

SOURCE = Source(
    name="windows",
    title="Windows event log",
    logsource=Logsource(product="windows"),
    marks=(
        '"EventRecordID"',
        '"EventID"',
        '"winlog"',
        '"event_id"',
        '"event_data"',
        '"eventdata"',
        '"SourceName"',
    ),
    priority=10,
    claims=False,
    readers=(_ORDINARY,),
    runs=WindowsRuns(_ORDINARY),
    verbatim=True,
)
