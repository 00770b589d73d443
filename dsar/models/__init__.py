"""Rows of rights requests (identity store)."""

from dsar.models.authority import CaseAuthority
from dsar.models.case import Case, CaseEvent
from dsar.models.letter import CaseMessage, Letter
from dsar.models.package import Fulfilment, Package

__all__ = ["Case", "CaseAuthority", "CaseEvent", "CaseMessage", "Fulfilment", "Letter", "Package"]
