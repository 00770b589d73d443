"""Rows of rights requests (identity store)."""

from dsar.models.authority import CaseAuthority
from dsar.models.case import Case, CaseEvent
from dsar.models.correction import CaseRestriction, ContactNotice, CorrectionItem, Objection
from dsar.models.decision import Advice, Decision, Procedure, Question, Reminder
from dsar.models.erasure import (
    ClaimCode,
    ClaimTry,
    ErasureApproval,
    ErasureBreaker,
    ErasureOrder,
)
from dsar.models.intake import DraftState, Intake, MailDraft, Requester, StatusCode, Upload
from dsar.models.letter import CaseMessage, Letter
from dsar.models.package import Fulfilment, Package
from dsar.models.recipient import Instruction
from dsar.models.transmission import Reception, Transmission

__all__ = [
    "Advice",
    "Case",
    "CaseAuthority",
    "CaseEvent",
    "CaseMessage",
    "CaseRestriction",
    "ClaimCode",
    "ClaimTry",
    "ContactNotice",
    "CorrectionItem",
    "Decision",
    "DraftState",
    "ErasureApproval",
    "ErasureBreaker",
    "ErasureOrder",
    "Fulfilment",
    "Instruction",
    "Intake",
    "Letter",
    "MailDraft",
    "Objection",
    "Package",
    "Procedure",
    "Question",
    "Reception",
    "Reminder",
    "Requester",
    "StatusCode",
    "Transmission",
    "Upload",
]
