"""What the payment store holds about a wallet, how it is handed over and erased (C23, C24)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import Q

from records.access.grants import Grant
from records.access.inventory import (
    NotPersonal,
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, Purpose, Store
from records.access.registry import SubjectContext
from records.keys.queries import reveal_values
from records.wallet.models import (
    Account,
    AccountKind,
    Authorisation,
    Instrument,
    LedgerEntry,
    Payout,
    Posting,
)
from records.wallet.operations import erase_wallet

_PURPOSES = (Purpose.WALLET_ADMINISTRATION, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST)
_PAYOUT_PURPOSES = (Purpose.PAYOUT, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST)

_OWN_KEY = "a random number that stands in no other store"
_PSEUDONYM = (
    "the wallet's pseudonym: without the link key, which no database holds, it names nobody"
)
_CITY_SIDE = "says something about the city's own accounts only"


def _observed(name: str, label: str) -> Personal:
    return Personal(
        name,
        DataCategory.WALLET,
        label,
        _PURPOSES,
        recipients=("processor", "provider"),
        retention="wallet",
        provenance=Provenance.OBSERVED,
    )


def _derived(name: str, label: str) -> Personal:
    return Personal(
        name,
        DataCategory.WALLET,
        label,
        _PURPOSES,
        retention="wallet",
        provenance=Provenance.DERIVED,
    )


_ACCOUNT_COLUMNS = (
    _observed("city", "city that manages the money"),
    _observed("opened_on", "opened on"),
    _observed("closed_on", "closed on"),
    _observed("blocked", "blocked after a report"),
    _observed("suspected", "stopped on suspicion of abuse"),
    _observed("frozen", "frozen by law or a state body"),
    _derived("balance_minor", "balance (cents)"),
    _derived("held_minor", "owed beside the balance (cents)"),
    _derived("ceiling_minor", "highest balance (cents)"),
    _derived("month", "month of the two counters"),
    _derived("month_payments_minor", "paid in that month (cents)"),
    _derived("month_payments_limit_minor", "limit of payments a month (cents)"),
    _derived("month_top_ups_minor", "topped up in that month (cents)"),
    _derived("month_top_ups_limit_minor", "limit of top-ups a month (cents)"),
    _observed("currency", "currency"),
)
_ACCOUNTS = Table(
    model="wallet.Account",
    store=Store.PAYMENTS,
    label="Wallet",
    columns=(
        NotPersonal("id", _PSEUDONYM),
        *_ACCOUNT_COLUMNS,
        NotPersonal("kind", "tells wallets from the city's own accounts"),
        *not_personal(("organisation", "folded_minor"), _CITY_SIDE),
    ),
)
_ENTRIES = Table(
    model="wallet.LedgerEntry",
    store=Store.PAYMENTS,
    label="Bookings",
    columns=(
        _observed("id", "reference of the booking"),
        NotPersonal("wallet", _PSEUDONYM),
        _observed("kind", "kind"),
        _observed("booked_at", "booked at"),
        _observed("reverses", "corrects the booking"),
        NotPersonal("idempotency_key", "keeps an entry of the desk from being booked twice"),
    ),
)
_POSTINGS = Table(
    model="wallet.Posting",
    store=Store.PAYMENTS,
    label="Movements of money",
    columns=(
        _observed("entry", "reference of the booking"),
        NotPersonal("line", "the number of the line within its booking"),
        NotPersonal("wallet", _PSEUDONYM),
        _observed("account", "to or from"),
        _observed("amount_minor", "amount (cents; minus: paid)"),
        _observed("currency", "currency"),
    ),
)
_AUTHORISATIONS = Table(
    model="wallet.Authorisation",
    store=Store.PAYMENTS,
    label="Requests at terminals and their slips",
    columns=(
        _observed("id", "reference of the slip"),
        _observed("kind", "kind"),
        _observed("terminal", "provider"),
        NotPersonal("idempotency_key", "the terminal's own number for its request"),
        NotPersonal("request_hash", "keeps a repeated request from being another one"),
        NotPersonal("wallet", _PSEUDONYM),
        _observed("amount_minor", "amount (cents)"),
        _observed("currency", "currency"),
        _observed("decline_reason", "reason why it was declined"),
        _observed("decided_at", "decided at"),
        NotPersonal("reverses", "repeats what the booking says it corrects"),
        _observed("reference", "the terminal's receipt number"),
    ),
)
_INSTRUMENTS = Table(
    model="wallet.Instrument",
    store=Store.PAYMENTS,
    label="Chip or app that pays",
    columns=(
        NotPersonal("digest", "a keyed digest of the chip's secret; whoever knew it could not pay"),
        NotPersonal("wallet", _PSEUDONYM),
        _observed("form", "form"),
        _observed("state", "state"),
        _observed("valid_until", "not valid any more from"),
    ),
)
_PAYOUTS = Table(
    model="wallet.Payout",
    store=Store.PAYMENTS,
    label="Payouts",
    columns=(
        _observed("id", "reference of the payout"),
        NotPersonal("wallet", _PSEUDONYM),
        _observed("state", "state"),
        Personal(
            "iban",
            DataCategory.PAYOUT_ACCOUNT,
            "account number",
            _PAYOUT_PURPOSES,
            recipients=("processor", "bank"),
            retention="payout_account",
        ),
        _derived("amount_minor", "paid out (cents)"),
        _derived("fee_minor", "fee (cents)"),
        _observed("currency", "currency"),
        _derived("fee_basis", "rule of the fee"),
        _observed("price_list", "price list"),
        _observed("requested_on", "asked for on"),
        _observed("settled_on", "paid out on"),
    ),
)
_TERMINALS = Table(
    model="wallet.Terminal",
    store=Store.PAYMENTS,
    label="Terminals",
    whole_because="Devices of organisations, with their rights; no person stands behind a row.",
)
_WINDOWS = Table(
    model="wallet.ErasureWindow",
    store=Store.PAYMENTS,
    label="Erasure windows",
    whole_because="Empty outside the transaction that erases a wallet; never committed with a row.",
)
_POSITION = Table(
    model="wallet.ErasurePosition",
    store=Store.PAYMENTS,
    label="Position in the erasure ledger",
    whole_because="One number for the whole store.",
)


class WalletSource:
    """Everything about the wallets of one person's case."""

    code = "wallet"
    tables: tuple[Table, ...] = (
        _ACCOUNTS,
        _ENTRIES,
        _POSTINGS,
        _AUTHORISATIONS,
        _INSTRUMENTS,
        _PAYOUTS,
        _TERMINALS,
        _WINDOWS,
        _POSITION,
    )

    def count(self, grant: Grant, context: SubjectContext, now: datetime) -> Mapping[str, int]:
        """Return how many rows there are about the wallets; the Grant covers them."""
        wallets = list(context.wallets)
        for wallet in wallets:
            grant.require(Store.PAYMENTS, wallet, DataCategory.WALLET)
        own = Q(account__kind__in=[AccountKind.WALLET, AccountKind.REFUNDS_DUE])
        return {
            _ACCOUNTS.model: Account.objects.filter(pk__in=wallets).count(),
            _ENTRIES.model: LedgerEntry.objects.filter(wallet__in=wallets).count(),
            _POSTINGS.model: Posting.objects.filter(own, wallet__in=wallets).count(),
            _AUTHORISATIONS.model: Authorisation.objects.filter(wallet__in=wallets).count(),
            _INSTRUMENTS.model: Instrument.objects.filter(wallet__in=wallets).count(),
            _PAYOUTS.model: Payout.objects.filter(wallet__in=wallets).count(),
        }

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,
    ) -> Sequence[Section]:
        """Return balance, bookings, slips and payouts of the wallets, account numbers in plain."""
        for wallet in context.wallets:
            grant.require(Store.PAYMENTS, wallet, DataCategory.WALLET)
        wallets = list(context.wallets)
        accounts = list(
            Account.objects.filter(pk__in=wallets, kind=AccountKind.WALLET).order_by(
                "opened_on", "pk"
            )
        )
        return (
            Section(_ACCOUNTS, tuple(_record(row, _ACCOUNTS) for row in accounts)),
            Section(_ENTRIES, _collect_entries(wallets)),
            Section(_POSTINGS, _collect_postings(wallets)),
            Section(_AUTHORISATIONS, _collect_authorisations(wallets)),
            Section(
                _INSTRUMENTS,
                tuple(
                    _record(instrument, _INSTRUMENTS)
                    for row in accounts
                    for instrument in row.instruments.order_by("valid_until")
                ),
            ),
            Section(_PAYOUTS, _collect_payouts(grant, wallets)),
        )

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete the wallets and all about them; the books stay balanced; safe to run twice.

        At the end of retention a rest is booked to the account of unclaimed rests first (C12). For
        any other purpose a rest, an open payout or a freeze raises WalletNotSettled and nothing is
        deleted.
        """
        for wallet in context.wallets:
            grant.require(Store.PAYMENTS, wallet, DataCategory.WALLET)
        deleted: dict[str, int] = {}
        for wallet in context.wallets:
            counts = erase_wallet(
                wallet=wallet, unclaimed=grant.purpose is Purpose.RETENTION, now=now
            )
            for table, count in counts.items():
                deleted[table] = deleted.get(table, 0) + count
        return Receipt(source=self.code, deleted=deleted)


def _record(row: object, table: Table, **replaced: object) -> Record:
    """Return the row's personal columns as a person can read them; `replaced` gives some."""
    names = [column.name for column in table.personal()]
    plain = {name: getattr(row, name) for name in names if name not in replaced}
    return Record({name: (plain | replaced)[name] for name in names})


