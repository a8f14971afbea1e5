"""The page behind the link in a mail. Looking changes nothing; the button does."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from midwatch.desk.access.answers import Answers
from midwatch.desk.access.pages import public
from midwatch.desk.theme.stories import standing, story
from midwatch.desk.triage.visits import address_of
from midwatch.kernel import BadInputError
from midwatch.reports.amounts import begun
from midwatch.reports.incident_telling import steps


@public("the link in a mail is what lets in; it shows what the mail said and acknowledges that")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What the mail said, and a button to answer for it."""
    now = time.time_ns() // 1000
    answers = Answers(now, address_of(request))
    if not answers.allowed():
        return _private(render(request, "triage/answer_wait.html", status=429))
    done = False
    try:
        if request.method == "POST":
            incident = answers.acknowledge(token)
            done = True
        else:
            incident = answers.look(token)
    except BadInputError as error:
        return _private(render(request, "triage/answer_no.html", {"error": error}, status=404))
    told = {
        "incident": incident,
        "client": answers.client(incident),
        "sentence": begun(story(incident)),
        "standing": standing(incident, now),
        "steps": steps(incident),
        "done": done,
    }
    return _private(render(request, "triage/answer.html", told))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response
