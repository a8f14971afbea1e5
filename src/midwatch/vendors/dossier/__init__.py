"""A vendor's whole file in one ZIP, to be taken to another installation or client."""

from midwatch.vendors.dossier.package import (
    FORMAT,
    LARGEST,
    VERSION,
    Manifest,
    Package,
    open_package,
    write_package,
)
from midwatch.vendors.dossier.records import (
    AnswerFile,
    AnswerGiven,
    FiledBrought,
    FiledContract,
    FiledDrill,
    FiledFacts,
    FiledPaper,
    FiledQuestionnaire,
    Records,
    Refused,
    Said,
)

__all__ = [
    "FORMAT",
    "LARGEST",
    "VERSION",
    "AnswerFile",
    "AnswerGiven",
    "FiledBrought",
    "FiledContract",
    "FiledDrill",
    "FiledFacts",
    "FiledPaper",
    "FiledQuestionnaire",
    "Manifest",
    "Package",
    "Records",
    "Refused",
    "Said",
    "open_package",
    "write_package",
]
