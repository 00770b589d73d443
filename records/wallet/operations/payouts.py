"""Payouts: the rest of a wallet to the holder's own account (T4.4.3, T5.3.3, C12, C23)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from records.access.grants import Grant
from records.access.purposes import DataCategory, Store
from records.keys.operations import create_data_keys, seal_values
from records.legal_days import add_months, legal_day
from records.wallet import rules
from records.wallet.errors import (
    NothingToPayOut,
    PayoutUnknown,
    WalletDiffers,
    WalletFrozen,
    WalletSuspected,
)
from records.wallet.models import (
    Account,
    AccountKind,
    EntryKind,
    LedgerEntry,
    Payout,
    PayoutState,
)
from records.wallet.operations.accounting import (
    PAYMENTS,
    Line,
    book_entry,
    booking_day,
    lock_wallet,
    retry,
    system_account,
)
from records.wallet.queries import PayoutStatus, payout_status
from records.wallet.rules import EndedBecause, Fees, PayoutFee

IBAN_MONTHS = 13
"""A holder may dispute a booking for 13 months (PSD2 71); as long the account number of a payout
is kept.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    payout: Payout
    fees: Fees
    ended_because: EndedBecause
    ended_on: date | None
    now: datetime


def request_payout(
    grant: Grant,
    *,
    payout: UUID,
    wallet: UUID,
    iban: str,
    fees: Fees,
    ended_because: EndedBecause,
    ended_on: date | None,
    now: datetime,
) -> PayoutStatus:
    """Take the whole rest out of the wallet, less the fee of C12, to be paid to the IBAN
    (T4.4.3b).

    `payout` names the request, so that it can be repeated safely. A rest not larger than the fee
    is booked to the account of forfeited rests, and no account number is kept. Raises InvalidIban,
    NothingToPayOut, ClaimTooLate, WalletFrozen, WalletSuspected, WalletDiffers.
    """
    grant.require(Store.PAYMENTS, wallet, DataCategory.PAYOUT_ACCOUNT)
    number = rules.check_iban(iban)
    if (earlier := _find_payout(payout, wallet)) is not None:
        return payout_status(earlier)
    create_data_keys(grant, store=Store.PAYMENTS, subjects=[wallet])
    row = Payout(id=payout, wallet_id=wallet, price_list=fees.price_list)
    seal_values(grant, [row], [{"iban": number}])
    request = _Request(
        payout=row, fees=fees, ended_because=ended_because, ended_on=ended_on, now=now
    )
    return retry(lambda: _request_once(request))


def settle_payout(*, payout: UUID, now: datetime) -> PayoutStatus:
    """Record that the bank has paid (T6.1.6); safe to repeat. Raises PayoutUnknown."""
    return retry(lambda: _settle_once(payout, now))


def forget_settled_ibans(*, now: datetime) -> int:
    """Remove the account numbers of payouts settled more than 13 months ago, and return how many
    (C23).
    """
    last = add_months(legal_day(now), -IBAN_MONTHS)
    due = Payout.objects.filter(state=PayoutState.SETTLED, settled_on__lt=last, iban__isnull=False)
    return due.update(iban=None)


def _find_payout(payout: UUID, wallet: UUID) -> Payout | None:
    row = Payout.objects.filter(pk=payout).defer("iban").first()
    if row is not None and row.wallet_id != wallet:
        raise WalletDiffers(payout=payout)
    return row


def _request_once(request: _Request) -> PayoutStatus:
    row = request.payout
    with transaction.atomic(using=PAYMENTS, durable=True):
        account = lock_wallet(wallet=row.wallet_id)
        if (earlier := _find_payout(row.pk, row.wallet_id)) is not None:
            return payout_status(earlier)
        rest = check_rest(account)
        today = legal_day(request.now)
        fee = rules.payout_fee(
            fees=request.fees,
            balance_minor=rest,
            ended_because=request.ended_because,
            ended_on=request.ended_on,
            today=today,
        )
        _fill(row, account, fee, today)
        row.save(force_insert=True)
        empty_wallet(
            account=account,
            entry=LedgerEntry(
                kind=EntryKind.PAYOUT,
                idempotency_key=f"payout/{row.pk}",
                booked_at=booking_day(request.now),
            ),
            shares=_shares(fee),
        )
    return payout_status(row)


def _fill(row: Payout, account: Account, fee: PayoutFee, today: date) -> None:
    row.amount_minor = fee.surplus_minor
    row.fee_minor = fee.fee_minor
    row.fee_basis = fee.basis.value
    row.currency = account.currency
    row.requested_on = today
    if not fee.surplus_minor:
        row.iban = None
        row.state = PayoutState.SETTLED
        row.settled_on = today


def _shares(fee: PayoutFee) -> dict[AccountKind, int]:
    if not fee.surplus_minor:
        return {AccountKind.FORFEITED: fee.fee_minor}
    return {AccountKind.PAYOUTS_DUE: fee.surplus_minor, AccountKind.FEES: fee.fee_minor}


def check_rest(account: Account) -> int:
    """Return what may leave a locked wallet: its balance and what is held for the holder.

    Raises WalletFrozen, WalletSuspected, NothingToPayOut. A wallet blocked after a loss still pays
    out its rest.
    """
    if account.frozen:
        raise WalletFrozen
    if account.suspected:
        raise WalletSuspected
    rest: int = account.balance_minor + account.held_minor
    if not rest:
        raise NothingToPayOut
    return rest


def empty_wallet(*, account: Account, entry: LedgerEntry, shares: dict[AccountKind, int]) -> None:
    """Book the whole rest of a locked wallet to the city's accounts, in these shares."""

    def city(kind: AccountKind) -> UUID:
        return system_account(kind=kind, city=account.city, currency=account.currency)

    lines = [Line(account=account.pk, amount_minor=-account.balance_minor)]
    if account.held_minor:
        lines.append(Line(account=city(AccountKind.REFUNDS_DUE), amount_minor=-account.held_minor))
    lines += [
        Line(account=city(kind), amount_minor=share) for kind, share in shares.items() if share
    ]
    account.balance_minor = account.held_minor = 0
    account.save(update_fields=["balance_minor", "held_minor"])
    entry.wallet_id = account.pk
    book_entry(entry=entry, lines=lines, currency=account.currency)


def _settle_once(payout: UUID, now: datetime) -> PayoutStatus:
    with transaction.atomic(using=PAYMENTS, durable=True):
        claimed = Payout.objects.filter(pk=payout, state=PayoutState.REQUESTED).update(
            state=PayoutState.SETTLED, settled_on=legal_day(now)
        )
        row = Payout.objects.select_related("wallet").filter(pk=payout).defer("iban").first()
        if row is None:
            raise PayoutUnknown(payout=payout)
        if claimed:
            _book_settlement(row, now)
    return payout_status(row)


def _book_settlement(row: Payout, now: datetime) -> None:
    due, bank = (
        system_account(kind=kind, city=row.wallet.city, currency=row.currency)
        for kind in (AccountKind.PAYOUTS_DUE, AccountKind.BANK)
    )
    book_entry(
        entry=LedgerEntry(
            wallet_id=row.wallet_id,
            kind=EntryKind.PAYOUT_SETTLED,
            idempotency_key=f"settled/{row.pk}",
            booked_at=booking_day(now),
        ),
        lines=[
            Line(account=due, amount_minor=-row.amount_minor),
            Line(account=bank, amount_minor=row.amount_minor),
        ],
        currency=row.currency,
    )
