"""Rows of rights requests (identity store)."""

from dsar.models.authority import CaseAuthority
from dsar.models.case import Case, CaseEvent
from dsar.models.intake import DraftState, Intake, MailDraft, Requester, StatusCode, Upload
from dsar.models.decision import Advice, Decision, Procedure, Question, Reminder
from dsar.models.letter import CaseMessage, Letter
from dsar.models.package import Fulfilment, Package
from dsar.models.recipient import Instruction

__all__ = [
    "Advice",
    "Case",
    "CaseAuthority",
    "CaseEvent",
    "CaseMessage",
    "DraftState",
    "Fulfilment",
    "Instruction",
    "Intake",
    "Letter",
    "MailDraft",
    "Package",
    "Requester",
    "StatusCode",
    "Upload",
    "Advice",
    "Case",
    "CaseEvent",
    "CaseMessage",
    "Decision",
    "Fulfilment",
    "Instruction",
    "Letter",
    "Package",
    "Procedure",
    "Question",
    "Reminder",
]
