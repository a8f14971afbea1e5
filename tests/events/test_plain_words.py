"""Plain words: what a sentence says happened, and what only sounds like it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.events.plain_words import LONGEST_TEXT, meaning_of

FAILED = """
Login failed for user 'mia': wrong password
Failed login attempt. 192.0.2.16
user.login.failed
LOGIN_ERROR
UserLoginFailed
AUTHFAIL: user=mia
Invalid username or password
Username or password is incorrect. Try again.
Invalid TOTP code! Server time: 08:15
Invalid token provided for user mia
Access denied for user 'root'@'192.0.2.7' (using password: NO)
Unsuccessful 1FA authentication attempt by user 'mia'
Authentication request for mia has been denied (IP: 192.0.2.7).
Login attempt or request with invalid authentication from 192.0.2.7
Login with username mia from 192.0.2.7 failed (-1)!
13 failed login attempts. Account 'admin'
An account failed to log on.
Could not authenticate user mia
Administrator login failed from https(192.0.2.7) because of invalid user name
Login by admin from 192.0.2.7 was unsuccessful
Password doesn't match for user mia
Rejected connection from 192.0.2.7: Invalid server password
Unknown user 'mia' tried to login
too many failed login attempts from 192.0.2.7
Account mia has been locked out
Anmeldung von Benutzer mia fehlgeschlagen
Falsches Passwort für Benutzer mia
Échec de connexion pour mia
mot de passe incorrect pour mia
Inicio de sesión fallido para mia
Mislukte login poging van 192.0.2.7
""".strip().splitlines()

NOT_FAILED = """
0 failed logins
no failed login attempts found
failed login counter was reset
Number of failed login attempts: 0
auth_failures=0
authentication method failed to load
login failed threshold set to 5
Account lockout threshold changed to 5
There were 3 failed login attempts since the last successful login.
if login fails the user will be locked
Password changed for user mia
Session expired for user mia
User mia logged out
User mia logged in
Accepted password for mia
Account mia unlocked by admin
error while loading user profile
unknown user agent
invalid argument for user space mapping
Failed to start User Login Management.
message authentication code incorrect
user@1000.service: Failed with result 'signal'
LOGIN chdir(/home/x) failed: No such file or directory
Failed to load the login page
user authentication is enabled but backup failed
""".strip().splitlines()

SUCCEEDED = """
User mia logged in
Login successful
Accepted password for mia from 192.0.2.7
SUCCESS LOGIN whostmgrd
Successful 1FA authentication attempt made by user 'mia'
WebAPI login success. IP: 192.0.2.7
session opened for user root by (uid=0)
UserLoggedIn
Authentication request for mia has succeeded.
successful login to 'mia' after 1 attempts
""".strip().splitlines()

OTHER = {
    "Virus found in attachment invoice.zip": ("malware", "detect"),
    "No virus found": None,
    "Virus database updated": None,
    "Connection from 192.0.2.7 was blocked by rule 7": ("network", "block"),
    "Receiving block blk_-160899 src: /192.0.2.7:54106": None,
    "Port scan detected from 192.0.2.7": ("network", "scan"),
    "possible SQL injection attack detected": ("ids", "alert"),
    "SSH brute force attack from 192.0.2.7": ("ids", "alert"),
    "configuration changed by admin": ("configuration", "change"),
    "The audit log was cleared": ("configuration", "log_cleared"),
    "password for user mia was changed": ("authentication", "password_change"),
    "user tom created by admin": ("authentication", "account_change"),
}


@pytest.mark.parametrize("text", FAILED)
def test_a_failed_login_is_one(text: str) -> None:
    told = meaning_of(text)
    assert told is not None
    assert (told.category, told.outcome) == ("authentication", "failure")


@pytest.mark.parametrize("text", NOT_FAILED)
def test_what_only_sounds_like_a_failed_login_is_none(text: str) -> None:
    told = meaning_of(text)
    assert told is None or told.outcome != "failure"


@pytest.mark.parametrize("text", SUCCEEDED)
def test_a_successful_login_is_one(text: str) -> None:
    told = meaning_of(text)
    assert told is not None
    assert told[:3] == ("authentication", "success", "login")


@pytest.mark.parametrize(("text", "expected"), OTHER.items())
def test_other_things_that_happen(text: str, expected: tuple[str, str] | None) -> None:
    told = meaning_of(text)
    assert (told and (told.category, told.action)) == expected


@pytest.mark.parametrize(
    ("text", "reason", "service"),
    [
        ("Login failed for user mia: bad password", "bad_password", None),
        ("SSH login failed: unknown user mia", "invalid_user", "ssh"),
        ("VPN authentication failed for mia: invalid OTP", "mfa", "vpn"),
        ("IMAP login failed: account mia is locked", "locked", "mail"),
        ("Invalid user name or password", None, None),
    ],
)
def test_reason_and_service_are_told_from_the_words(
    text: str, reason: str | None, service: str | None
) -> None:
    told = meaning_of(text)
    assert told is not None
    assert (told.reason, told.service) == (reason, service)


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    meaning_of(text)


@pytest.mark.parametrize(
    "piece",
    ["login ", "failed ", "invalid user or ", "password for user x ", "virus ", "user for "],
)
def test_a_text_of_one_word_costs_no_more_than_any(piece: str) -> None:
    begun = time.perf_counter()
    meaning_of(piece * LONGEST_TEXT)
    assert time.perf_counter() - begun < 0.5
