"""Tickets: the same message in the words another system wants, by templates.

A template sees ``subject``, ``text``, ``id``, ``tenant`` and ``incident`` (the fields of the
webhook) and nothing else: it runs in a sandbox, and a name it does not know is an error.
"""

from __future__ import annotations

import msgspec
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from midwatch.kernel import ConfigurationError
from midwatch.paging.channels import Channel, DeliveryError, Message, Trouble


class TicketTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """``subject`` and ``text`` for mails; ``body`` for webhooks, which must be JSON.

    An empty one leaves the message's own.
    """

    subject: str = ""
    text: str = ""
    body: str = ""


class TicketChannel:
    """Renders a message, then hands it to another channel."""

    def __init__(self, channel: Channel, templates: TicketTemplates) -> None:
        """Compile the templates.

        Raises:
            ConfigurationError: One is no template.
        """
        self._channel = channel
        # These texts are no HTML; JSON is escaped by the filter tojson.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        try:
            self._subject, self._text, self._body = (
                environment.from_string(source) if source else None
                for source in (templates.subject, templates.text, templates.body)
            )
        except TemplateError as error:
            raise ConfigurationError(
                f"a ticket's template cannot be read: {error}", remedy="correct the template"
            ) from error

    def send(self, message: Message, address: str) -> str:
        """Render and hand over.

        Raises:
            DeliveryError: As the other channel, or the template fails.
        """
        seen = {
            "subject": message.subject,
            "text": message.text,
            "id": message.id,
            "tenant": message.tenant,
            "incident": message.data,
        }
        try:
            subject = self._subject.render(seen) if self._subject else message.subject
            text = self._text.render(seen) if self._text else message.text
            body = self._body.render(seen).encode() if self._body else message.body
            if self._body:
                msgspec.json.decode(body or b"")
        except msgspec.DecodeError as error:
            raise _failed(f"it made no JSON: {error}") from None
        except Exception as error:  # noqa: BLE001  # a template may fail in any way; the delivery must fail over
            raise _failed(f"{type(error).__name__}: {error}") from None
        rendered = msgspec.structs.replace(message, subject=subject, text=text, body=body)
        return self._channel.send(rendered, address)


def _failed(why: str) -> DeliveryError:
    return DeliveryError(
        Trouble.REFUSED, f"the ticket's template failed: {why[:200]}", remedy="correct the template"
    )
