"""What the payment store tells: slips, balances, lines, open items. Plain reads under a wallet
pseudonym.

Turning a card into a pseudonym needs a Grant (records.keys.links); what is read here is worth
nothing without it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max, OuterRef, Subquery

from records.legal_days import legal_day
from records.wallet.errors import (
    AuthorisationUnknown,
    KeyReused,
    PayoutUnknown,
    TerminalUnknown,
    WalletUnknown,
)
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    LedgerEntry,
    Payout,
    PayoutState,
    Posting,
    Terminal,
)
from records.wallet.rules import EndedBecause, Fees, PayoutFee, payout_fee

_NO_SECRET = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """The receipt of a request, approved or declined (T7.3.2d, T7.4.2); never the balance."""

    id: UUID
    kind: str
    approved: bool
    reason: str
    amount_minor: int
    currency: str
    decided_at: datetime
    terminal: UUID
    organisation: str
    reference: str
    reverses: UUID | None
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a wallet holds and may still move this month, in minor units."""

    balance_minor: int
    held_minor: int
    currency: str
    ceiling_minor: int
    month: int
    month_payments_minor: int
    month_payments_limit_minor: int
    month_top_ups_minor: int
    month_top_ups_limit_minor: int
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One movement of a wallet, signed as its owner sees it: top-ups plus, payments minus."""

    entry: UUID = field(repr=False)
    kind: str
    booked_at: datetime
    amount_minor: int = field(repr=False)
    held_minor: int = field(repr=False)
    """What was put aside for the holder beside the balance (plus), or paid out of that (minus)."""
    currency: str
    organisation: str = field(repr=False)
    reverses: UUID | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItems:
    """What keeps the contract of this wallet from ending (rules 10, contract end, step 2), and
    since when nothing.
    """

    balance_minor: int
    held_minor: int
    open_payouts: int
    frozen: bool
    closed_on: date | None
    last_settled_on: date | None

    @property
    def none_open(self) -> bool:
        """Whether nothing is open any more."""
        return not (self.balance_minor or self.held_minor or self.open_payouts or self.frozen)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutStatus:
    """A payout as a clerk sees it: no account number (ux C7)."""

    id: UUID
    state: str
    amount_minor: int
    fee_minor: int
    currency: str
    fee_basis: str
    price_list: str
    requested_on: date
    settled_on: date | None


def find_terminal(*, terminal: UUID, secret: str) -> Terminal | None:
    """Return the terminal with this secret, None for an unknown one, a wrong secret or one out of
    service.

    The comparison takes the same time for every cause.
    """
    row = Terminal.objects.filter(pk=terminal).first()
    expected = bytes(row.secret_hash) if row else _NO_SECRET
    given = hashlib.sha256(secret.encode()).digest()
    same = hmac.compare_digest(expected, given)
    return row if row is not None and same and row.active else None


def get_terminal(*, terminal: UUID) -> Terminal:
    """Return the terminal; raise TerminalUnknown."""
    row = Terminal.objects.filter(pk=terminal).first()
    if row is None:
        raise TerminalUnknown(terminal=terminal)
    return row


def slip_of(row: Authorisation, *, organisation: str, replayed: bool = False) -> Slip:
    """Return the slip of an authorisation that is already loaded."""
    return Slip(
        id=row.pk,
        kind=str(row.kind),
        approved=not row.decline_reason,
        reason=row.decline_reason,
        amount_minor=row.amount_minor,
        currency=row.currency,
        decided_at=row.decided_at,
        terminal=row.terminal_id,
        organisation=organisation,
        reference=row.reference,
        reverses=row.reverses_id,
        replayed=replayed,
    )


def find_replay(*, terminal: Terminal, idempotency_key: str, body_hash: bytes) -> Slip | None:
    """Return the answer already given under this key, None for a new key; raise KeyReused for
    another body.
    """
    row = Authorisation.objects.filter(terminal=terminal, idempotency_key=idempotency_key).first()
    if row is None:
        return None
    if not hmac.compare_digest(bytes(row.request_hash), body_hash):
        raise KeyReused(terminal=terminal.pk)
    return slip_of(row, organisation=terminal.organisation, replayed=True)


def get_slip(*, terminal: Terminal, authorisation: UUID) -> Slip:
    """Return a slip of the terminal's organisation (T7.4.2); raise AuthorisationUnknown for any
    other.
    """
    row = Authorisation.objects.filter(
        pk=authorisation, terminal__organisation=terminal.organisation
    ).first()
    if row is None:
        raise AuthorisationUnknown(authorisation=authorisation)
    return slip_of(row, organisation=terminal.organisation)


def get_slip_by_key(*, terminal: Terminal, idempotency_key: str) -> Slip:
    """Return what became of a request whose answer was lost (threat 21); raise
    AuthorisationUnknown.
    """
    row = Authorisation.objects.filter(terminal=terminal, idempotency_key=idempotency_key).first()
    if row is None:
        raise AuthorisationUnknown(terminal=terminal.pk)
    return slip_of(row, organisation=terminal.organisation)


def get_balance(wallet: UUID) -> Balance:
    """Return the balance and the month's counters; raise WalletUnknown."""
    row = _get_wallet(wallet)
    return Balance(
        balance_minor=row.balance_minor,
        held_minor=row.held_minor,
        currency=row.currency,
        ceiling_minor=row.ceiling_minor,
        month=row.month,
        month_payments_minor=row.month_payments_minor,
        month_payments_limit_minor=row.month_payments_limit_minor,
        month_top_ups_minor=row.month_top_ups_minor,
        month_top_ups_limit_minor=row.month_top_ups_limit_minor,
        usable=not (row.blocked or row.suspected or row.frozen or row.closed_on),
    )


