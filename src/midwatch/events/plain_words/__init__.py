"""What a text says in plain words: a failed login, a blocked packet, a virus found.

Job: wording in, constants out. Software nobody wrote a source for still writes
"Login failed for user x" or ``LOGIN_ERROR``, and that much can be told without knowing it.

Rules:

* Precision before recall. A text about logins in general (a counter, a threshold, a
  setting, a module that failed to load) says nothing; a count of zero says nothing.
* Words are looked for in one pass first; expressions run only where a word they begin
  with was found, so an ordinary line costs about a microsecond.
* English first; the commonest phrases of German, French, Spanish, Italian, Dutch,
  Portuguese and Polish.
* Only the first `LONGEST_TEXT` characters are looked at. Nothing here raises.

It looks for no address and no name: `plain_text` does.

Example:
    >>> meaning_of("Login failed for user 'mia': wrong password")[:4]
    ('authentication', 'failure', 'login', 'bad_password')
    >>> meaning_of("failed login counter was reset") is None
    True
"""

from midwatch.events.plain_words._meaning import LONGEST_TEXT, Meaning, meaning_of, service_of

__all__ = ["LONGEST_TEXT", "Meaning", "meaning_of", "service_of"]
