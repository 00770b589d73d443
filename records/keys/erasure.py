"""What erasure across the stores asks of the keys: names for the erasure ledger, marked keys,
orphans.

Pseudonyms are made and compared here, and only counts come out: nobody is joined by them.
"""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.db import transaction

from records.access.grants import Grant
from records.access.purposes import Store
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring
from records.keys.keybox import box, owners
from records.keys.models import DataKey
from records.keys.operations import change_version, empty_journal


def name_keys(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> list[UUID]:
    """Return the names under which the key store files these subjects' keys, for the ledger."""
    Grant.require_all(grant, store, frozenset(subjects), frozenset())
    owner_of = owners(store)
    return [UUID(bytes=owner_of(subject.bytes)) for subject in subjects]


def destroy_marked_keys(*, is_marked: Callable[[UUID], bool]) -> int:
    """Destroy every data key whose name the erasure ledger marks; return how many rows went.

    For the replay after a restore: it scans the names, and knows nobody. Safe to run twice.
    """
    filed = {bytes(owner) for owner in DataKey.objects.values_list("pseudonym", flat=True)}
    marked = [owner for owner in filed if is_marked(UUID(bytes=owner))]
    gone = 0
    if marked:
        with transaction.atomic(using=Store.KEYS):
            for owner in marked:
                gone += DataKey.objects.filter(pseudonym=owner).delete()[0]
            change_version()
    box.forget()
    empty_journal()
    return gone


def count_unmatched_wallets(*, card_ids: Collection[UUID], wallets: Collection[UUID]) -> int:
    """Return how many of these wallets belong to none of these cards."""
    link = get_keyring().link_key("wallet")
    known = {pseudonym(link, card_id.bytes) for card_id in card_ids}
    return sum(wallet not in known for wallet in wallets)


def count_unmatched_keys(*, names: Mapping[Store, Collection[UUID]]) -> int:
    """Return how many subjects' keys belong to none of these people or wallets."""
    known = {
        owner_of(subject.bytes)
        for store, subjects in names.items()
        for owner_of in [owners(store)]
        for subject in subjects
    }
    filed = {bytes(owner) for owner in DataKey.objects.values_list("pseudonym", flat=True)}
    return len(filed - known)
