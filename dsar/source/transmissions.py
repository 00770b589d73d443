"""Portable data handed to others: declared, handed over, removed. What came from others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, Transmission
from dsar.source.declaring import MACHINE, ROW, case_column, raw_delete, record_of
from records.access.grants import Grant
from records.access.inventory import Section, Table, not_personal
from records.access.purposes import Store

_TRANSMISSIONS = Table(
    model="dsar.Transmission",
    store=Store.IDENTITY,
    label="Data handed to other controllers",
    columns=(
        *not_personal(["id"], ROW),
        case_column("case", "case number"),
        case_column("peer", "receiver"),
        case_column("created_at", "when it was ordered"),
        case_column("sent_at", "when the receiver confirmed it"),
        case_column("result", "what the receiver answered"),
        case_column("receipt_id", "number of the receiver's receipt"),
        case_column("ended_at", "when it was given up or refused"),
        *not_personal(
            ["next_attempt_at", "last_error", "lease_token", "lease_until", "attempts"], MACHINE
        ),
    ),
)
RECEPTION_TABLES = (
    Table(
        model="dsar.Reception",
        store=Store.IDENTITY,
        label="Data that came from other controllers",
        whole_because="the sender's number, a keyed digest and a result, for thirty days; the "
        "number of the application stands in it only until that is kept",
    ),
)


class TransmissionsPart:
    """What was handed to other controllers (GDPR 20(2))."""

    tables: tuple[Table, ...] = (_TRANSMISSIONS,)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return to whom data was handed, and when."""
        found = Transmission.objects.filter(case__in=[case.pk for case in cases])
        rows = found.select_related("case").order_by("created_at", "peer")
        return (
            Section(
                _TRANSMISSIONS,
                tuple(record_of(_TRANSMISSIONS, row, row.case.reference) for row in rows),
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete the rows of these cases."""
        return {_TRANSMISSIONS.model: raw_delete(Transmission.objects.filter(case__in=cases))}, []
