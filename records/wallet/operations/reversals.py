"""Reversals: corrections are new bookings; what was booked stays as it was (T7.3.6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Sum

from records.wallet import rules
from records.wallet.errors import AuthorisationUnknown, NotReversible, TerminalMayNot
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    EntryKind,
    LedgerEntry,
    Posting,
    RequestKind,
    Terminal,
)
from records.wallet.operations.accounting import (
    PAYMENTS,
    Line,
    book_entry,
    lock_wallet,
    retry,
    state_of,
    system_account,
)
from records.wallet.queries import Slip, find_replay, slip_of
from records.wallet.rules import DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    terminal: Terminal
    original: Authorisation
    idempotency_key: str
    reference: str
    body_hash: bytes
    now: datetime


def reverse(
    *,
    terminal: Terminal,
    authorisation: UUID,
    kind: RequestKind,
    idempotency_key: str,
    now: datetime,
    reference: str = "",
) -> Slip:
    """Reverse a payment or top-up of the terminal's organisation by a new booking, and return its
    slip (T7.3.6).

    A reversal in the month of the original restores its headroom (C19). A refund that does not fit
    under the ceiling is held beside the balance and paid out (C12). A top-up is taken back only
    while the money is there. Raises TerminalMayNot, AuthorisationUnknown, NotReversible,
    KeyReused, SystemDisturbed.
    """
    right = terminal.can_sell if kind == RequestKind.PAYMENT else terminal.can_topup
    if not right:
        raise TerminalMayNot(terminal=terminal.pk, right=kind.value)
    original = Authorisation.objects.filter(
        pk=authorisation, kind=kind, terminal__organisation=terminal.organisation
    ).first()
    if original is None:
        raise AuthorisationUnknown(authorisation=authorisation)
    body_hash = rules.request_hash(
        kind=RequestKind.REVERSAL.value, authorisation=authorisation, reference=reference
    )
    request = _Request(
        terminal=terminal,
        original=original,
        idempotency_key=rules.check_key(idempotency_key),
        reference=reference,
        body_hash=body_hash,
        now=now,
    )
    try:
        return retry(lambda: _reverse_once(request))
    except IntegrityError:
        replay = _replay(request)
        if replay is None:
            raise
        return replay


def _reverse_once(request: _Request) -> Slip:
    with transaction.atomic(using=PAYMENTS, durable=True):
        replay = _replay(request)
        if replay is not None:
            return replay
        original = request.original
        if original.decline_reason or original.wallet_id is None:
            raise NotReversible(authorisation=original.pk)
        account = lock_wallet(wallet=original.wallet_id)
        if LedgerEntry.objects.filter(reverses=original.pk).exists():
            raise NotReversible(authorisation=original.pk)
        if original.kind == RequestKind.PAYMENT:
            return _give_back(request, account)
        return _take_back(request, account)


def _give_back(request: _Request, account: Account) -> Slip:
    """Reverse a payment: the money goes to the wallet as far as it fits, the rest is held for the
    holder.
    """
    amount = request.original.amount_minor
    fits, held = rules.split_credit(
        balance_minor=account.balance_minor,
        # A closed wallet takes nothing in: all of it is owed beside the balance.
        ceiling_minor=0 if account.closed_on else account.ceiling_minor,
        amount_minor=amount,
    )
    if _same_month(request, account):
        account.month_payments_minor -= amount
    account.balance_minor += fits
    account.held_minor += held
    account.save(update_fields=["balance_minor", "held_minor", "month_payments_minor"])
    row = _authorisation(request, account, None)
    lines = [
        Line(account=account.pk, amount_minor=fits),
        *_mirrored(request.original, but=account.pk),
    ]
    if held:
        due = system_account(
            kind=AccountKind.REFUNDS_DUE, city=account.city, currency=account.currency
        )
        lines.append(Line(account=due, amount_minor=held))
    return _book(request, row, account, lines)


def _take_back(request: _Request, account: Account) -> Slip:
    """Reverse a top-up: declined where the wallet is stopped or the money is spent already."""
    amount = request.original.amount_minor
    reason = _decline_taking_back(account, amount)
    row = _authorisation(request, account, reason)
    if reason is not None:
        return slip_of(row, organisation=request.terminal.organisation)
    if _same_month(request, account):
        account.month_top_ups_minor -= amount
    account.balance_minor -= amount
    account.save(update_fields=["balance_minor", "month_top_ups_minor"])
    lines = [
        Line(account=account.pk, amount_minor=-amount),
        *_mirrored(request.original, but=account.pk),
    ]
    return _book(request, row, account, lines)


def _decline_taking_back(account: Account, amount_minor: int) -> DeclineReason | None:
    wallet = state_of(account)
    if wallet.blocked or wallet.frozen or wallet.closed:
        return DeclineReason.ACCOUNT_BLOCKED
    if wallet.suspected:
        return DeclineReason.SUSPECTED_ABUSE
    return DeclineReason.INSUFFICIENT_FUNDS if wallet.balance_minor < amount_minor else None


def _same_month(request: _Request, account: Account) -> bool:
    month = rules.month_of(request.now)
    return month == account.month == rules.month_of(request.original.decided_at)


def _mirrored(original: Authorisation, *, but: UUID) -> list[Line]:
    """Return the original's lines on the city's accounts with the opposite sign."""
    rows = (
        Posting.objects.filter(entry=original.pk)
        .exclude(account=but)
        .values("account")
        .annotate(total=Sum("amount_minor"))
    )
    return [Line(account=row["account"], amount_minor=-row["total"]) for row in rows]


def _book(request: _Request, row: Authorisation, account: Account, lines: list[Line]) -> Slip:
    book_entry(
        entry=LedgerEntry(
            id=row.pk,
            wallet_id=account.pk,
            kind=EntryKind.REVERSAL,
            booked_at=request.now,
            reverses_id=request.original.pk,
        ),
        lines=lines,
        currency=account.currency,
    )
    return slip_of(row, organisation=request.terminal.organisation)


def _authorisation(
    request: _Request, account: Account, reason: DeclineReason | None
) -> Authorisation:
    row = Authorisation(
        id=uuid4(),
        kind=RequestKind.REVERSAL,
        terminal_id=request.terminal.pk,
        idempotency_key=request.idempotency_key,
        request_hash=request.body_hash,
        wallet_id=account.pk,
        amount_minor=request.original.amount_minor,
        currency=request.original.currency,
        decline_reason="" if reason is None else reason.value,
        decided_at=request.now,
        reverses_id=request.original.pk,
        reference=request.reference,
    )
    row.save(force_insert=True)
    return row


def _replay(request: _Request) -> Slip | None:
    return find_replay(
        terminal=request.terminal,
        idempotency_key=request.idempotency_key,
        body_hash=request.body_hash,
    )
