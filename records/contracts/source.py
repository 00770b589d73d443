"""What the work lists of card and wallet hold about people, until the work is done."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from records.access.grants import Grant
from records.access.inventory import (
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext
from records.contracts.models import BlockOutbox, CardSaga

_PURPOSES = (Purpose.CARD_ADMINISTRATION, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST)
_LEASE = ("lease_token", "lease_until", "attempts")


def _observed(name: str, label: str) -> Personal:
    return Personal(
        name,
        DataCategory.CARD,
        label,
        _PURPOSES,
        retention="job",
        provenance=Provenance.OBSERVED,
    )


def _staff(name: str, label: str) -> Personal:
    return Personal(
        name,
        DataCategory.STAFF,
        label,
        (Purpose.RIGHTS_REQUEST, Purpose.LOG_REVIEW),
        basis=LegalBasis.LEGAL_OBLIGATION,
        retention="job",
        provenance=Provenance.OBSERVED,
        withheld="staff_name",
    )


_SAGAS = Table(
    model="contracts.CardSaga",
    store=Store.IDENTITY,
    label="Work under way on a card",
    columns=(
        *not_personal(("id",), "a random number that stands in no other store"),
        *not_personal(("card_id", "subject_id", "application_id"), "whose row it is"),
        *not_personal(("step", *_LEASE), "how far the machine has come"),
        _observed("kind", "what is being done"),
        _observed("started_on", "since which day"),
        _observed("reason", "reason"),
        _observed("notice_sent_on", "day of the notice before a cancellation"),
        _observed("notice_reference", "reference of that notice"),
    ),
)
_BLOCKS = Table(
    model="contracts.BlockOutbox",
    store=Store.IDENTITY,
    label="Blocks on their way into the log",
    columns=(
        *not_personal(("id",), "a random number; the log knows a pseudonym of it"),
        *not_personal(("subject_id",), "whose row it is"),
        *not_personal(_LEASE, "how far the machine has come"),
        _observed("blocked_at", "time of the report"),
        _staff("actor_role", "role of whoever reported it"),
        _staff("actor_id", "account of whoever reported it"),
        _staff("actor_organisation", "organisation of whoever reported it"),
    ),
)


class ContractsSource:
    """The work lists. They are nearly always empty: a row goes when its work is done."""

    code = "contracts"
    tables: tuple[Table, ...] = (_SAGAS, _BLOCKS)

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return the work that is under way on the person's cards."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CARD)
        return tuple(
            Section(
                table,
                tuple(
                    Record(
                        {
                            column.name: getattr(row, column.name)
                            for column in table.personal()
                            if not column.withheld
                        }
                    )
                    for row in model.objects.filter(subject_id=context.subject_id).order_by("pk")
                ),
            )
            for table, model in ((_SAGAS, CardSaga), (_BLOCKS, BlockOutbox))
        )

    def erase(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Receipt:
        """Delete the rows; safe to run twice."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CARD)
        with transaction.atomic():
            return Receipt(
                source=self.code,
                deleted={
                    table.model: model.objects.filter(subject_id=context.subject_id).delete()[0]
                    for table, model in ((_SAGAS, CardSaga), (_BLOCKS, BlockOutbox))
                },
            )
