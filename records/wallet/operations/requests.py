"""What a terminal asks for: top-ups and payments. Every request gets one final answer and a slip
(T7.3.5, T7.5.1).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from records.access.purposes import CardForm
from records.legal_days import legal_day
from records.wallet import rules
from records.wallet.errors import CashOnly, InvalidAmount, SystemDisturbed, TerminalMayNot
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    EntryKind,
    Instrument,
    LedgerEntry,
    RequestKind,
    Terminal,
)
from records.wallet.operations.accounting import (
    PAYMENTS,
    Line,
    book_entry,
    retry,
    state_of,
    system_account,
    take,
)
from records.wallet.operations.single import approve_at_once, has_single_statement
from records.wallet.queries import Slip, find_replay, slip_of
from records.wallet.rules import DeclineReason, InstrumentState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    kind: RequestKind
    terminal: Terminal
    presentation: UUID
    amount_minor: int
    currency: str
    idempotency_key: str
    reference: str
    body_hash: bytes
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    wallet: UUID
    city: str
    currency: str
    form: CardForm
    decline: DeclineReason | None
    counter: UUID | None
    """The city's account on the other side; None where it must be made first."""


class _RacedError(Exception):
    """The wallet changed between the UPDATE that hit nothing and the look that found no reason."""


def authorise_payment(
    *,
    terminal: Terminal,
    presentation: UUID,
    amount_minor: int,
    currency: str,
    idempotency_key: str,
    now: datetime,
    reference: str = "",
) -> Slip:
    """Execute or decline a payment and return its slip (T7.4.1, T7.5.1, T7.5.3).

    `presentation` is records.keys.links.presentation_digest of the chip token. The same key and
    body give the same slip again. Raises TerminalMayNot, InvalidAmount, InvalidKey, KeyReused,
    SystemDisturbed.
    """
    if not terminal.can_sell:
        raise TerminalMayNot(terminal=terminal.pk, right="sell")
    return _answer(
        _request(
            kind=RequestKind.PAYMENT,
            terminal=terminal,
            presentation=presentation,
            amount_minor=amount_minor,
            currency=currency,
            idempotency_key=idempotency_key,
            reference=reference,
            now=now,
        )
    )


def top_up(
    *,
    terminal: Terminal,
    presentation: UUID,
    amount_minor: int,
    currency: str,
    idempotency_key: str,
    now: datetime,
    reference: str = "",
) -> Slip:
    """Book or decline a top-up in full and return its slip (T7.3.2, T7.3.5, T7.1.1b).

    Raises as authorise_payment, and CashOnly for a physical card at a terminal that takes no cash
    (T4.3.1b).
    """
    if not terminal.can_topup:
        raise TerminalMayNot(terminal=terminal.pk, right="topup")
    return _answer(
        _request(
            kind=RequestKind.TOP_UP,
            terminal=terminal,
            presentation=presentation,
            amount_minor=amount_minor,
            currency=currency,
            idempotency_key=idempotency_key,
            reference=reference,
            now=now,
        )
    )


def _request(
    *,
    kind: RequestKind,
    terminal: Terminal,
    presentation: UUID,
    amount_minor: int,
    currency: str,
    idempotency_key: str,
    reference: str,
    now: datetime,
) -> _Request:
    body_hash = rules.request_hash(
        kind=kind.value,
        presentation=presentation,
        amount_minor=rules.check_amount(amount_minor),
        currency=currency,
        reference=reference,
    )
    return _Request(
        kind=kind,
        terminal=terminal,
        presentation=presentation,
        amount_minor=amount_minor,
        currency=currency,
        idempotency_key=rules.check_key(idempotency_key),
        reference=reference,
        body_hash=body_hash,
        now=now,
    )


def _answer(request: _Request) -> Slip:
    try:
        if has_single_statement():
            row = retry(lambda: _approve_at_once(request))
            if row is not None:
                return slip_of(row, organisation=request.terminal.organisation)
        card = _find_card(request)
        if card is not None:
            _refuse_impossible(request, card)
        return retry(lambda: _decide(request, card))
    except IntegrityError:
        # Another process has used the key since: nothing of ours stands, its answer is the answer.
        replay = _replay(request)
        if replay is None:
            raise
        return replay


def _approve_at_once(request: _Request) -> Authorisation | None:
    return approve_at_once(
        row=_authorisation(request, None, None),
        organisation=request.terminal.organisation,
        online=request.kind == RequestKind.TOP_UP and request.terminal.online,
        presentation=request.presentation,
        counter_kind=_counter_kind(request).value,
        month=rules.month_of(request.now),
        today=legal_day(request.now),
        now=request.now,
        **_amounts(request),
    )


def _amounts(request: _Request) -> dict[str, int]:
    paid = request.amount_minor if request.kind == RequestKind.PAYMENT else 0
    return {"paid_minor": paid, "topped_up_minor": request.amount_minor - paid}


