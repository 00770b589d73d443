"""The keyed pseudonyms that join the stores. No database holds the keys; each value is stored on
one side only.
"""

from uuid import UUID

from records.access.grants import Grant
from records.access.purposes import DataCategory, Store
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring


def wallet_pseudonym(grant: Grant, *, card_id: UUID, subject_id: UUID) -> UUID:
    """Return the wallet of a card, against a Grant that covers its holder's wallet, and let the
    Grant cover it, too.
    """
    Grant.require(grant, Store.IDENTITY, subject_id, DataCategory.WALLET)
    wallet = _wallet(card_id)
    grant.extend(Store.PAYMENTS, wallet)
    return wallet


def wallet_pseudonym_for_blocking(card_id: UUID) -> UUID:
    """Return the wallet of a card that is being blocked: the named path without a Grant, for
    blocking never waits.
    """
    return _wallet(card_id)


def presentation_digest(token: bytes) -> UUID:
    """Return what the payments store knows of a chip's token: the named path of the terminals,
    without a Grant.
    """
    return pseudonym(get_keyring().link_key("presentation"), token)


def _wallet(card_id: UUID) -> UUID:
    return pseudonym(get_keyring().link_key("wallet"), card_id.bytes)
