"""Keeps incidents and gets them to people.

``SqliteIncidents`` is the store; a ``Pager`` sends what is due over channels: mail,
webhooks, and through apprise chat, SMS and push. ``Answering`` takes the answers.

    store = SqliteIncidents(folder / "state.sqlite")
    incidents = Incidents(store, policies.get)
    incidents.record([signal_of(tenant, alert) for alert in alerts], now)
    Pager(store, incidents, policies.get, channels, wording_of, ...).run_once(now)

``chat`` is imported by its own name, as only those who use it need wait for its library.
"""

from midwatch.paging.answering import Answering, Reply, parse_reply
from midwatch.paging.channels import Channel, DeliveryError, Message, Trouble
from midwatch.paging.composing import Wording, data_of
from midwatch.paging.mailing import MailChannel, MailSettings, Security
from midwatch.paging.pager import Pager, Round
from midwatch.paging.selecting import Selection
from midwatch.paging.store import Health, Hits, Noticed, SqliteIncidents, Try
from midwatch.paging.tickets import TicketChannel, TicketTemplates
from midwatch.paging.tokens import Claim, Signer
from midwatch.paging.webhooks import WebhookChannel, WebhookSettings, sign, verify

__all__ = [
    "Answering",
    "Channel",
    "Claim",
    "DeliveryError",
    "Health",
    "Hits",
    "MailChannel",
    "MailSettings",
    "Message",
    "Noticed",
    "Pager",
    "Reply",
    "Round",
    "Security",
    "Selection",
    "Signer",
    "SqliteIncidents",
    "TicketChannel",
    "TicketTemplates",
    "Trouble",
    "Try",
    "WebhookChannel",
    "WebhookSettings",
    "Wording",
    "data_of",
    "parse_reply",
    "sign",
    "verify",
]
