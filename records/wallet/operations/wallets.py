"""The life of a wallet: open, put into use, block, close. Days, never instants (K9)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from records.access.purposes import CardForm
from records.legal_days import legal_day
from records.wallet.errors import InstrumentDiffers, WalletClosed, WalletDiffers, WalletUnknown
from records.wallet.models import Account, AccountKind, Instrument
from records.wallet.operations.accounting import PAYMENTS, lock_wallet, retry
from records.wallet.rules import InstrumentState, Limits


class Block(StrEnum):
    """The three independent reasons for which a wallet does not pay; lifting one leaves the
    others.
    """

    REPORT = "blocked"
    """Loss, theft, abuse reported, or the operator's decision (T4.4.4, T6.2.3, T7.6.5b)."""
    SUSPICION = "suspected"
    """Suspected abuse; set or confirmed by a person within a working day (T7.6.5a, C22)."""
    FREEZE = "frozen"
    """Frozen by law or a state body; a legal hold (T7.6.6)."""


def open_wallet(*, wallet: UUID, city: str, limits: Limits, now: datetime) -> None:
    """Open an empty wallet under its pseudonym, with the tenant's limits (T7.1.1); safe to repeat.

    Needs no identity row anywhere (C15). Raises WalletDiffers where the pseudonym is in use with
    other facts.
    """
    made = Account(
        id=wallet,
        kind=AccountKind.WALLET,
        city=city,
        currency=limits.currency,
        opened_on=legal_day(now),
        ceiling_minor=limits.ceiling_minor,
        month_payments_limit_minor=limits.month_payments_minor,
        month_top_ups_limit_minor=limits.month_top_ups_minor,
    )
    with transaction.atomic(using=PAYMENTS, durable=True):
        Account.objects.bulk_create([made], ignore_conflicts=True)
        found = Account.objects.get(pk=wallet)
    if (found.kind, found.city, found.currency) != (AccountKind.WALLET, city, limits.currency):
        raise WalletDiffers


def register_instrument(
    *,
    wallet: UUID,
    presentation: UUID,
    form: CardForm,
    valid_until: date | None = None,
    alone: bool = False,
) -> None:
    """Let a presentation digest lead to the wallet, inactive until the card is delivered
    (T4.1.12b).

    `alone` makes every other instrument of the wallet dead: a chip that is written anew has one
    token. Safe to repeat. Raises WalletUnknown, WalletClosed, InstrumentDiffers.
    """
    with transaction.atomic(using=PAYMENTS, durable=True):
        if lock_wallet(wallet=wallet).closed_on is not None:
            raise WalletClosed
        if alone:
            others = Instrument.objects.filter(wallet=wallet).exclude(pk=presentation)
            others.update(state=InstrumentState.DEAD)
        Instrument.objects.bulk_create(
            [Instrument(digest=presentation, wallet_id=wallet, form=form, valid_until=valid_until)],
            ignore_conflicts=True,
        )
        found = Instrument.objects.get(pk=presentation)
        if (found.wallet_id, found.form) != (wallet, form):
            raise InstrumentDiffers


def activate_wallet(*, wallet: UUID) -> None:
    """Let the wallet's instruments pay, because the holder has received the card (T4.1.12b); safe
    to repeat.
    """
    with transaction.atomic(using=PAYMENTS, durable=True):
        if lock_wallet(wallet=wallet).closed_on is not None:
            raise WalletClosed
        Instrument.objects.filter(wallet=wallet, state=InstrumentState.INACTIVE).update(
            state=InstrumentState.ACTIVE
        )


def block_wallet(
    *,
    wallet: UUID,
    now: datetime,  # noqa: ARG001  # every door calls alike; no instant of a block is kept (K9)
    block: Block = Block.REPORT,
) -> None:
    """Stop the wallet at once; committed when this returns (C11, threat 25). Safe to repeat, on a
    closed one too.

    `now` is taken so that every door calls alike; the payment store keeps no instant of a block
    (K9). Raises WalletUnknown.
    """
    _set_block(wallet=wallet, block=block, stands=True)


def unblock_wallet(
    *,
    wallet: UUID,
    now: datetime,  # noqa: ARG001  # as in block_wallet
    block: Block = Block.REPORT,
) -> None:
    """Lift one of the three blocks; the others stand on. Raises WalletUnknown, WalletClosed."""
    with transaction.atomic(using=PAYMENTS, durable=True):
        if block is not Block.FREEZE and lock_wallet(wallet=wallet).closed_on is not None:
            raise WalletClosed
        _set_flag(wallet=wallet, block=block, stands=False)


def close_wallet(*, wallet: UUID, now: datetime) -> None:
    """End the use of the wallet for good: it never pays again, its instruments are dead (threat
    25).

    What it still holds stays owed to the holder: paid out, transferred, or booked as unclaimed
    (C12). Safe to repeat; the first day stands.
    """

    def step() -> None:
        with transaction.atomic(using=PAYMENTS, durable=True):
            if lock_wallet(wallet=wallet).closed_on is None:
                Account.objects.filter(pk=wallet).update(closed_on=legal_day(now))
            Instrument.objects.filter(wallet=wallet).exclude(state=InstrumentState.DEAD).update(
                state=InstrumentState.DEAD
            )

    retry(step)


def _set_block(*, wallet: UUID, block: Block, stands: bool) -> None:
    def step() -> None:
        with transaction.atomic(using=PAYMENTS, durable=True):
            _set_flag(wallet=wallet, block=block, stands=stands)

    retry(step)


def _set_flag(*, wallet: UUID, block: Block, stands: bool) -> None:
    changed = Account.objects.filter(pk=wallet, kind=AccountKind.WALLET).update(
        **{block.value: stands}
    )
    if not changed:
        raise WalletUnknown
