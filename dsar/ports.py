"""What other floors and topics hang on: who is told when data was corrected, erased or restricted
(GDPR 19).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Notice(StrEnum):
    """What recipients are told of."""

    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    RESTRICTION_LIFTED = "restriction_lifted"
    OBJECTION = "objection"


TellRecipients = Callable[[Any, Notice], None]
"""Given the case: writes the rows from which recipients are told. It runs inside the caller's
transaction, opens nothing and calls nobody.
"""

_tellers: list[TellRecipients] = []


def register_recipients(tell: TellRecipients) -> None:
    """Register who is to hear; called once from `AppConfig.ready`."""
    if tell not in _tellers:
        _tellers.append(tell)


def notify_recipients(case: Any, kind: Notice) -> None:
    """Tell all who registered, inside the transaction in which the change is committed."""
    for tell in _tellers:
        tell(case, kind)
