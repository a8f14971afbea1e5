"""The vendor's pages behind a link: opened by a code, answered section by section, handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.asked import client_called
from midwatch.desk.access.pages import public
from midwatch.desk.access.rows import rows
from midwatch.desk.access.telling import told
from midwatch.desk.answers import answering, links
from midwatch.desk.answers.answering import Typed, may_write
from midwatch.desk.answers.forms import DelegateForm
from midwatch.desk.answers.models import Link, Remark
from midwatch.desk.answers.papers import LARGEST
from midwatch.desk.answers.selectors import Part, Row, Whole
from midwatch.desk.answers.speaking import page_for
from midwatch.desk.answers.words import OWNERSHIPS
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import Answer, Kind, Reply

WHY: Final = "a vendor answers without an account: the link and a code by mail let in"
_GONE, _TOO_MANY = 410, 429


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was opened, and what lies behind it."""

    request: HttpRequest
    token: str
    link: Link
    whole: Whole
    client: str

    @property
    def words(self) -> dict[str, object]:
        """What every page of it may count on."""
        return {
            "token": self.token, "link": self.link, "whole": self.whole, "client": self.client,
            "asking": self.whole.asking, "version": self.whole.version,
            "mail": links.mail_works(),
        }  # fmt: skip

    def to(self, name: str, *args: object) -> HttpResponse:
        """Go on to another page of it."""
        return redirect(name, self.token, *args)


_Given = ParamSpec("_Given")
Inside = Callable[Concatenate[Opened, _Given], HttpResponse]
View = Callable[Concatenate[HttpRequest, str, _Given], HttpResponseBase]


def by_link(inside: bool) -> Callable[[Inside[_Given]], View[_Given]]:  # noqa: FBT001  # said once, in a decorator
    """Find the link; ``inside``: it must have been opened by a code in this browser.

    Rows of that client alone can be read meanwhile.
    """

    def decorate(view: Inside[_Given]) -> View[_Given]:
        @wraps(view)
        def found(
            request: HttpRequest, ask: str, *args: _Given.args, **kwargs: _Given.kwargs
        ) -> HttpResponseBase:
            try:
                link = links.find(ask, address_of(request))
            except links.GuessingError as error:
                return private(_closed(request, error, _TOO_MANY))
            except links.NoLinkError as error:
                return private(_closed(request, error, 404))
            except links.ClosedLinkError as error:
                return private(_closed(request, error, _GONE))
            with rows(link.tenant), page_for(request, link.asking):
                opened = Opened(request, ask, link, Whole(link.asking), client_called(link.tenant))
                if inside and not links.is_open(request, link):
                    return private(opened.to("asked"))
                return private(view(opened, *args, **kwargs))

        return public(WHY)(found)  # type: ignore[arg-type]  # Django names the argument

    return decorate


def private(response: HttpResponse) -> HttpResponse:
    """Kept nowhere on the way, and said to be in the language it is in."""
    response.headers.setdefault("Content-Language", translation.get_language() or "")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _closed(request: HttpRequest, error: BadInputError, status: int) -> HttpResponse:
    return render(request, "answers/asked_closed.html", {"error": told(error)}, status=status)


@public("a link whose last stroke was lost leads on")
@require_safe
def without_slash(request: HttpRequest, ask: str) -> HttpResponse:
    """To the same address, written whole."""
    return redirect("asked", ask, permanent=False)


@require_safe
@by_link(inside=False)
def overview(opened: Opened) -> HttpResponse:
    """Who asks whom; once it was opened, how far it is and where to go on."""
    request, link, whole = opened.request, opened.link, opened.whole
    if not links.is_open(request, link):
        return render(
            request, "answers/asked_door.html",
            {**opened.words, "to": _veiled(link.email), "by_mail": links.mail_works()},
        )  # fmt: skip
    mine = [
        (number, part)
        for number, part in enumerate(whole.parts, 1)
        if link.section in ("", part.id)
    ]
    colleagues: dict[str, list[Link]] = {}
    if not link.section:
        for each in whole.asking.links.filter(revoked=None).exclude(section=""):
            colleagues.setdefault(each.section, []).append(each)
    return render(
        request, "answers/asked.html",
        {
            **opened.words,
            "parts": [(number, part, colleagues.get(part.id, [])) for number, part in mine],
            "next": next(
                (number for number, part in mine if part.answered < part.asked), None
            ),
            "backs": _backs(opened),
            "answered": sum(part.answered for _number, part in mine),
            "asked": sum(part.asked for _number, part in mine),
        },
    )  # fmt: skip


