"""The contract of channels, kept with real receivers; and what each does of its own."""

import hashlib
import hmac
import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from midwatch.kernel import ConfigurationError
from midwatch.paging import (
    Channel,
    DeliveryError,
    MailChannel,
    MailSettings,
    Message,
    Security,
    TicketChannel,
    TicketTemplates,
    Trouble,
    WebhookChannel,
    WebhookSettings,
    verify,
)
from midwatch.paging.chat import ChatChannel
from midwatch.paging.targets import outside

# apprise looks for a module of the standard library that goes away with Python 3.13.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
PASSWORD = "correct horse battery"  # noqa: S105  # the test server's own
SECRET = "a webhook's secret"  # noqa: S105  # made for this test
REFERENCE = "env:HOOK_SECRET"
MESSAGE = Message(
    id="d1",
    tenant="office",
    thread="i1",
    first=True,
    at=1_794_528_600_000_000,
    subject="[MW-x] P2: somebody guesses",
    text="Somebody guesses.\n\nReply.\n",
    html="<p>Somebody guesses.</p>",
    data={"reference": "MW-x", "priority": "P2"},
)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOOK_SECRET", SECRET)


Receiver = tuple[Channel, str, Callable[[], int], Callable[[str], None]]


@pytest.fixture(params=["mail", "webhook", "chat", "ticket"])
def receiver(
    request: pytest.FixtureRequest, mail_server: Any, web_server: Any, secrets: None
) -> Receiver:
    """(channel, address, how many messages arrived, what puts it in trouble)."""
    if request.param == "mail":
        mail_server.start()
        settings = MailSettings(
            host="127.0.0.1",
            port=mail_server.port,
            sender="watch@x.test",
            security=Security.PLAIN,
            timeout=0.5,
        )

        def upset(how: str) -> None:
            if how == "down":
                mail_server.stop()
            else:
                mail_server.answer = {"later": "451 not now", "refused": "550 nobody"}[how]

        return MailChannel(settings), "ana@x.test", lambda: len(mail_server.mails), upset

    def upset_web(how: str) -> None:
        web_server.status = {"later": 429, "refused": 404, "down": 503}[how]

    def count() -> int:
        return len(web_server.requests)

    place = f"127.0.0.1:{web_server.port}/hook/TOPSECRET"
    if request.param == "chat":
        return ChatChannel(), f"json://user:TOPSECRET@{place}", count, upset_web
    hook: Channel = WebhookChannel(WebhookSettings(secret=REFERENCE, timeout=0.5))
    if request.param == "ticket":
        hook = TicketChannel(hook, TicketTemplates(body='{"t": {{ subject | tojson }}}'))
    return hook, f"http://{place}", count, upset_web


def test_a_message_arrives_once(receiver: Receiver) -> None:
    channel, address, count, _upset = receiver

    assert channel.send(MESSAGE, address)
    assert count() == 1


