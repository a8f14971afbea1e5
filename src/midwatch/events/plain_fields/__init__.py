"""From a message's own fields to common columns, told by the fields' names alone.

Job: the fields of a message nobody wrote a source for (JSON, key=value, XML) in, a reading
out. ``source.ip``, ``sourceIPAddress``, ``src_ip`` and ``clientIp`` all say who acted;
``outcome.result: FAILURE`` beside ``user.session.start`` says that a login failed.

Rules:

* Of a nested field the last three names count, then two, then one, so that
  ``destination.ip`` is not ``ip`` (`field_names` holds the names).
* What a path of names stands for is worked out once and kept in a tree, so a wide object
  costs one lookup a field. The tree is bounded.
* A value must look like what its column holds; otherwise the next best field is taken.
* The texts among the fields (message, event, action …) are read by `plain_words`; a text
  that is itself a JSON object is walked through.
* All readings have the same columns, and one form for each meaning.

Example:
    >>> reader = PlainFields(lambda message: {})
    >>> form, values = reader.read({"event": "user.login", "success": False, "ip": "192.0.2.7"})
    >>> form.constants["category"], form.constants["outcome"]
    ('authentication', 'failure')
    >>> dict(zip(form.names, values))["src_ip"]
    '192.0.2.7'
"""

from midwatch.events.plain_fields._findings import COLUMNS
from midwatch.events.plain_fields._meaning import is_refused_login
from midwatch.events.plain_fields._reader import PlainFields

__all__ = ["COLUMNS", "PlainFields", "is_refused_login"]
