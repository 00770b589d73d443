"""The replay: after a store was restored from a backup, whoever was erased is erased again (threat
14).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from records.access import erasure_ledger
from records.access.erasure_ledger import LedgerEntry, mark_of
from records.access.gate import open_gate, report_outcome
from records.access.purposes import Action, Purpose, Store
from records.access.registry import Source, SubjectContext, sources
from records.contracts.queries import subject_context
from records.identity.models import DataSubject
from records.keys.erasure import destroy_marked_keys
from records.keys.operations import destroy_data_keys
from records.wallet.models import Account, AccountKind
from retention.models import SubjectClock
from retention.operations.clocks import RETENTION
from retention.operations.parts import erase_marked_parts
from retention.operations.positions import record_positions
from retention.operations.steps import EVERY_CATEGORY
from retention.ports import list_other_subjects
from retention.rules.safety import BATCH_PEOPLE

NOBODY = UUID(int=0)
"""Stands for the person of a wallet whose identity row is gone."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found and erased again."""

    people: int
    wallets: int
    keys: int
    position: int
    parts: int = 0


def replay_erasure_ledger(now: datetime) -> Replayed:
    """Erase again whoever the erasure ledger marks and a restored store has brought back.

    People, wallets and keys are found by scanning: the ledger names nobody. Safe to run twice and
    to kill anywhere: the stores count as behind until the end. Nothing is erased that is not
    marked.
    """
    erasure_ledger.restore_rows_from_file(now=now)
    applied = erasure_ledger.applied_position(Store.IDENTITY) or 0
    position = max(erasure_ledger.positions().values(), default=0)
    people = wallets = 0
    for batch in _marked(Store.IDENTITY, _people()):
        _erase_people(batch, now)
        people += len(batch)
    for batch in _marked(Store.PAYMENTS, _wallets()):
        _erase_wallets(batch, now)
        wallets += len(batch)
    keys = destroy_marked_keys(is_marked=_marker(Store.KEYS))
    parts = erase_marked_parts(after=applied, now=now)
    record_positions(position=position)
    return Replayed(people=people, wallets=wallets, keys=keys, position=position, parts=parts)


def _marker(store: Store) -> Callable[[UUID], bool]:
    marks = {line.mark for line in erasure_ledger.list_marks(store=store)}
    return lambda name: mark_of(LedgerEntry(store, name)) in marks


def _marked(store: Store, names: Iterator[UUID]) -> Iterator[list[UUID]]:
    """Yield the marked ones among the names, a few at a time."""
    is_marked = _marker(store)
    batch: list[UUID] = []
    for name in names:
        if is_marked(name):
            batch.append(name)
        if len(batch) == BATCH_PEOPLE:
            yield batch
            batch = []
    if batch:
        yield batch


def _people() -> Iterator[UUID]:
    """Return every data subject, and whoever else has a key of their own: found once in a list,
    because rows go while we walk.
    """
    people = DataSubject.objects.order_by("pk").values_list("pk", flat=True)
    return iter([*people, *list_other_subjects()])


def _wallets() -> Iterator[UUID]:
    rows = Account.objects.filter(kind=AccountKind.WALLET).order_by("pk")
    return iter(list(rows.values_list("pk", flat=True)))


def _erase_people(people: Sequence[UUID], now: datetime) -> None:
    grant = open_gate(
        actor=RETENTION,
        purpose=Purpose.RETENTION,
        subjects=people,
        categories=EVERY_CATEGORY,
        action=Action.ERASE,
        task="erasure-replay",
        now=now,
    )
    contexts = [subject_context(grant, person) for person in people]
    for context in contexts:
        for source in _payments_first():
            source.erase(grant, context, now)
    wallets = [wallet for context in contexts for wallet in context.wallets]
    destroy_data_keys(grant, store=Store.PAYMENTS, subjects=wallets)
    destroy_data_keys(grant, store=Store.IDENTITY, subjects=people)
    SubjectClock.objects.filter(pk__in=people).delete()
    report_outcome(grant, done=True, now=now, counts={"people": len(people)})


def _erase_wallets(wallets: Sequence[UUID], now: datetime) -> None:
    """Erase wallets whose person did not come back: only their own store was restored."""
    grant = open_gate(
        actor=RETENTION,
        purpose=Purpose.RETENTION,
        subjects=(),
        wallets=wallets,
        categories=EVERY_CATEGORY,
        action=Action.ERASE,
        task="erasure-replay",
        now=now,
    )
    for source in sources():
        if {table.store for table in source.tables} == {Store.PAYMENTS}:
            source.erase(grant, SubjectContext(NOBODY, tuple(wallets)), now)
    destroy_data_keys(grant, store=Store.PAYMENTS, subjects=wallets)
    report_outcome(grant, done=True, now=now, counts={"wallets": len(wallets)})


def _payments_first() -> list[Source]:
    def comes_later(source: Source) -> bool:
        return Store.PAYMENTS not in {table.store for table in source.tables}

    return sorted(sources(), key=comes_later)
