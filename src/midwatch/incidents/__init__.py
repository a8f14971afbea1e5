"""From alerts to a person who answers: what is decided, without touching anything.

Alerts become signals; signals that belong together become one incident; a policy says who
is told of it, when, over which channel, and who is next when nobody answers. All of it is
pure: time is an argument, and what is remembered lies behind ``IncidentStore``. The room
``paging`` keeps and sends.

>>> from midwatch.kernel import Level
>>> signal = Signal(id="a1", tenant="office", rule="r", title="SSH guessing",
...     level=Level.MEDIUM, category="credential_attack", addresses=("198.51.100.7",))
>>> incident = open_incident(signal, Grouping(), now=0)
>>> incident.state, incident.priority, incident.waiting
(<IncidentState.NEW: 'new'>, <Priority.P3: 'P3'>, True)
>>> answer(incident, by="j.ortiz", now=60_000_000).state
<IncidentState.ACKNOWLEDGED: 'acknowledged'>
"""

from midwatch.incidents.deciding import due, next_due
from midwatch.incidents.deliveries import Delivery, DeliveryCause, DeliveryState
from midwatch.incidents.enrichment import Knowledge
from midwatch.incidents.exceptions import AlertException, Preview
from midwatch.incidents.grouping import Grouping, open_incident
from midwatch.incidents.incident import AlarmCause, Incident, IncidentKind, answer
from midwatch.incidents.lines import Lines, lines_behind
from midwatch.incidents.policies import Policy, check_policy
from midwatch.incidents.policy_texts import read_policy
from midwatch.incidents.services import Filed, Incidents, IncidentStore, Outcome
from midwatch.incidents.signals import OWN_CATEGORY, Signal, signal_of
from midwatch.incidents.states import Change, Disposition, IncidentState, Priority

__all__ = [
    "OWN_CATEGORY",
    "AlarmCause",
    "AlertException",
    "Change",
    "Delivery",
    "DeliveryCause",
    "DeliveryState",
    "Disposition",
    "Filed",
    "Grouping",
    "Incident",
    "IncidentKind",
    "IncidentState",
    "IncidentStore",
    "Incidents",
    "Knowledge",
    "Lines",
    "Outcome",
    "Policy",
    "Preview",
    "Priority",
    "Signal",
    "answer",
    "check_policy",
    "due",
    "lines_behind",
    "next_due",
    "open_incident",
    "read_policy",
    "signal_of",
]
