"""What retention holds about a person, how it is handed over and removed."""

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
from retention.models import LegalHold, PlanItem, SubjectClock

_POINTS = "the person's random number; it points to their other rows"
_STEP = "says how far a run has come"


def _kept(name: str, label: str, retention: str = "contract", withheld: str = "") -> Personal:
    return Personal(
        name,
        DataCategory.CARD,
        label,
        (Purpose.RETENTION,),
        basis=LegalBasis.LEGAL_OBLIGATION,
        recipients=(),
        retention=retention,
        provenance=Provenance.DERIVED,
        withheld=withheld,
    )


CLOCKS = Table(
    model="retention.SubjectClock",
    store=Store.IDENTITY,
    label="How long your data is kept",
    columns=(
        *not_personal(["subject_id"], _POINTS),
        _kept("contract_end", "day on which the contract ended"),
        _kept("last_day_kept", "last day on which the data is kept"),
        _kept("purge_from", "moment from which nobody may open the data"),
        _kept("rule", "retention rule"),
        _kept("open", "obligations that are still open"),
        *not_personal(["computed_at", "erasing_since"], _STEP),
    ),
)
HOLDS = Table(
    model="retention.LegalHold",
    store=Store.IDENTITY,
    label="Orders to keep data",
    columns=(
        *not_personal(["id"], "a random number that only this row bears"),
        *not_personal(["subject_id"], _POINTS),
        _kept("ground", "ground of the order"),
        _kept("citation", "legal basis of the order"),
        _kept("until_date", "last day of the order"),
        _kept("placed_at", "when it was placed"),
        _kept("lifted_at", "when it was lifted"),
        Personal(
            "placed_by",
            DataCategory.STAFF,
            "who placed it",
            (Purpose.RETENTION,),
            basis=LegalBasis.LEGAL_OBLIGATION,
            recipients=(),
            retention="staff",
            provenance=Provenance.OBSERVED,
            withheld="staff_identity",
        ),
        Personal(
            "lifted_by",
            DataCategory.STAFF,
            "who lifted it",
            (Purpose.RETENTION,),
            basis=LegalBasis.LEGAL_OBLIGATION,
            recipients=(),
            retention="staff",
            provenance=Provenance.OBSERVED,
            withheld="staff_identity",
        ),
    ),
)
ITEMS = Table(
    model="retention.PlanItem",
    store=Store.IDENTITY,
    label="Erasures that are planned",
    columns=(
        *not_personal(["id"], "a random number that only this row bears"),
        *not_personal(["plan", "batch"], "points to the plan and its step list"),
        *not_personal(["subject_id"], _POINTS + "; stripped when the erasure is done"),
        *not_personal(
            ["card_ids"], "points to the person's cards while they are erased, no longer"
        ),
        _kept("contract_end", "day on which the contract ended", "job"),
        _kept("last_day_kept", "last day on which the data is kept", "job"),
        _kept("rule", "retention rule", "job"),
        _kept("state", "planned, held or dropped", "job"),
        _kept("reason", "why", "job"),
    ),
)
VOTES = Table(
    model="retention.PlanApproval",
    store=Store.IDENTITY,
    label="Approvals of plans",
    columns=(
        *not_personal(["id"], "a random number that only this row bears"),
        *not_personal(["plan"], "points to the plan"),
        Personal(
            "actor_id",
            DataCategory.STAFF,
            "who approved",
            (Purpose.RETENTION,),
            basis=LegalBasis.LEGAL_OBLIGATION,
            recipients=(),
            retention="staff",
            provenance=Provenance.OBSERVED,
            withheld="staff_identity",
        ),
        *not_personal(
            ["organisation", "approved_at", "plan_sha256", "confirmed_due"],
            "says what was approved, when and for which organisation; nothing about a holder",
        ),
    ),
)
_MACHINE = tuple(
    Table(model=f"retention.{name}", store=Store.IDENTITY, label=label, whole_because=because)
    for name, label, because in (
        ("Plan", "Plans", "counts, times and a hash; who is in it stands in the items"),
        ("Run", "Runs", "times and a lease; who is in it stands in the items"),
        ("Batch", "Step lists of runs", "counts and a step; who is in it stands in the items"),
        ("Certificate", "Certificates of erasure", "counts and hashes without any person"),
        ("ClockMark", "The time last seen", "one time, to notice a system date that jumps"),
        ("ErasurePosition", "Position in the erasure ledger", "one number for the whole store"),
    )
)


class RetentionSource:
    """Clocks and holds go with the person; a run strips its own references when the keys are
    gone.
    """

    code = "retention"
    tables: tuple[Table, ...] = (CLOCKS, HOLDS, ITEMS, VOTES, *_MACHINE)

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return the person's clock, holds, and the plans they stand in."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CARD)
        rows = (
            (CLOCKS, SubjectClock.objects.filter(pk=context.subject_id)),
            (HOLDS, LegalHold.objects.filter(subject_id=context.subject_id).order_by("placed_at")),
            (ITEMS, PlanItem.objects.filter(subject_id=context.subject_id).order_by("pk")),
        )
        return tuple(
            Section(table, tuple(Record(_values(table, row)) for row in some))
            for table, some in rows
        )

    def erase(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Receipt:
        """Delete the holds and, unless a run is at it, the clock; strip references in other plans.

        A running erasure keeps its own reference and the shut gate until the keys are destroyed.
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CARD)
        with transaction.atomic():
            clock = SubjectClock.objects.select_for_update().filter(pk=context.subject_id).first()
            in_run = clock is not None and clock.erasing_since is not None
            holds, _ = LegalHold.objects.filter(subject_id=context.subject_id).delete()
            clocks = 0
            if not in_run:
                clocks, _ = SubjectClock.objects.filter(pk=context.subject_id).delete()
                PlanItem.objects.filter(subject_id=context.subject_id).update(
                    subject_id=None, card_ids=[]
                )
        return Receipt(
            self.code, deleted={CLOCKS.model: clocks, HOLDS.model: holds, ITEMS.model: 0}
        )


def _values(table: Table, row: object) -> dict[str, object]:
    return {
        column.name: getattr(row, column.name) for column in table.personal() if not column.withheld
    }
