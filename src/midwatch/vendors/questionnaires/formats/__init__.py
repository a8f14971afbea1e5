"""Questionnaires in and out: our workbook, and CAIQ, HECVAT, VSAQ and MVSP as users bring them."""

from midwatch.vendors.questionnaires.formats.caiq import read_caiq
from midwatch.vendors.questionnaires.formats.hecvat import read_hecvat
from midwatch.vendors.questionnaires.formats.mvsp import mvsp_version, read_mvsp
from midwatch.vendors.questionnaires.formats.own import own_workbook, read_own
from midwatch.vendors.questionnaires.formats.recognition import read_any, recognise
from midwatch.vendors.questionnaires.formats.values import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
    Tip,
)
from midwatch.vendors.questionnaires.formats.vsaq import add_vsaq_answers, read_vsaq

__all__ = [
    "ForeignAnswer",
    "ForeignQuestion",
    "Format",
    "Imported",
    "Tip",
    "add_vsaq_answers",
    "mvsp_version",
    "own_workbook",
    "read_any",
    "read_caiq",
    "read_hecvat",
    "read_mvsp",
    "read_own",
    "read_vsaq",
    "recognise",
]
