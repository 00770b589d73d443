"""The lawful erasure of a wallet: its lines go, the books stay balanced (docs/adr/0005-ledger.md).

What the city's accounts gained or lost through the wallet is folded into one number per account,
so that nothing is left that could be laid beside the day of a person's erasure, and every total of
the city stays as it was.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from records.wallet.errors import WalletNotSettled
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    ErasureWindow,
    Instrument,
    LedgerEntry,
    Payout,
    PayoutState,
    Posting,
)
from records.wallet.operations.accounting import PAYMENTS, lock_wallet, retry
from records.wallet.operations.rests import book_rest_as_unclaimed


def erase_wallet(*, wallet: UUID, unclaimed: bool, now: datetime) -> dict[str, int]:
    """Remove everything about one wallet in one transaction, and return the number of rows per
    table.

    With `unclaimed`, a rest is first booked to the account of unclaimed rests (C12): the retention
    engine has found the claim to be over. Without it, a rest raises WalletNotSettled, as an open
    payout or a freeze always does. A wallet that is gone already gives zeros.
    """
    return retry(lambda: _erase_once(wallet, unclaimed, now))


def _erase_once(wallet: UUID, unclaimed: bool, now: datetime) -> dict[str, int]:
    with transaction.atomic(using=PAYMENTS, durable=True):
        if not Account.objects.filter(pk=wallet, kind=AccountKind.WALLET).exists():
            return dict.fromkeys(_TABLES, 0)
        account = lock_wallet(wallet=wallet)
        _check_settled(account, unclaimed)
        if account.balance_minor or account.held_minor:
            book_rest_as_unclaimed(account=account, now=now)
        ErasureWindow.objects.create(wallet=wallet)
        _fold(wallet)
        counts = _delete_rows(wallet)
        ErasureWindow.objects.filter(wallet=wallet).delete()
    return counts


def _check_settled(account: Account, unclaimed: bool) -> None:
    open_payouts = Payout.objects.filter(wallet=account.pk, state=PayoutState.REQUESTED).count()
    rest = bool(account.balance_minor or account.held_minor)
    if account.frozen or open_payouts or (rest and (account.suspected or not unclaimed)):
        raise WalletNotSettled(
            frozen=account.frozen, suspected=account.suspected, open_payouts=open_payouts, rest=rest
        )


def _fold(wallet: UUID) -> None:
    """Move what the wallet's postings say about the city's accounts into those accounts' folded
    sums.
    """
    totals = (
        Posting.objects.filter(entry__wallet=wallet)
        .exclude(account=wallet)
        .order_by("account")
        .values_list("account")
        .annotate(total=Sum("amount_minor"))
    )
    for account, total in list(totals):
        if total:
            Account.objects.filter(pk=account).update(folded_minor=F("folded_minor") + total)


_TABLES = (
    "wallet.Posting",
    "wallet.LedgerEntry",
    "wallet.Authorisation",
    "wallet.Payout",
    "wallet.Instrument",
    "wallet.Account",
)


def _delete_rows(wallet: UUID) -> dict[str, int]:
    """Delete straight in the tables: no row is loaded, no sealed value touched."""
    rows = (
        Posting.objects.filter(wallet=wallet),
        LedgerEntry.objects.filter(wallet=wallet),
        Authorisation.objects.filter(wallet=wallet),
        Payout.objects.filter(wallet=wallet),
        Instrument.objects.filter(wallet=wallet),
        Account.objects.filter(pk=wallet),
    )
    # Each table's rows go before those that they point to. Django's collector would load them to
    # find that out.
    return {
        table: queryset._raw_delete(PAYMENTS) for table, queryset in zip(_TABLES, rows, strict=True)
    }