def list_lines(
    wallet: UUID, *, limit: int | None = None, before: datetime | None = None
) -> list[LedgerLine]:
    """Return the movements of a wallet, newest first, one row per entry; a constant number of
    queries (C21).
    """
    entries = LedgerEntry.objects.filter(wallet=wallet)
    if before is not None:
        entries = entries.filter(booked_at__lt=before)
    lines = Posting.objects.filter(entry=OuterRef("pk"))
    on_wallet = lines.filter(account=OuterRef("wallet")).values("amount_minor")[:1]
    held = lines.filter(account__kind=AccountKind.REFUNDS_DUE).values("amount_minor")[:1]
    others = lines.exclude(account__kind__in=[AccountKind.WALLET, AccountKind.REFUNDS_DUE])
    rows = entries.annotate(
        amount=Subquery(on_wallet),
        held=Subquery(held),
        organisation=Subquery(others.values("account__organisation")[:1]),
        currency=F("wallet__currency"),
    ).order_by("-booked_at", "-pk")
    return [
        LedgerLine(
            entry=row.pk,
            kind=row.kind,
            booked_at=row.booked_at,
            amount_minor=row.amount or 0,
            held_minor=row.held or 0,
            currency=row.currency,
            organisation=row.organisation or "",
            reverses=row.reverses_id,
        )
        for row in (rows if limit is None else rows[:limit])
    ]


def open_items(wallet: UUID) -> OpenItems:
    """Return what is still open on a wallet and the day when the last thing was settled (T4.1.12c,
    T6.1.6).
    """
    row = _get_wallet(wallet)
    last_booked = LedgerEntry.objects.filter(wallet=wallet).aggregate(last=Max("booked_at"))["last"]
    last_paid = Payout.objects.filter(wallet=wallet).aggregate(last=Max("settled_on"))["last"]
    days = [day for day in (last_booked and legal_day(last_booked), last_paid) if day]
    return OpenItems(
        balance_minor=row.balance_minor,
        held_minor=row.held_minor,
        open_payouts=Payout.objects.filter(wallet=wallet, state=PayoutState.REQUESTED).count(),
        frozen=row.frozen,
        closed_on=row.closed_on,
        last_settled_on=max(days, default=None),
    )


def quote_payout(
    wallet: UUID, *, fees: Fees, ended_because: EndedBecause, ended_on: date | None, today: date
) -> PayoutFee:
    """Return what a payout would cost and by which rule, to be shown before it is confirmed (C12,
    T4.4.3a).
    """
    row = _get_wallet(wallet)
    return payout_fee(
        fees=fees,
        balance_minor=row.balance_minor + row.held_minor,
        ended_because=ended_because,
        ended_on=ended_on,
        today=today,
    )


def list_payouts(wallet: UUID) -> list[PayoutStatus]:
    """Return the payouts of a wallet, newest first, without the account number."""
    rows = Payout.objects.filter(wallet=wallet).defer("iban").order_by("-requested_on", "pk")
    return [payout_status(row) for row in rows]


def get_payout(payout: UUID) -> PayoutStatus:
    """Return one payout, without the account number; raise PayoutUnknown."""
    row = Payout.objects.filter(pk=payout).defer("iban").first()
    if row is None:
        raise PayoutUnknown(payout=payout)
    return payout_status(row)


def payout_status(row: Payout) -> PayoutStatus:
    """Return what a clerk may see of a payout that is already loaded."""
    return PayoutStatus(
        id=row.pk,
        state=str(row.state),
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        currency=row.currency,
        fee_basis=row.fee_basis,
        price_list=row.price_list,
        requested_on=row.requested_on,
        settled_on=row.settled_on,
    )


def list_wallets(wallets: Sequence[UUID]) -> list[Account]:
    """Return the wallet rows among these pseudonyms."""
    return list(Account.objects.filter(pk__in=wallets, kind=AccountKind.WALLET).order_by("pk"))


def _get_wallet(wallet: UUID) -> Account:
    row = Account.objects.filter(pk=wallet, kind=AccountKind.WALLET).first()
    if row is None:
        raise WalletUnknown
    return row