@require_POST
@by_link(inside=False)
def code(opened: Opened) -> HttpResponse:
    """Mail a code to whom the link is for."""
    try:
        links.send_code(opened.link, address_of(opened.request))
    except BadInputError as error:
        messages.error(opened.request, told(error))
    else:
        messages.success(opened.request, _("A code is on its way. It opens for 20 minutes."))
    return opened.to("asked")


@require_POST
@by_link(inside=False)
def let_in(opened: Opened) -> HttpResponse:
    """Open it in this browser by the code."""
    try:
        links.open_by_code(
            opened.request, opened.link, opened.request.POST.get("code", ""),
            address_of(opened.request),
        )  # fmt: skip
    except BadInputError as error:
        messages.error(opened.request, told(error))
    return opened.to("asked")


@require_POST
@by_link(inside=True)
def leave(opened: Opened) -> HttpResponse:
    """Shut it in this browser."""
    links.shut(opened.request, opened.link)
    return opened.to("asked")


@by_link(inside=True)
def part(opened: Opened, number: int) -> HttpResponse:
    """One section's questions. What does not fit is told beside it, and stays as it was typed."""
    chosen = _part(opened, number)
    request = opened.request
    faults: dict[str, str] = {}
    typed: dict[str, Typed] = {}
    if request.method == "POST":
        typed = {
            row.question.id: _typed(request, row) for row in chosen.rows if _sent(request, row)
        }
        try:
            saved = answering.save(opened.link, typed)
        except BadInputError as error:
            messages.error(request, told(error))
            return opened.to("asked")
        faults = saved.faults
        if not faults:
            if request.POST.get("then") == "next" and (following := _next(opened, number)):
                return opened.to("asked_part", following)
            messages.success(request, _("Saved."))
            return opened.to("asked")
    whole = Whole(opened.whole.asking)
    rows_shown = _part(Opened(request, opened.token, opened.link, whole, opened.client), number)
    return render(
        request, "answers/asked_part.html",
        {
            **opened.words,
            "whole": whole,
            "part": rows_shown,
            "number": number,
            "next": _next(opened, number),
            "items": [
                (
                    row,
                    _shown(row, typed.get(row.question.id), faults),
                    faults.get(row.question.id, ""),
                    may_write(whole, opened.link, row.question.id),
                )
                for row in rows_shown.rows
            ],
            "faults": len(faults),
            "ownerships": [(each.value, word) for each, word in OWNERSHIPS.items()],
            "largest": LARGEST // 1_000_000,
        },
        status=422 if faults else 200,
    )  # fmt: skip


@require_POST
@by_link(inside=True)
def autosave(opened: Opened, number: int) -> HttpResponse:
    """Keep the answer that was just typed; told beside it."""
    chosen = _part(opened, number)
    wanted = opened.request.GET.get("question", "")
    row = next((each for each in chosen.rows if each.question.id == wanted), None)
    if row is None:
        raise Http404
    fault = ""
    try:
        saved = answering.save(opened.link, {wanted: _typed(opened.request, row)})
    except BadInputError as error:
        fault = told(error)
    else:
        fault = saved.faults.get(wanted, "")
    whole = Whole(opened.whole.asking)
    after = next(each for each in whole.parts if each.id == chosen.id)
    return render(
        opened.request, "answers/asked_saved.html",
        {"fault": fault, "part": after, "swap": True, "question": wanted},
    )  # fmt: skip


@by_link(inside=True)
def pass_on(opened: Opened, number: int) -> HttpResponse:
    """Have a colleague answer a section, by a link of their own."""
    chosen = _part(opened, number)
    if opened.link.section:
        raise Http404
    form = DelegateForm(opened.request.POST or None, mail=links.mail_works())
    if opened.request.method == "POST" and form.is_valid():
        try:
            made = answering.delegate(
                opened.link, chosen.id, form.cleaned_data["name"], form.cleaned_data["email"],
                address_of(opened.request),
            )  # fmt: skip
            if links.mail_works():
                links.mail_link(made, opened.link.name)
                messages.success(
                    opened.request,
                    _("A link for that part went to %(to)s.") % {"to": made.link.email},
                )
                return opened.to("asked")
            words = {**opened.words, "made": made, "code": links.told_code(made.link)}
            return render(opened.request, "answers/asked_link.html", {**words, "part": chosen})
        except BadInputError as error:
            form.add_error(None, told(error))
    return render(
        opened.request, "answers/asked_pass_on.html",
        {**opened.words, "part": chosen, "number": number, "form": form},
    )  # fmt: skip


