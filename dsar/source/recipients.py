"""Who was told of changes: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, Instruction
from dsar.source.declaring import (
    CASE_POINTER,
    MACHINE,
    ROW,
    case_column,
    raw_delete,
    record_of,
)
from records.access.grants import Grant
from records.access.inventory import Section, Table, not_personal
from records.access.purposes import Store

_INSTRUCTIONS = Table(
    model="dsar.Instruction",
    store=Store.IDENTITY,
    label="Who was told of changes",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["letter"], CASE_POINTER),
        case_column("case", "case number"),
        case_column("recipient", "recipient"),
        case_column("kind", "what they were told of"),
        case_column("created_at", "when it was to be told"),
        case_column("told_at", "when they were told"),
        case_column("answered_at", "when they answered"),
        case_column("result", "what they answered"),
        *not_personal(
            [
                "number",
                "next_attempt_at",
                "chases",
                "escalated_at",
                "last_error",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)


class RecipientsPart:
    """Instructions to recipients (GDPR 19)."""

    tables: tuple[Table, ...] = (_INSTRUCTIONS,)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return who was told of what, and what they answered."""
        found = Instruction.objects.filter(case__in=[case.pk for case in cases])
        rows = found.select_related("case").order_by("created_at", "recipient")
        return (
            Section(
                _INSTRUCTIONS,
                tuple(record_of(_INSTRUCTIONS, row, row.case.reference) for row in rows),
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete the rows of these cases."""
        return {_INSTRUCTIONS.model: raw_delete(Instruction.objects.filter(case__in=cases))}, []
