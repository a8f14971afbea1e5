"""Single sign-on by OpenID Connect, where the configuration names an issuer.

The answer to a code comes from the issuer itself over TLS, which is what its tokens are believed
for (OpenID Connect Core 3.1.3.7, point 6); so an issuer without TLS is refused
unless it runs on this machine.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from midwatch.desk.setup import DeskSetup
from midwatch.kernel import ConfigurationError
from midwatch.paging.references import resolve

PROVIDER_ID: Final = "sso"
"""Stands in the address the issuer sends people back to: ``/account/oidc/sso/login/callback/``."""


def sign_on_of(setup: DeskSetup) -> dict[str, Any]:
    """Allauth's description of the issuer; without one, of none.

    Raises:
        ConfigurationError: The client id is missing, the issuer is no URL, or the place of the
            secret cannot be read.
    """
    desk = setup.configuration.desk
    if not desk.sso_issuer:
        return {"openid_connect": {"APPS": []}}
    issuer_origin(setup)
    if not desk.sso_client:
        raise ConfigurationError(
            "desk.sso_client is missing",
            remedy="register the desk at the issuer and write its client id there",
        )
    application = {
        "provider_id": PROVIDER_ID,
        "name": desk.sso_name,
        "client_id": desk.sso_client,
        "secret": resolve(desk.sso_secret) if desk.sso_secret else "",
        "settings": {"server_url": desk.sso_issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [application]}}


def issuer_origin(setup: DeskSetup) -> str:
    """Scheme and host of the issuer, where the browser is sent to sign in; empty: none.

    Raises:
        ConfigurationError: It is no URL of a web server.
    """
    issuer = setup.configuration.desk.sso_issuer
    if not issuer:
        return ""
    url = urlsplit(issuer)
    here = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
    if not url.netloc or not (url.scheme == "https" or here):
        raise ConfigurationError(
            "desk.sso_issuer is no address that begins with https://",
            remedy="write the issuer as its own discovery document does, such as https://id.example",
        )
    return f"{url.scheme}://{url.netloc}"
