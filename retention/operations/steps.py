"""The steps of one batch, in the order of design: check again, write the erasure ledger, block,
erase the payment store, erase the identity store, see that nothing is left, destroy the keys,
forget the
names.

Each step is safe to run twice; what it counts is written in the transaction that says it is done.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.apps import apps

from records.access import erasure_ledger
from records.access.erasure_ledger import LedgerEntry
from records.access.grants import Grant
from records.access.inventory import Receipt
from records.access.purposes import DataCategory, Store
from records.access.registry import Source, SubjectContext, sources
from records.cards.models import Card
from records.contracts.models import BlockOutbox, CardSaga
from records.keys.erasure import name_keys
from records.keys.links import wallet_pseudonym
from records.keys.operations import destroy_data_keys
from records.wallet.operations import block_wallet
from records.wallet.queries import list_wallets
from retention.errors import ErasureIncomplete
from retention.models import Batch, ItemState, PlanItem, Step, SubjectClock
from retention.operations.clocks import save_clock
from retention.queries.clocks import Verdict, judge_people
from retention.queries.holds import list_held

EVERY_CATEGORY = tuple(DataCategory)


@dataclass(slots=True)
class Work:
    """One batch in one worker's hands: the Grant, the time, and the people by reference."""

    batch: Batch
    grant: Grant
    now: datetime
    items: list[PlanItem]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> list[UUID]:
        """The data subjects that are still to be erased."""
        return [item.subject_id for item in self.items if item.subject_id is not None]

    def contexts(self) -> list[SubjectContext]:
        """Return each person under their names in both stores; only for those whose cards are
        known.
        """
        return [
            SubjectContext(item.subject_id, self.wallets(item))
            for item in self.items
            if item.subject_id is not None
        ]

    def wallets(self, item: PlanItem) -> tuple[UUID, ...]:
        """Return a person's wallets, derived anew each time: no store keeps them beside the
        person.
        """
        if item.subject_id is None:
            return ()
        return tuple(
            wallet_pseudonym(self.grant, card_id=UUID(card_id), subject_id=item.subject_id)
            for card_id in item.card_ids
        )

    def all_wallets(self) -> list[UUID]:
        """Return the wallets of everybody in the batch."""
        return [wallet for item in self.items for wallet in self.wallets(item)]

    def count(self, receipt: Receipt) -> None:
        """Add what a source did to what this step has counted."""
        for table, number in receipt.deleted.items():
            self.counts[f"deleted:{table}"] += number
        for table, (number, reason) in receipt.kept.items():
            self.counts[f"kept:{table}:{reason}"] += number


def recheck(work: Work) -> None:
    """Judge everybody again; whoever is not due any more drops out, for the others there is no way
    back.

    A renewed contract, a pending case, a new hold, unfinished work: the person stays (threat 13).
    Their clocks are locked before the look: a hold comes before it, or finds the erasure begun.
    """
    list(SubjectClock.objects.select_for_update().filter(pk__in=work.people).order_by("pk"))
    verdicts = judge_people(work.grant, subject_ids=work.people, now=work.now)
    held = list_held(subject_ids=work.people, now=work.now)
    busy = _busy(work.people)
    for item, verdict in zip(work.items, verdicts, strict=True):
        reason = _reason_to_keep(work, item, verdict, held, busy)
        if reason:
            item.state, item.reason = ItemState.DROPPED, reason
            item.save(update_fields=["state", "reason"])
            save_clock(verdict, work.now)
        elif not _begin(item, verdict.subject_id, work.now):
            item.state, item.reason = ItemState.DROPPED, "clock_changed"
            item.save(update_fields=["state", "reason"])
    work.items = [item for item in work.items if item.state == ItemState.PLANNED]


def _reason_to_keep(
    work: Work, item: PlanItem, verdict: Verdict, held: dict[UUID, str], busy: set[UUID]
) -> str:
    if verdict.purge_from is None:
        return "contract_runs"
    if verdict.purge_from > work.now or verdict.last_day_kept != item.last_day_kept:
        return "period_changed"
    if verdict.subject_id in held:
        return held[verdict.subject_id]
    if verdict.subject_id in busy:
        return "work_pending"
    cards = Card.objects.filter(subject_id=verdict.subject_id).order_by("pk")
    item.card_ids = [str(pk) for pk in cards.values_list("pk", flat=True)]
    for wallet in list_wallets(work.wallets(item)):
        if wallet.frozen or (wallet.suspected and (wallet.balance_minor or wallet.held_minor)):
            return "wallet_frozen"
    return ""


