"""Addresses of the analyst's desk."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.triage.views import (
    acts,
    answering,
    exceptions,
    handovers,
    incident,
    notices,
    queue,
)

_ONE = "incident/<reference:reference>/"

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/news/", queue.news, name="queue_news"),
    path("queue/night/", queue.night, name="queue_night"),
    path("incidents/", queue.incidents, name="incidents"),
    path("incidents/list.csv", queue.incidents_csv, name="incidents_csv"),
    path("incidents/list.json", queue.incidents_json, name="incidents_json"),
    path(_ONE, incident.incident, name="incident"),
    path(f"{_ONE}pane/", incident.pane, name="incident_pane"),
    path(f"{_ONE}incident.json", incident.incident_json, name="incident_json"),
    path(f"{_ONE}events/", incident.events, name="incident_events"),
    path(f"{_ONE}line/<name:feed>/<int:number>/", incident.line, name="incident_line"),
    path(f"{_ONE}past/", incident.past, name="incident_past"),
    path(f"{_ONE}acknowledge/", acts.acknowledge, name="incident_acknowledge"),
    path(f"{_ONE}work/", acts.work, name="incident_work"),
    path(f"{_ONE}resolve/", acts.resolve, name="incident_resolve"),
    path(f"{_ONE}reopen/", acts.reopen, name="incident_reopen"),
    path(f"{_ONE}remark/", acts.remark, name="incident_remark"),
    path(f"{_ONE}tick/", acts.tick, name="incident_tick"),
    path(f"{_ONE}assign/", acts.assign, name="incident_assign"),
    path(f"{_ONE}merge/", acts.merge, name="incident_merge"),
    path(f"{_ONE}split/", acts.split, name="incident_split"),
    path(f"{_ONE}reveal/", acts.reveal, name="incident_reveal"),
    path(f"{_ONE}exception/", exceptions.make, name="incident_exception"),
    path(f"{_ONE}write/", notices.write, name="incident_write"),
    path("exceptions/<name:tenant>/", exceptions.exceptions, name="exceptions"),
    path(
        "exceptions/<name:tenant>/<name:exception>/revoke/",
        exceptions.revoke,
        name="exception_revoke",
    ),
    path("handover/", handovers.notes, name="handovers"),
    path("handover/new/", handovers.new, name="handover_new"),
    path("handover/<int:number>/", handovers.note, name="handover"),
    path("handover/<int:number>/change/", handovers.change, name="handover_change"),
    path("answer/<str:token>", answering.answer, name="answer"),
]