@pytest.mark.parametrize("how", ["later", "refused", "down"])
def test_trouble_is_told_by_its_kind_without_secrets(
    receiver: Receiver, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel, address, _count, upset = receiver
    upset(how)
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as caught:
        channel.send(MESSAGE, address)

    # apprise does not tell one trouble from another; trying again is right for all.
    expected = Trouble.DOWN if isinstance(channel, ChatChannel) else Trouble(how)
    assert caught.value.trouble is expected
    told = str(caught.value) + caplog.text
    assert "TOPSECRET" not in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "address", ["", "nobody", "no\nbody@x.test", "ftp://x/", "http://[::", "://"]
)
def test_an_address_that_is_none_is_refused(receiver: Receiver, address: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        receiver[0].send(MESSAGE, address)

    assert caught.value.trouble is Trouble.REFUSED


# ---------------------------------------------------------------- mail


def mail_channel(port: int, **changes: Any) -> MailChannel:
    given: dict[str, Any] = {
        "host": "localhost", "port": port, "sender": "watch@x.test", "timeout": 1.0,
    }  # fmt: skip
    return MailChannel(MailSettings(**{**given, **changes}))


def test_a_mail_goes_encrypted_to_a_server_that_is_who_it_says(
    mail_server: Any, certificate: Path, server_tls: ssl.SSLContext, secrets: None
) -> None:
    mail_server.start(
        tls_context=server_tls,
        require_starttls=True,
        authenticator=mail_server.authenticate,
        auth_required=True,
    )
    login = {"user": "watch", "password": "env:MAIL_PASSWORD", "ca": str(certificate)}
    mail_channel(mail_server.port, **login).send(MESSAGE, "ana@x.test")

    [(to, mail)] = mail_server.mails
    assert to == mail["To"] == "ana@x.test"
    assert mail["Message-ID"] == "<d1@x.test>"
    assert mail["References"] == "<i1@x.test>"
    assert mail["In-Reply-To"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]

    follow_up = msgspec.structs.replace(MESSAGE, id="d2", first=False)
    mail_channel(mail_server.port, **login).send(follow_up, "ana@x.test")
    assert mail_server.mails[1][1]["In-Reply-To"] == "<i1@x.test>"


def test_a_server_with_a_certificate_nobody_vouches_for_gets_nothing(
    mail_server: Any, server_tls: ssl.SSLContext
) -> None:
    mail_server.start(tls_context=server_tls)
    with pytest.raises(DeliveryError, match="no trusted connection") as caught:
        mail_channel(mail_server.port).send(MESSAGE, "ana@x.test")

    assert caught.value.trouble is Trouble.DOWN
    assert mail_server.mails == []


def test_a_server_of_another_name_gets_nothing(
    mail_server: Any, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    mail_server.start(tls_context=server_tls)
    channel = mail_channel(mail_server.port, host="127.0.0.1", ca=str(certificate))
    with pytest.raises(DeliveryError, match="no trusted connection"):
        channel.send(MESSAGE, "ana@x.test")


def test_without_starttls_nothing_is_sent_in_the_clear(mail_server: Any) -> None:
    mail_server.start()
    with pytest.raises(DeliveryError, match="STARTTLS"):
        mail_channel(mail_server.port).send(MESSAGE, "ana@x.test")

    assert mail_server.mails == []


def test_tls_from_the_first_byte(
    mail_server: Any, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    mail_server.start(ssl_context=_trusting_itself(server_tls, certificate))
    channel = mail_channel(mail_server.port, security=Security.TLS, ca=str(certificate))
    channel.send(MESSAGE, "ana@x.test")

    assert len(mail_server.mails) == 1


def _trusting_itself(context: ssl.SSLContext, certificate: Path) -> ssl.SSLContext:
    context.load_verify_locations(certificate)
    return context


def test_a_wrong_password_is_told_without_the_password(
    mail_server: Any, certificate: Path, server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "not the right one")
    mail_server.start(tls_context=server_tls, authenticator=mail_server.authenticate)
    channel = mail_channel(
        mail_server.port,
        user="watch",
        password="env:MAIL_PASSWORD",  # noqa: S106  # a reference, not a password
        ca=str(certificate),
    )
    with pytest.raises(DeliveryError, match="did not accept the login") as caught:
        channel.send(MESSAGE, "ana@x.test")

    assert caught.value.trouble is Trouble.DOWN
    assert "not the right one" not in str(caught.value)


def test_a_password_that_smtp_cannot_carry_is_told_without_it(
    mail_server: Any, certificate: Path, server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "Paßwort")
    mail_server.start(tls_context=server_tls, authenticator=mail_server.authenticate)
    reference = "env:MAIL_PASSWORD"
    channel = mail_channel(mail_server.port, user="watch", password=reference, ca=str(certificate))
    with pytest.raises(DeliveryError, match="outside of ASCII") as caught:
        channel.send(MESSAGE, "ana@x.test")

    assert "Paßwort" not in str(caught.value)


def test_a_slow_server_is_given_up_in_time(mail_server: Any) -> None:
    mail_server.pause = 1.5
    mail_server.start()
    channel = mail_channel(mail_server.port, host="127.0.0.1", security=Security.PLAIN, timeout=0.3)
    with pytest.raises(DeliveryError, match="cannot be used") as caught:
        channel.send(MESSAGE, "ana@x.test")

    assert caught.value.trouble is Trouble.DOWN


def test_a_log_line_cannot_forge_a_header(mail_server: Any) -> None:
    mail_server.start()
    hostile = msgspec.structs.replace(MESSAGE, subject="x\r\nBcc: all@x.test\x1b[2J \udc80")
    channel = mail_channel(mail_server.port, host="127.0.0.1", security=Security.PLAIN)
    channel.send(hostile, "ana@x.test")

    [(to, mail)] = mail_server.mails
    assert (to, mail["Bcc"]) == ("ana@x.test", None)
    assert "\\r\\nBcc" in mail["Subject"]


def test_plain_text_mail_stays_on_the_machine() -> None:
    with pytest.raises(ConfigurationError, match="must be encrypted"):
        mail_channel(25, host="mail.example", security=Security.PLAIN)


# ---------------------------------------------------------------- webhooks and tickets


def hook(**changes: Any) -> WebhookChannel:
    return WebhookChannel(WebhookSettings(secret=REFERENCE, **changes))


def test_a_webhook_is_signed_as_the_reference_says(web_server: Any, secrets: None) -> None:
    hook(headers={"Authorization": "env:HOOK_SECRET"}).send(
        MESSAGE, f"http://127.0.0.1:{web_server.port}/h?x=1"
    )
    [(path, headers, body)] = web_server.requests
    stamp, signature = headers["Midwatch-Timestamp"], headers["Midwatch-Signature"]
    signed = stamp.encode() + b"." + body

    assert path == "/h?x=1"
    assert headers["Idempotency-Key"] == "d1"
    assert headers["Authorization"] == SECRET
    assert json.loads(body) == MESSAGE.data
    assert signature == "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    now = MESSAGE.at // 1_000_000
    assert verify(SECRET, stamp, signature, body, now)
    assert not verify(SECRET, stamp, signature, body + b" ", now)
    assert not verify("another", stamp, signature, body, now)
    assert not verify(SECRET, stamp, signature, body, now + 301)
    assert not verify(SECRET, "²", signature, body, now)


def test_a_redirection_is_not_followed(web_server: Any, secrets: None) -> None:
    web_server.status = 307
    with pytest.raises(DeliveryError) as caught:
        hook().send(MESSAGE, f"http://127.0.0.1:{web_server.port}/h")

    assert caught.value.trouble is Trouble.REFUSED
    assert len(web_server.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_webhook_that_must_stay_outside_calls_no_address_inside(
    web_server: Any, secrets: None, host: str
) -> None:
    with pytest.raises(DeliveryError, match="address inside"):
        hook(inside=False).send(MESSAGE, f"http://{host}:{web_server.port}/h")

    assert web_server.requests == []


def test_the_address_that_is_connected_to_is_the_one_that_was_judged(
    web_server: Any, secrets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def changing(host: str, port: int, **more: Any) -> Any:
        asked.append(host)
        place = "93.184.215.14" if len(asked) > 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with pytest.raises(DeliveryError, match="address inside"):
        hook(inside=False).send(MESSAGE, f"http://localhost:{web_server.port}/h")

    assert asked == ["localhost"]


@pytest.mark.parametrize(
    ("address", "is_outside"),
    [
        ("9.9.9.9", True), ("2620:fe::fe", True), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("0.0.0.1", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False),
        ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False), ("ff02::1", False), ("no address", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_open_internet_are_outside(address: str, is_outside: bool) -> None:
    assert outside(address) is is_outside


def test_http_without_encryption_stays_on_the_machine(secrets: None) -> None:
    with pytest.raises(DeliveryError, match="https"):
        hook().send(MESSAGE, "http://hooks.example/h")


def test_a_missing_secret_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(DeliveryError, match="env:HOOK_SECRET"):
        hook().send(MESSAGE, "https://hooks.example/h")


class Kept:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message, address: str) -> str:
        self.messages.append(message)
        return "kept"


def test_a_ticket_speaks_the_other_systems_words() -> None:
    kept = Kept()
    templates = TicketTemplates(
        subject="#{{ incident.reference }}",
        body='{"title": {{ subject | tojson }}, "p": "{{ incident.priority }}"}',
    )
    TicketChannel(kept, templates).send(MESSAGE, "x")

    [message] = kept.messages
    assert message.subject == "#MW-x"
    assert json.loads(message.body or b"") == {"title": MESSAGE.subject, "p": "P2"}


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ incident.nothing.more }}",
        "{{ incident.update(x=1) }}",
        "no json",
        "{% for _ in range(10**9) %}x{% endfor %}",
    ],
)
def test_a_template_that_fails_refuses_the_delivery(body: str) -> None:
    kept = Kept()
    with pytest.raises(DeliveryError, match="template failed"):
        TicketChannel(kept, TicketTemplates(body=body)).send(MESSAGE, "x")

    assert kept.messages == []


def test_a_template_that_is_none_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        TicketChannel(Kept(), TicketTemplates(text="{{ open"))