def _find_card(request: _Request) -> _Card | None:
    """Return the presented card, None where it is unknown; one query, the other side's account
    included.
    """
    counter = Account.objects.filter(
        kind=_counter_kind(request),
        city=OuterRef("wallet__city"),
        organisation=request.terminal.organisation,
        currency=OuterRef("wallet__currency"),
    )
    row = (
        Instrument.objects.filter(digest=request.presentation)
        .values_list(
            "wallet_id",
            "wallet__city",
            "wallet__currency",
            "form",
            "state",
            "valid_until",
            Subquery(counter.values("pk")[:1]),
        )
        .first()
    )
    return None if row is None else _card(row, legal_day(request.now))


def _card(row: tuple[UUID, str, str, str, str, date | None, UUID | None], today: date) -> _Card:
    wallet, city, currency, form, state, valid_until, counter = row
    decline = rules.decline_instrument(
        state=InstrumentState(state), valid_until=valid_until, today=today
    )
    return _Card(
        wallet=wallet,
        city=city,
        currency=currency,
        form=CardForm(form),
        decline=decline,
        counter=counter,
    )


def _counter_kind(request: _Request) -> AccountKind:
    if request.kind == RequestKind.PAYMENT:
        return AccountKind.SETTLEMENT
    return AccountKind.ONLINE_IN if request.terminal.online else AccountKind.CASH_IN


def _refuse_impossible(request: _Request, card: _Card) -> None:
    """Raise where the request makes no sense for this card, whatever its state."""
    if request.currency != card.currency:
        raise InvalidAmount(currency=request.currency)
    if (
        request.kind == RequestKind.TOP_UP
        and request.terminal.online
        and card.form is CardForm.PHYSICAL
    ):
        raise CashOnly(terminal=request.terminal.pk)


def _decide(request: _Request, card: _Card | None) -> Slip:
    for _attempt in range(3):
        try:
            with transaction.atomic(using=PAYMENTS, durable=True):
                return _decide_once(request, card)
        except _RacedError:
            continue
    raise SystemDisturbed(tries=3)


def _decide_once(request: _Request, card: _Card | None) -> Slip:
    if card is not None and card.decline is None and _take(request, card):
        return _approve(request, card)
    replay = _replay(request)
    if replay is not None:
        return replay
    return _decline(request, card, _reason(request, card))


def _take(request: _Request, card: _Card) -> bool:
    return take(wallet=card.wallet, month=rules.month_of(request.now), **_amounts(request))


def _reason(request: _Request, card: _Card | None) -> DeclineReason:
    if card is None:
        return DeclineReason.CARD_UNKNOWN
    if card.decline is not None:
        return card.decline
    wallet = state_of(Account.objects.get(pk=card.wallet))
    decide = rules.decline_payment if request.kind == RequestKind.PAYMENT else rules.decline_top_up
    reason = decide(
        wallet=wallet, amount_minor=request.amount_minor, month=rules.month_of(request.now)
    )
    if reason is None:
        raise _RacedError
    return reason


def _approve(request: _Request, card: _Card) -> Slip:
    row = _authorisation(request, card.wallet, None)
    row.save(force_insert=True)
    counter = card.counter or system_account(
        kind=_counter_kind(request),
        city=card.city,
        organisation=request.terminal.organisation,
        currency=card.currency,
    )
    sign = -1 if request.kind == RequestKind.PAYMENT else 1
    book_entry(
        entry=LedgerEntry(
            id=row.pk,
            wallet_id=card.wallet,
            kind=EntryKind(request.kind.value),
            booked_at=request.now,
        ),
        lines=[
            Line(account=card.wallet, amount_minor=sign * request.amount_minor),
            Line(account=counter, amount_minor=-sign * request.amount_minor),
        ],
        currency=card.currency,
    )
    return slip_of(row, organisation=request.terminal.organisation)


def _decline(request: _Request, card: _Card | None, reason: DeclineReason) -> Slip:
    row = _authorisation(request, card.wallet if card else None, reason)
    row.save(force_insert=True)
    return slip_of(row, organisation=request.terminal.organisation)


def _authorisation(
    request: _Request, wallet: UUID | None, reason: DeclineReason | None
) -> Authorisation:
    return Authorisation(
        id=uuid4(),
        kind=request.kind,
        terminal_id=request.terminal.pk,
        idempotency_key=request.idempotency_key,
        request_hash=request.body_hash,
        wallet_id=wallet,
        amount_minor=request.amount_minor,
        currency=request.currency,
        decline_reason="" if reason is None else reason.value,
        decided_at=request.now,
        reference=request.reference,
    )


def _replay(request: _Request) -> Slip | None:
    return find_replay(
        terminal=request.terminal,
        idempotency_key=request.idempotency_key,
        body_hash=request.body_hash,
    )
