"""Django's settings, made from the state folder and Midwatch's own configuration file.

Nothing is set here by hand on an installation: every choice stands in the ``[desk]`` table of
the configuration file and is described in its reference.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from midwatch import __version__
from midwatch.desk.setup import desk_setup
from midwatch.desk.site.databases import cache_of, database_of
from midwatch.desk.site.mail import mail_of
from midwatch.desk.site.sign_on import issuer_origin, sign_on_of
from midwatch.reports import __file__ as _reports

SETUP: Final = desk_setup()
_DESK: Final = SETUP.configuration.desk
_HERE: Final = Path(__file__).resolve().parent.parent
_REPORT: Final = Path(_reports).parent / "assets"


def _digest() -> str:
    """Names this state of the style, scripts and typefaces, so that browsers may keep them."""
    found = sha256(__version__.encode())
    for file in sorted(_HERE.glob("*/static/**/*")):
        if file.is_file():
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


DEBUG = False
SECRET_KEY = SETUP.secret()
ALLOWED_HOSTS = SETUP.hosts
ROOT_URLCONF = "midwatch.desk.site.urls"
WSGI_APPLICATION = "midwatch.desk.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "midwatch.desk.theme",  # before allauth: its layout is what allauth's pages stand in
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "midwatch.desk.people",
    "midwatch.desk.audit",
    "midwatch.desk.home",
    "midwatch.desk.search",
    "midwatch.desk.api",
    "midwatch.desk.portal",
    "midwatch.desk.clients",
    "midwatch.desk.sources",
    "midwatch.desk.triage",
    "midwatch.desk.vendors",
    "midwatch.desk.choosing",
    "midwatch.desk.answers",
    "midwatch.desk.reminders",
    "midwatch.desk.dossier",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "midwatch.desk.access.sessions.SessionsMiddleware",
    "midwatch.desk.access.middleware.ViewerMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "midwatch.desk.theme.context.furniture",
            ],
        },
    }
]

# ---------------------------------------------------------------- what is kept, and where

DATABASES: dict[str, dict[str, Any]] = {"default": database_of(SETUP)}
CACHES: dict[str, dict[str, Any]] = {"default": cache_of(SETUP)}

# ---------------------------------------------------------------- who comes in

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "midwatch.desk.people.passwords.KnownWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "midwatch.desk.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation went to that address and came back
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, not longer
SOCIALACCOUNT_ADAPTER = "midwatch.desk.people.adapters.SignOnAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = sign_on_of(SETUP)
MFA_ADAPTER = "midwatch.desk.people.adapters.FactorAdapter"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SETUP.secure  # localhost, where browsers allow it
MFA_TOTP_ISSUER = _DESK.provider or "Midwatch"
USERSESSIONS_TRACK_ACTIVITY = True

SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SETUP.secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if SETUP.secure else "midwatch-session"
CSRF_COOKIE_NAME = "__Host-csrf" if SETUP.secure else "midwatch-csrf"
CSRF_TRUSTED_ORIGINS = [SETUP.url]
CSRF_FAILURE_VIEW = "midwatch.desk.home.errors.forbidden"

# ---------------------------------------------------------------- what a browser may do

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SETUP.secure else 0
if _DESK.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = _DESK.proxies
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the code for an authenticator is drawn into the page
        "font-src": [SELF],
        "connect-src": [SELF],
        # Browsers hold the issuer's own page against this too, as a form sends them there.
        "form-action": [SELF, *([origin] if (origin := issuer_origin(SETUP)) else [])],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# ---------------------------------------------------------------- words, times, files, mail

LANGUAGE_CODE = _DESK.language
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [_HERE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = f"/static/{_digest()}/"
STATICFILES_DIRS = [("report", _REPORT)]  # the typefaces and the base of the style
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31_536_000
vars().update(mail_of(SETUP))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {
        # What a stranger asks for is no news; what we broke is.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "WARNING"},
        # What draws a paper tells every page and every letter of it.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
