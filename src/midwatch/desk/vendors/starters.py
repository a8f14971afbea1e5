"""Drafts of the policies that a small firm needs when others work for it. A page each at most."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STARTERS: Final[tuple[tuple[Promise, Promise], ...]] = (
    (
        _("Outside help"),
        _(
            "Before somebody outside works for us, we write down what they do, what they see and "
            "how long we can do without them. We ask at least two candidates the same questions, "
            "look at their finances and papers, and write down why we chose.\n\n"
            "Every vendor has one of us who answers for it. That person looks again at least "
            "once a year, more often where the risk is critical."
        ),
    ),
    (
        _("Access from outside"),
        _(
            "Nobody from outside enters our systems without an account of their own, a second "
            "factor and an end date. Administrator's rights are given for the task and taken "
            "back after it.\n\n"
            "What is done with such an account is recorded and looked at by one of us."
        ),
    ),
    (
        _("Data we share"),
        _(
            "A partner gets the data it needs and no more. For each kind of data we write down "
            "why, where it lies and when it comes back. Card numbers, bank details and accounts "
            "are shared only where a reason is written down.\n\n"
            "When we part, the partner proves that it returned or deleted them."
        ),
    ),
    (
        _("When something happens at a vendor"),
        _(
            "A vendor tells us within 24 hours, at any hour, by telephone. We keep its number and "
            "try it once a year.\n\n"
            "One of us decides what we tell our own clients, and by when."
        ),
    ),
    (
        _("Doing without a vendor"),
        _(
            "For every vendor whose work we need within days we know who could take over, how we "
            "get our data, and how long it takes. We try this once for the most important one."
        ),
    ),
)
"""(title, text) of each."""
