"""Candidates side by side against weighted needs, with every number explained."""

from midwatch.vendors.comparing.comparison import (
    Candidate,
    ChoiceMade,
    Comparison,
    Difference,
    Must,
    NeedResult,
    Result,
    against_of,
    choose,
    compare,
    what_if,
)
from midwatch.vendors.comparing.needs import CandidateFacts, Need, Needs, read_needs
from midwatch.vendors.comparing.terms import Holds, Term, TermRow, Terms, terms_of, unread
from midwatch.vendors.comparing.workbook import comparison_workbook, rows_of, rows_of_terms

__all__ = [
    "Candidate",
    "CandidateFacts",
    "ChoiceMade",
    "Comparison",
    "Difference",
    "Holds",
    "Must",
    "Need",
    "NeedResult",
    "Needs",
    "Result",
    "Term",
    "TermRow",
    "Terms",
    "against_of",
    "choose",
    "compare",
    "comparison_workbook",
    "read_needs",
    "rows_of",
    "rows_of_terms",
    "terms_of",
    "unread",
    "what_if",
]
