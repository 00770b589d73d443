"""On whose authority a request was filed: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, CaseAuthority
from dsar.source.declaring import case_column, raw_delete, record_of
from records.access.grants import Grant
from records.access.inventory import Section, Table, not_personal
from records.access.purposes import Store

_AUTHORITIES = Table(
    model="dsar.CaseAuthority",
    store=Store.IDENTITY,
    label="Requests filed by a representative",
    columns=(
        *not_personal(["representation_id"], "points to the representation's row"),
        case_column("case", "case number"),
        case_column("shown_at", "when the authority was shown"),
        case_column("ended_at", "when it no longer reached"),
        case_column("gap", "why it no longer reached"),
    ),
)


class AuthorityPart:
    """The authority of whoever filed a request for somebody else."""

    tables: tuple[Table, ...] = (_AUTHORITIES,)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return on whose authority which request was filed."""
        found = CaseAuthority.objects.filter(case__in=[case.pk for case in cases])
        rows = found.select_related("case").order_by("shown_at", "case_id")
        return (
            Section(
                _AUTHORITIES,
                tuple(record_of(_AUTHORITIES, row, row.case.reference) for row in rows),
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete the rows of these cases."""
        return {_AUTHORITIES.model: raw_delete(CaseAuthority.objects.filter(case__in=cases))}, []
