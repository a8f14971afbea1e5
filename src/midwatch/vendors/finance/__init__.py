"""Financial health from statements, told honestly: inputs, ratios, gaps, never a probability.

>>> from decimal import Decimal
>>> z_double_prime(Decimal("0.2"), Decimal("0.3"), Decimal("0.1"), Decimal("1"))
Decimal('4.012')
"""

from midwatch.vendors.finance.health import Health, Standing, assess
from midwatch.vendors.finance.ratios import Figure, FigureState, figures_of
from midwatch.vendors.finance.reading import read_statements, template_bytes
from midwatch.vendors.finance.statements import (
    FURTHEST_MONTHS,
    Audit,
    Business,
    FinancialStatement,
    GoingConcern,
    Item,
    statement_problems,
    too_far_ahead,
)
from midwatch.vendors.finance.zscore import Zone, z_double_prime, zone_of

__all__ = [
    "FURTHEST_MONTHS",
    "Audit",
    "Business",
    "Figure",
    "FigureState",
    "FinancialStatement",
    "GoingConcern",
    "Health",
    "Item",
    "Standing",
    "Zone",
    "assess",
    "figures_of",
    "read_statements",
    "statement_problems",
    "template_bytes",
    "too_far_ahead",
    "z_double_prime",
    "zone_of",
]
