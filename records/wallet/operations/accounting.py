"""The core of the ledger: one conditional UPDATE that locks, checks and counts, and the rows that
say why.

Opens nothing sealed and needs no Grant: its entry is its own record (design 3).
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError
from django.db.models import Case, F, Q, Value, When

from records.access.purposes import Store
from records.legal_days import legal_day, start_of_day
from records.wallet.errors import SystemDisturbed, WalletUnknown
from records.wallet.models import Account, AccountKind, LedgerEntry, Posting
from records.wallet.rules import WalletState

PAYMENTS = Store.PAYMENTS.value
TRIES = 6

_RETRIED_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an entry to be booked."""

    account: UUID
    amount_minor: int


def book_entry(*, entry: LedgerEntry, lines: Sequence[Line], currency: str) -> LedgerEntry:
    """Append a balanced entry with its postings; raise ValueError where the lines do not sum to
    zero.

    The database checks the sum again: PostgreSQL at the commit, both in the nightly
    reconciliation.
    """
    moving = [line for line in lines if line.amount_minor]
    if len(moving) < 2 or sum(line.amount_minor for line in moving) != 0:
        raise ValueError("the postings of an entry sum to zero")
    entry.save(force_insert=True)
    Posting.objects.bulk_create(
        Posting(
            entry_id=entry.pk,
            line=number,
            wallet=entry.wallet_id,
            account_id=line.account,
            amount_minor=line.amount_minor,
            currency=currency,
        )
        for number, line in enumerate(moving, start=1)
    )
    return entry


def _counted(counter: str, month: int, added: int) -> Case:
    """Return the counter of `month` after adding; zero at first in a newer month (month_used)."""
    return Case(When(month__gte=month, then=F(counter) + added), default=Value(added))


def _within(counter: str, limit: str, month: int, added: int) -> Q:
    fits = {f"{counter}__lte": F(limit) - added}
    return Q(month__gte=month, **fits) | Q(month__lt=month, **{f"{limit}__gte": added})


def take(*, wallet: UUID, paid_minor: int, topped_up_minor: int, month: int) -> bool:
    """Move money in or out if, and only if, every rule of T7.5.3 lets it; one UPDATE decides.

    It locks the row, checks state, funds, ceiling and month, and counts. Returns whether it did.
    One of the two amounts is zero. records.wallet.operations.single says the same in PostgreSQL's
    own words; test_properties holds both to the pure rules.
    """
    allowed = (
        Q(blocked=False, suspected=False, frozen=False, closed_on=None)
        & Q(balance_minor__gte=paid_minor, balance_minor__lte=F("ceiling_minor") - topped_up_minor)
        & _within("month_payments_minor", "month_payments_limit_minor", month, paid_minor)
        & _within("month_top_ups_minor", "month_top_ups_limit_minor", month, topped_up_minor)
    )
    changed = Account.objects.filter(allowed, pk=wallet).update(
        balance_minor=F("balance_minor") + (topped_up_minor - paid_minor),
        month_payments_minor=_counted("month_payments_minor", month, paid_minor),
        month_top_ups_minor=_counted("month_top_ups_minor", month, topped_up_minor),
        month=Case(When(month__gte=month, then=F("month")), default=Value(month)),
    )
    return changed == 1


def lock_wallet(*, wallet: UUID) -> Account:
    """Return the wallet's row, locked until the transaction ends; raise WalletUnknown."""
    found = Account.objects.select_for_update().filter(pk=wallet, kind=AccountKind.WALLET).first()
    if found is None:
        raise WalletUnknown
    return found


def state_of(account: Account) -> WalletState:
    """Return what the pure rules look at."""
    return WalletState(
        balance_minor=account.balance_minor,
        ceiling_minor=account.ceiling_minor,
        month=account.month,
        month_payments_minor=account.month_payments_minor,
        month_payments_limit_minor=account.month_payments_limit_minor,
        month_top_ups_minor=account.month_top_ups_minor,
        month_top_ups_limit_minor=account.month_top_ups_limit_minor,
        blocked=account.blocked,
        suspected=account.suspected,
        frozen=account.frozen,
        closed=account.closed_on is not None,
    )


def system_account(
    *, kind: AccountKind, city: str, organisation: str = "", currency: str = "EUR"
) -> UUID:
    """Return the id of one of the city's accounts; make it where it is missing."""
    wanted: dict[str, Any] = {
        "kind": kind,
        "city": city,
        "organisation": organisation,
        "currency": currency,
    }
    found = Account.objects.filter(**wanted).values_list("pk", flat=True).first()
    if found is None:
        # Two may make it at once; the unique constraint keeps one of them, and both read that one.
        Account.objects.bulk_create([Account(**wanted)], ignore_conflicts=True)
        found = Account.objects.values_list("pk", flat=True).get(**wanted)
    return found


def retry(step: Callable[[], Answer]) -> Answer:
    """Run a whole transaction again where the database asks for it; raise SystemDisturbed after
    six tries.
    """
    for attempt in range(TRIES):
        try:
            return step()
        except OperationalError as error:
            if not _may_retry(error):
                raise SystemDisturbed(tries=attempt + 1) from error
        time.sleep((2**attempt) * (1 + secrets.randbelow(100) / 100) / 200)
    raise SystemDisturbed(tries=TRIES)


def _may_retry(error: OperationalError) -> bool:
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    return state in _RETRIED_STATES or "locked" in str(cause)


def booking_day(now: datetime) -> datetime:
    """Return the instant under which the desk books: the start of its day (K9)."""
    return start_of_day(legal_day(now))
