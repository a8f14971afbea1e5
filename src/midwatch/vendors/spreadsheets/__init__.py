"""Tables in and out: CSV and XLSX of people who may lie, and workbooks that cannot harm.

Bytes go in and come out; files are the caller's business. Nothing here evaluates a formula.
"""

from midwatch.vendors.spreadsheets.reading import (
    LARGEST_FILE,
    Cell,
    Formula,
    Sheet,
    Workbook,
    read_table,
    read_workbook,
)
from midwatch.vendors.spreadsheets.writing import Column, Page, csv_bytes, safe_text, workbook_bytes

__all__ = [
    "LARGEST_FILE",
    "Cell",
    "Column",
    "Formula",
    "Page",
    "Sheet",
    "Workbook",
    "csv_bytes",
    "read_table",
    "read_workbook",
    "safe_text",
    "workbook_bytes",
]
