"""Rows of rights requests (identity store)."""

from dsar.models.case import Case, CaseEvent
from dsar.models.correction import CaseRestriction, ContactNotice, CorrectionItem, Objection
from dsar.models.letter import CaseMessage, Letter
from dsar.models.package import Fulfilment, Package

__all__ = [
    "Case",
    "CaseEvent",
    "CaseMessage",
    "CaseRestriction",
    "ContactNotice",
    "CorrectionItem",
    "Fulfilment",
    "Letter",
    "Objection",
    "Package",
]
