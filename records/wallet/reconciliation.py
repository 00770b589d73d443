"""The nightly look at the whole ledger: does every cent and every guard stand where it should
(threat 22).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce

from records.access.purposes import Store
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    ErasureWindow,
    LedgerEntry,
    Posting,
    RequestKind,
)

_ENTRY_KINDS = [kind.value for kind in RequestKind]

GUARDS = {
    "sqlite": (
        "wallet_ledgerentry_no_update",
        "wallet_ledgerentry_no_delete",
        "wallet_ledgerentry_no_replace",
        "wallet_posting_no_update",
        "wallet_posting_no_delete",
        "wallet_posting_no_replace",
        "wallet_authorisation_no_update",
        "wallet_authorisation_no_delete",
        "wallet_authorisation_no_replace",
        "wallet_account_fixed",
        "wallet_account_final",
        "wallet_account_folded",
        "wallet_account_no_delete",
        "wallet_instrument_fixed",
        "wallet_instrument_final",
        "wallet_instrument_no_delete",
    ),
    "postgresql": (
        "wallet_ledgerentry_no_update",
        "wallet_ledgerentry_no_delete",
        "wallet_ledgerentry_no_truncate",
        "wallet_ledgerentry_has_lines",
        "wallet_posting_no_update",
        "wallet_posting_no_delete",
        "wallet_posting_no_truncate",
        "wallet_posting_balances",
        "wallet_authorisation_no_update",
        "wallet_authorisation_no_delete",
        "wallet_authorisation_no_truncate",
        "wallet_account_fixed",
        "wallet_account_final",
        "wallet_account_folded",
        "wallet_account_no_delete",
        "wallet_account_no_truncate",
        "wallet_instrument_fixed",
        "wallet_instrument_final",
        "wallet_instrument_no_delete",
        "wallet_instrument_no_truncate",
        "wallet_erasurewindow_is_shut",
    ),
}
"""The triggers that must be installed, per kind of database (migration 0002)."""

_TRIGGERS_SQL = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not add up. Identifiers and numbers only."""

    code: str
    row: str
    difference_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was looked at, and everything that does not add up."""

    wallets: int
    entries: int
    postings: int
    total_minor: int
    """The sum of all postings and folded amounts; zero."""
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether the ledger adds up."""
        return not self.findings


def reconcile() -> Reconciliation:
    """Check every entry, wallet and guard, and return what does not add up (T2.12)."""
    postings = Posting.objects.aggregate(count=Count("line"), total=Sum("amount_minor"))
    folded = Account.objects.aggregate(total=Sum("folded_minor"))["total"] or 0
    total = (postings["total"] or 0) + folded
    findings = [
        *_find_unbalanced_entries(),
        *_find_short_entries(),
        *_find_wrong_balances(),
        *_find_wrong_held(),
        *_find_unmatched_authorisations(),
        *_find_open_windows(),
        *_find_missing_guards(),
    ]
    if total:
        findings.append(Finding(code="total_not_zero", row="", difference_minor=total))
    return Reconciliation(
        wallets=Account.objects.filter(kind=AccountKind.WALLET).count(),
        entries=LedgerEntry.objects.count(),
        postings=postings["count"],
        total_minor=total,
        findings=tuple(findings),
    )


def _find_unbalanced_entries() -> Iterator[Finding]:
    rows = (
        Posting.objects.order_by()
        .values("entry")
        .annotate(total=Sum("amount_minor"), currencies=Count("currency", distinct=True))
        .filter(~Q(total=0) | Q(currencies__gt=1))
    )
    for row in rows.iterator():
        yield Finding(code="entry_unbalanced", row=str(row["entry"]), difference_minor=row["total"])


def _find_short_entries() -> Iterator[Finding]:
    lines = Posting.objects.filter(entry=OuterRef("pk"))
    rows = LedgerEntry.objects.filter(~Exists(lines)).values_list("pk", flat=True)
    for entry in rows.iterator():
        yield Finding(code="entry_without_postings", row=str(entry))


def _find_wrong_balances() -> Iterator[Finding]:
    """Compare each wallet's balance with the sum of its postings."""
    rows = (
        Account.objects.filter(kind=AccountKind.WALLET)
        .order_by()
        .annotate(booked=Coalesce(Sum("postings__amount_minor"), Value(0)))
        .exclude(balance_minor=F("booked"))
        .values_list("pk", "balance_minor", "booked")
    )
    for wallet, balance, booked in rows.iterator():
        yield Finding(code="balance_differs", row=str(wallet), difference_minor=balance - booked)


def _find_wrong_held() -> Iterator[Finding]:
    """Compare what each wallet is owed beside its balance with the account of refunds due."""
    booked = dict(
        Posting.objects.filter(account__kind=AccountKind.REFUNDS_DUE)
        .order_by()
        .values_list("wallet")
        .annotate(total=Sum("amount_minor"))
        .filter(~Q(total=0))
    )
    held = dict(Account.objects.filter(~Q(held_minor=0)).values_list("pk", "held_minor").order_by())
    for wallet in sorted(booked.keys() | held.keys()):
        difference = held.get(wallet, 0) - booked.get(wallet, 0)
        if difference:
            yield Finding(code="held_differs", row=str(wallet), difference_minor=difference)


def _find_unmatched_authorisations() -> Iterator[Finding]:
    """Look for approvals that booked nothing, and bookings at terminals that nobody approved."""
    entry = LedgerEntry.objects.filter(pk=OuterRef("pk"), wallet=OuterRef("wallet"))
    approved = Authorisation.objects.filter(~Exists(entry), decline_reason="")
    for row in approved.values_list("pk", flat=True).iterator():
        yield Finding(code="approval_without_entry", row=str(row))
    approval = Authorisation.objects.filter(pk=OuterRef("pk"), decline_reason="")
    booked = LedgerEntry.objects.filter(~Exists(approval), kind__in=_ENTRY_KINDS)
    for row in booked.values_list("pk", flat=True).iterator():
        yield Finding(code="entry_without_approval", row=str(row))


def _find_open_windows() -> Iterator[Finding]:
    for wallet in ErasureWindow.objects.values_list("wallet", flat=True):
        yield Finding(code="erasure_window_open", row=str(wallet))


def _find_missing_guards() -> Iterator[Finding]:
    connection = connections[Store.PAYMENTS.value]
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS_SQL[connection.vendor])
        installed = {name for (name,) in cursor.fetchall()}
    for name in GUARDS[connection.vendor]:
        if name not in installed:
            yield Finding(code="guard_missing", row=name)
