"""Which calls systems get that follow along: one for each time an incident changes for people.

A change is what stands in its history: a state, a severity, a remark, a merge. Alerts that merely
join are none, as there may be thousands. Pure: of the incident, its policy and the moment.
"""

from __future__ import annotations

from midwatch.incidents.deliveries import Delivery, DeliveryCause
from midwatch.incidents.incident import Incident
from midwatch.incidents.policies import Policy
from midwatch.incidents.states import IncidentState
from midwatch.kernel import derived_id


def followed(incident: Incident, policy: Policy, now: int) -> list[Delivery]:
    """The calls about what happened to it at this very moment; none where nothing did.

    ``now``: UTC microseconds, the time that the change bears. Planned again they have the same ids.
    """
    cause = _cause(incident, now)
    if cause is None:
        return []
    return [
        Delivery(
            id=derived_id(
                "follow", incident.id, len(incident.history), cause, each.title,
                each.reach.channel, each.reach.address,
            ),
            tenant=incident.tenant,
            incident=incident.id,
            alarm=0,
            person=each.title,
            channel=each.reach.channel,
            address=each.reach.address,
            due=now,
            next=now,
            cause=cause,
        )
        for each in policy.followers
        if cause.value in each.of
    ]  # fmt: skip


def _cause(incident: Incident, now: int) -> DeliveryCause | None:
    if incident.opened == now and incident.state is IncidentState.NEW:
        return DeliveryCause.OPENED
    changes = [each for each in incident.history if each.at == now]
    if not changes:
        return None
    over = changes[-1].went is IncidentState.RESOLVED and changes[0].came is not changes[-1].went
    return DeliveryCause.RESOLVED if over else DeliveryCause.CHANGED
