"""The nightly look across the stores: rows whose person is not there any more (threat 11)."""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from records.access.purposes import Store
from records.cards.models import Card
from records.identity.models import DataSubject
from records.keys.erasure import count_unmatched_keys, count_unmatched_wallets
from records.wallet.models import Account, AccountKind
from retention.models import PlanItem
from retention.ports import list_other_subjects

NOT_ORPHANS = frozenset({"identity.DataSubject", "retention.PlanItem"})
"""The person's own row; and the plans, whose references are stripped by their runs."""


def count_orphans() -> dict[str, int]:
    """Return how many rows of each table belong to nobody; every number is 0 in good order.

    Pseudonyms are compared inside records.keys and only counts come out: nobody is joined.
    """
    people = [*DataSubject.objects.values_list("pk", flat=True), *list_other_subjects()]
    being_erased = set(
        PlanItem.objects.filter(subject_id__isnull=False).values_list("subject_id", flat=True)
    )
    known = {person for person in (*people, *being_erased) if person is not None}
    found = {
        model._meta.label: _count_unknown(model, column, known)
        for model, column in _tables_about_people()
    }
    cards = list(Card.objects.values_list("pk", flat=True))
    wallets = list(Account.objects.filter(kind=AccountKind.WALLET).values_list("pk", flat=True))
    found["wallet.Account"] = count_unmatched_wallets(card_ids=cards, wallets=wallets)
    found["keys.DataKey"] = count_unmatched_keys(
        names={Store.IDENTITY: people, Store.PAYMENTS: wallets}
    )
    return found


def _tables_about_people() -> Iterator[tuple[type[Model], str]]:
    for model in apps.get_models():
        if model._meta.label in NOT_ORPHANS:
            continue
        names = {field.attname for field in model._meta.local_concrete_fields}
        if "subject_id" in names:
            yield model, "subject_id"


def _count_unknown(model: type[Model], column: str, known: set[UUID]) -> int:
    rows = model._default_manager.exclude(**{column: None}).values_list(column, flat=True)
    return sum(value not in known for value in rows.iterator(chunk_size=2000))
