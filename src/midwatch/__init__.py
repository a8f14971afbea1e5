"""Midwatch: a small firm's security watched round the clock, and the trust proven.

One distribution, several rooms; imports point down only (see ``docs/explanation``).
"""

__version__ = "0.1.0"
