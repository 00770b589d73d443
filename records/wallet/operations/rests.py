"""What else becomes of the rest of an ended wallet: moved to the new card, or booked as unclaimed
(T4.6.3, C12).
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from records.legal_days import legal_day
from records.wallet import rules
from records.wallet.errors import (
    ClaimStands,
    ClaimTooLate,
    FormsDiffer,
    WalletClosed,
    WalletDiffers,
)
from records.wallet.models import Account, AccountKind, EntryKind, Instrument, LedgerEntry
from records.wallet.operations.accounting import (
    PAYMENTS,
    Line,
    book_entry,
    booking_day,
    lock_wallet,
    retry,
    system_account,
)
from records.wallet.operations.payouts import check_rest, empty_wallet


def transfer_rest(
    *, transfer: UUID, source: UUID, target: UUID, ended_on: date | None, now: datetime
) -> int:
    """Move the whole rest to the wallet of the replacement card, free of charge, and return the
    amount (T4.6.3a).

    What does not fit under the target's ceiling is held there for the holder and paid out (C12).
    Counts against no monthly limit (C19). Safe to repeat under the same `transfer`. Raises
    FormsDiffer, ClaimTooLate, WalletDiffers, WalletClosed, WalletFrozen, WalletSuspected,
    NothingToPayOut.
    """
    if not rules.claim_stands(ended_on=ended_on, today=legal_day(now)):
        raise ClaimTooLate(months=rules.CLAIM_MONTHS)
    return retry(lambda: _transfer_once(transfer, source, target, now))


def book_unclaimed(*, wallet: UUID, ended_on: date, now: datetime) -> int:
    """Book a rest that nobody claimed within 60 months to its own account, and return the amount
    (C12, T4.6.3b).

    The money never vanishes silently. Raises ClaimStands while the holder may still claim it, and
    as a payout does.
    """
    if rules.claim_stands(ended_on=ended_on, today=legal_day(now)):
        raise ClaimStands(months=rules.CLAIM_MONTHS)

    def step() -> int:
        with transaction.atomic(using=PAYMENTS, durable=True):
            return book_rest_as_unclaimed(account=lock_wallet(wallet=wallet), now=now)

    return retry(step)


def book_rest_as_unclaimed(*, account: Account, now: datetime) -> int:
    """Book the rest of a locked wallet as unclaimed; the caller has found the claim to be over."""
    rest = check_rest(account)
    empty_wallet(
        account=account,
        entry=LedgerEntry(kind=EntryKind.UNCLAIMED, booked_at=booking_day(now)),
        shares={AccountKind.UNCLAIMED: rest},
    )
    return rest


def _transfer_once(transfer: UUID, source: UUID, target: UUID, now: datetime) -> int:
    key = f"transfer/{transfer}"
    with transaction.atomic(using=PAYMENTS, durable=True):
        # Always in the same order, so that two transfers never wait for each other.
        locked = {wallet: lock_wallet(wallet=wallet) for wallet in sorted({source, target})}
        earlier = LedgerEntry.objects.filter(idempotency_key=f"{key}/out").first()
        if earlier is not None:
            if earlier.wallet_id != source:
                raise WalletDiffers(transfer=transfer)
            return _moved(earlier)
        giving, taking = locked[source], locked[target]
        _check_pair(giving, taking)
        rest = check_rest(giving)
        empty_wallet(
            account=giving,
            entry=LedgerEntry(
                kind=EntryKind.TRANSFER_OUT,
                idempotency_key=f"{key}/out",
                booked_at=booking_day(now),
            ),
            shares={AccountKind.TRANSFERS: rest},
        )
        _take_in(taking, rest, f"{key}/in", now)
    return rest


def _moved(entry: LedgerEntry) -> int:
    amount: int = entry.postings.get(account__kind=AccountKind.TRANSFERS).amount_minor
    return amount


def _check_pair(giving: Account, taking: Account) -> None:
    if giving.pk == taking.pk or (giving.city, giving.currency) != (taking.city, taking.currency):
        raise WalletDiffers
    if taking.closed_on is not None:
        raise WalletClosed
    forms = set(
        Instrument.objects.filter(wallet__in=[giving.pk, taking.pk]).values_list("form", flat=True)
    )
    if len(forms) > 1:
        raise FormsDiffer


def _take_in(account: Account, amount_minor: int, key: str, now: datetime) -> None:
    fits, held = rules.split_credit(
        balance_minor=account.balance_minor,
        ceiling_minor=account.ceiling_minor,
        amount_minor=amount_minor,
    )
    account.balance_minor += fits
    account.held_minor += held
    account.save(update_fields=["balance_minor", "held_minor"])

    def city(kind: AccountKind) -> UUID:
        return system_account(kind=kind, city=account.city, currency=account.currency)

    lines = [
        Line(account=city(AccountKind.TRANSFERS), amount_minor=-amount_minor),
        Line(account=account.pk, amount_minor=fits),
    ]
    if held:
        lines.append(Line(account=city(AccountKind.REFUNDS_DUE), amount_minor=held))
    book_entry(
        entry=LedgerEntry(
            wallet_id=account.pk,
            kind=EntryKind.TRANSFER_IN,
            idempotency_key=key,
            booked_at=booking_day(now),
        ),
        lines=lines,
        currency=account.currency,
    )