@require_POST
@by_link(inside=True)
def take_back(opened: Opened, number: int) -> HttpResponse:
    """End a colleague's link."""
    try:
        gone = answering.take_back(opened.link, number)
    except BadInputError as error:
        messages.error(opened.request, told(error))
    else:
        messages.success(
            opened.request, _("%(name)s's link opens nothing any more.") % {"name": gone.name}
        )
    return opened.to("asked")


@require_POST
@by_link(inside=True)
def reply(opened: Opened, number: int) -> HttpResponse:
    """Answer a question back."""
    try:
        answering.reply(opened.link, number, opened.request.POST.get("text", ""))
    except BadInputError as error:
        messages.error(opened.request, told(error))
    else:
        messages.success(opened.request, _("Your reply is with them."))
    return opened.to("asked")


@by_link(inside=True)
def hand_in(opened: Opened) -> HttpResponse:
    """What is missing and what cannot be true together; then hand it in."""
    whole, link, request = opened.whole, opened.link, opened.request
    if link.section:
        raise Http404
    if whole.asking.handed_in is not None:
        return opened.to("asked")
    if request.method == "POST":
        try:
            _sure(request)
            answering.hand_in(link, request.POST.get("name", ""), address_of(request))
        except BadInputError as error:
            messages.error(request, told(error))
            return opened.to("asked_hand_in")
        return opened.to("asked")
    missing = [
        (number, part, [row for row in part.rows if row.asked and not row.answered])
        for number, part in enumerate(whole.parts, 1)
        if part.answered < part.asked
    ]
    left = sum(len(found) for _number, _part, found in missing)
    return render(
        request, "answers/asked_hand_in.html",
        {
            **opened.words, "missing": missing, "left": left,
            "contradictions": whole.contradictions,
            "left_words": ngettext(
                "%(n)d question is unanswered.", "%(n)d questions are unanswered.", left
            ) % {"n": left},
        },
    )  # fmt: skip


def _sure(request: HttpRequest) -> None:
    if not request.POST.get("sure"):
        raise BadInputError(
            _("somebody must answer for it"), remedy=_("tick that you may speak for it")
        )


def _part(opened: Opened, number: int) -> Part:
    parts = opened.whole.parts
    if not 1 <= number <= len(parts):
        raise Http404
    found = parts[number - 1]
    if opened.link.section not in ("", found.id):
        raise Http404
    return found


def _next(opened: Opened, number: int) -> int | None:
    return number + 1 if not opened.link.section and number < len(opened.whole.parts) else None


def _sent(request: HttpRequest, row: Row) -> bool:
    return f"{row.question.id}:there" in request.POST


def _typed(request: HttpRequest, row: Row) -> Typed:
    name, given = row.question.id, request.POST
    return Typed(
        given.get(f"{name}:reply", ""), given.get(f"{name}:value", ""),
        given.get(f"{name}:note", ""), given.get(f"{name}:ownership", ""),
    )  # fmt: skip


def _shown(row: Row, typed: Typed | None, faults: dict[str, str]) -> Typed:
    """What stands in the fields: what was typed and did not fit, else what is kept."""
    if typed is not None and row.question.id in faults:
        return typed
    answer: Answer = row.answer
    reply = "" if answer.reply in (Reply.UNANSWERED, Reply.STATED) else answer.reply.value
    if row.question.kind is not Kind.YES_NO and answer.reply is not Reply.NOT_APPLICABLE:
        reply = ""
    return Typed(reply, answer.value, answer.note, answer.ownership.value)


def _backs(opened: Opened) -> list[tuple[Remark, Row, int]]:
    """The questions back that wait, with their rows and sections."""
    return [
        (remark, row, number)
        for number, part in enumerate(opened.whole.parts, 1)
        if opened.link.section in ("", part.id)
        for row in part.rows
        for remark in row.remarks
        if remark.kind == Remark.Kind.BACK and not remark.settled
    ]


def _veiled(email: str) -> str:
    """An address as somebody recognises their own by: ``j…@vendor.example``."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}…@{domain}" if domain else ""


def place_of(token: str, number: int, question: str) -> str:
    """The address of a question in its section."""
    return f"{reverse('asked_part', args=[token, number])}#{question}"