def _collect_entries(wallets: list[UUID]) -> Iterator[Record]:
    rows = LedgerEntry.objects.filter(wallet__in=wallets).order_by("booked_at", "pk")
    names = ("id", "kind", "booked_at", "reverses")
    for values in rows.values_list("pk", "kind", "booked_at", "reverses_id").iterator():
        yield Record(dict(zip(names, values, strict=True)))


def _collect_postings(wallets: list[UUID]) -> Iterator[Record]:
    """Yield what moved on the wallet or was put aside for it, with the other side's name; booking
    by booking, so that no more than one is in memory.
    """
    lines = (
        Posting.objects.filter(wallet__in=wallets)
        .order_by("entry__booked_at", "entry_id", "line")
        .values_list(
            "entry_id", "account__kind", "account__organisation", "amount_minor", "currency"
        )
    )
    for entry, booking in groupby(lines.iterator(), key=itemgetter(0)):
        own, other_side = [], ""
        for _, kind, organisation, amount, currency in booking:
            if kind in {AccountKind.WALLET, AccountKind.REFUNDS_DUE}:
                own.append((amount, currency))
            else:
                other_side = organisation or kind
        for amount, currency in own:
            yield Record(
                {
                    "entry": entry,
                    "account": other_side,
                    "amount_minor": amount,
                    "currency": currency,
                }
            )


def _collect_authorisations(wallets: list[UUID]) -> Iterator[Record]:
    names = [column.name for column in _AUTHORISATIONS.personal()]
    paths = ["terminal__organisation" if name == "terminal" else name for name in names]
    rows = Authorisation.objects.filter(wallet__in=wallets).order_by("decided_at", "pk")
    for values in rows.values_list(*paths).iterator():
        yield Record(dict(zip(names, values, strict=True)))


def _collect_payouts(grant: Grant, wallets: list[UUID]) -> tuple[Record, ...]:
    rows = list(Payout.objects.filter(wallet__in=wallets).order_by("requested_on", "pk"))
    revealed = reveal_values(grant, rows, ["iban"]) if rows else []
    return tuple(
        _record(row, _PAYOUTS, iban=iban) for row, (iban,) in zip(rows, revealed, strict=True)
    )
