"""``midwatch incidents reply``: a person's mail, as the mail server has it, is their answer."""

from __future__ import annotations

import email
import email.policy
import re
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import click

from midwatch.cli.acting import now, services
from midwatch.cli.state_options import opened, state_option
from midwatch.kernel import BadInputError
from midwatch.paging import Signer, SqliteIncidents
from midwatch.paging.answering import Answering
from midwatch.reports.incident_telling import standing
from midwatch.watch.signing import link_key

_LARGEST: Final = 1 << 20
_TAG: Final = re.compile(r"<[^<>]*>")
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/tr)\b[^<>]*>", re.IGNORECASE)


@click.command("reply")
@state_option
def reply(*, state: Path | None) -> None:
    """Do what a mail on standard input says: `ack`, `working`, `resolved false positive`.

    For a mail server that hands replies over to a program. The subject must bear the mark of the
    message that is replied to; an absence note is only kept as a remark.
    """
    folder = opened(state)
    content = sys.stdin.buffer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadInputError("the mail is too large", remedy="reply without attachments")
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101  # the policy makes these
    store = SqliteIncidents(folder.database)
    signer = Signer((link_key(folder.path),))
    answering = Answering(store, services(folder, store), signer)
    done = answering.reply(
        str(mail.get("Subject", "")), _text(mail), now(), automatic=_is_automatic(mail)
    )
    click.echo(f"{done.reference}: {standing(done, now())}.")


def _text(mail: EmailMessage) -> str:
    """What the person wrote; of HTML the text."""
    try:
        body = mail.get_body(("plain", "html"))
        text = "" if body is None else str(body.get_content())
    except (LookupError, KeyError, UnicodeError, AttributeError) as error:
        raise BadInputError(
            "the text of the mail cannot be read", remedy="reply in plain text"
        ) from error
    if body is not None and body.get_content_type() == "text/html":
        text = _TAG.sub("", _BREAK.sub("\n", text))
    return text.lstrip()


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether no person wrote it: RFC 3834, section 5, and what older programs write."""
    auto = str(mail.get("Auto-Submitted", "no")).strip().lower()
    bulk = str(mail.get("Precedence", "")).strip().lower()
    return auto != "no" or bulk in ("bulk", "junk", "list", "auto_reply")
