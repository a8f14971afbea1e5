"""Addresses, accounts, requests, levels and stamps in running text.

Job: the parts of a sentence that say who, where and when. ``Failed login for mia from
192.0.2.7 port 50412`` gives a source address with its port and a user, whoever wrote it.

Rules:

* An address's role is told by the word before it (``from``, ``rhost=``, ``dst:`` …); the
  words are `field_names`', so that texts and fields agree.
* Who chooses his own name cannot forge an address: of several ``from`` the last one
  counts, and what stands inside an HTTP request or behind a browser's name never does.
* A version (``Chrome/120.0.0.1``), a clock time, a MAC address, a network and a netmask
  are no address of anybody.
* Each function runs in linear time and raises nothing.

It decides nothing about what happened: `plain_words` does.

Example:
    >>> source, _ = endpoints("Failed login for mia from 192.0.2.7 port 50412")
    >>> source.address, source.port
    ('192.0.2.7', '50412')
    >>> account("Failed login for mia from 192.0.2.7", sentence=True)
    'mia'
"""

from midwatch.events.plain_sentence._accounts import account
from midwatch.events.plain_sentence._places import Place, endpoints
from midwatch.events.plain_sentence._requests import Request, level, request
from midwatch.events.plain_sentence._stamps import is_stamp, stamp_in

__all__ = [
    "Place",
    "Request",
    "account",
    "endpoints",
    "is_stamp",
    "level",
    "request",
    "stamp_in",
]
