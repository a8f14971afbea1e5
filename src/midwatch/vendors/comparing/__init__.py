"""Candidates side by side against weighted needs, with every number explained."""

from midwatch.vendors.comparing.comparison import (
    Candidate,
    ChoiceMade,
    Comparison,
    Difference,
    Must,
    NeedResult,
    Result,
    choose,
    compare,
    what_if,
)
from midwatch.vendors.comparing.needs import CandidateFacts, Need, Needs, read_needs
from midwatch.vendors.comparing.workbook import comparison_workbook, rows_of

__all__ = [
    "Candidate",
    "CandidateFacts",
    "ChoiceMade",
    "Comparison",
    "Difference",
    "Must",
    "Need",
    "NeedResult",
    "Needs",
    "Result",
    "choose",
    "compare",
    "comparison_workbook",
    "read_needs",
    "rows_of",
    "what_if",
]