def _busy(people: Collection[UUID]) -> set[UUID]:
    """Return those with unfinished work between the stores, or a block that the log does not know
    yet.
    """
    sagas = CardSaga.objects.filter(subject_id__in=people).values_list("subject_id", flat=True)
    blocks = BlockOutbox.objects.filter(subject_id__in=people).values_list("subject_id", flat=True)
    return {*sagas, *blocks}


def _begin(item: PlanItem, subject_id: UUID, now: datetime) -> bool:
    """Shut the gate for good: from here on it opens for the erasure only."""
    begun = SubjectClock.objects.filter(
        pk=subject_id, erasing_since=None, purge_from__lte=now
    ).update(erasing_since=now)
    if begun:
        item.save(update_fields=["card_ids"])
    return bool(begun)


def write_ledger(work: Work) -> None:
    """Write, for every store, who is going to be erased from it, before the first row goes."""
    wallets = work.all_wallets()
    names = {
        Store.PAYMENTS: wallets,
        Store.IDENTITY: work.people,
        Store.KEYS: [
            *name_keys(work.grant, store=Store.PAYMENTS, subjects=wallets),
            *name_keys(work.grant, store=Store.IDENTITY, subjects=work.people),
        ],
    }
    work.batch.ledger_position = erasure_ledger.write(
        work.grant,
        entries=[LedgerEntry(store, name) for store, some in names.items() for name in some],
        now=work.now,
    )
    work.batch.save(update_fields=["ledger_position"])


def block(work: Work) -> None:
    """Block every wallet: nothing is paid with a card whose holder is being erased."""
    for wallet in list_wallets(work.all_wallets()):
        block_wallet(wallet=wallet.pk, now=work.now)


def erase_payments(work: Work) -> None:
    """Let every source that has tables in the payment store erase."""
    _erase(work, [source for source in sources() if Store.PAYMENTS in _stores(source)])


def erase_identity(work: Work) -> None:
    """Let every other source erase."""
    _erase(work, [source for source in sources() if Store.PAYMENTS not in _stores(source)])


def _erase(work: Work, among: list[Source]) -> None:
    for context in work.contexts():
        for source in among:
            work.count(source.erase(work.grant, context, work.now))


def _stores(source: Source) -> set[Store]:
    return {table.store for table in source.tables}


def check_nothing_left(work: Work) -> None:
    """Raise ErasureIncomplete where a row with sealed or indexed values of anybody is still there.

    Blind indexes stand in these rows: a key that is destroyed does not take them along.
    """
    names = {
        Store.IDENTITY: work.people,
        Store.PAYMENTS: work.all_wallets(),
    }
    for model in apps.get_models():
        column, store = getattr(model, "sealed_subject", None), getattr(model, "sealed_store", None)
        if column is None or store is None:
            continue
        left = model._default_manager.filter(**{f"{column}__in": names[store]}).count()
        if left:
            raise ErasureIncomplete(table=model._meta.label, rows=left)


def destroy_keys(work: Work) -> None:
    """Destroy the data keys of both stores: copies in backups and replicas become noise."""
    for store, names in (
        (Store.PAYMENTS, work.all_wallets()),
        (Store.IDENTITY, work.people),
    ):
        if names:
            gone = destroy_data_keys(work.grant, store=store, subjects=names)
            work.counts[f"deleted:keys.DataKey:{store.value}"] += gone


def strip(work: Work) -> None:
    """Forget who it was: the references go from plan and clock."""
    SubjectClock.objects.filter(pk__in=work.people).delete()
    PlanItem.objects.filter(pk__in=[item.pk for item in work.items]).update(
        subject_id=None, card_ids=[], state=ItemState.ERASED
    )
    work.counts["erased"] += len(work.items)


StepFunction = Callable[[Work], None]
STEPS: dict[Step, StepFunction] = {
    Step.RECHECK: recheck,
    Step.LEDGER: write_ledger,
    Step.BLOCK: block,
    Step.PAYMENTS: erase_payments,
    Step.IDENTITY: erase_identity,
    Step.INDEX_VALUES: check_nothing_left,
    Step.KEYS: destroy_keys,
    Step.STRIP: strip,
}
ORDER = (*STEPS, Step.DONE)


def next_step(step: Step) -> Step:
    """Return the step after this one."""
    return ORDER[ORDER.index(step) + 1]
