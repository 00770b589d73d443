"""Letters and messages: declared, handed over (without the files), removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, CaseMessage, Letter
from dsar.source.declaring import (
    CASE_POINTER,
    MACHINE,
    ROW,
    SUBJECT,
    case_column,
    raw_delete,
    record_of,
)
from records.access.grants import Grant
from records.access.inventory import Section, Table, not_personal
from records.access.purposes import Store

_LETTERS = Table(
    model="dsar.Letter",
    store=Store.IDENTITY,
    label="Letters about requests",
    columns=(
        *not_personal(["id", "file_name"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        case_column("case", "case number"),
        case_column("kind", "kind of letter"),
        case_column("language", "language"),
        case_column("way", "how it travels"),
        case_column("made_at", "when it was written"),
        case_column("delivered_at", "when it was delivered"),
        case_column("failed_at", "when it could not be delivered"),
        case_column("sha256", "fingerprint"),
        case_column("size", "size in bytes"),
        case_column("level", "level of the seal"),
        case_column("content_key", "key of the file", withheld="security"),
    ),
)
_MESSAGES = Table(
    model="dsar.CaseMessage",
    store=Store.IDENTITY,
    label="Messages about requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["case", "letter"], CASE_POINTER),
        *not_personal(
            [
                "kind",
                "created_at",
                "next_attempt_at",
                "sent_at",
                "given_up_at",
                "last_error",
                "lease_token",
                "lease_until",
                "attempts",
            ],
            MACHINE,
        ),
    ),
)


class LettersPart:
    """Letters, and the messages that tell of them."""

    tables: tuple[Table, ...] = (_LETTERS, _MESSAGES)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return what is known of the letters that were written."""
        found = Letter.objects.filter(case__in=[case.pk for case in cases])
        rows = found.select_related("case").order_by("made_at", "id")
        return (
            Section(_LETTERS, tuple(record_of(_LETTERS, row, row.case.reference) for row in rows)),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete messages and letters; their files go after it."""
        letters = Letter.objects.filter(case__in=cases)
        files = list(letters.values_list("file_name", flat=True))
        return {
            _MESSAGES.model: raw_delete(CaseMessage.objects.filter(case__in=cases)),
            _LETTERS.model: raw_delete(letters),
        }, files
