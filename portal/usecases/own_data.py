"""What a holder sees of themself: current data with purpose and period, card, wallet, who looked
(H6, H9, H18).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext

from portal import words
from portal.people import Holder
from portal.register import city_names, organisation_names
from portal.writing import write_day, write_moment, write_money
from records.access.gate import open_gate
from records.access.inventory import Section, Table
from records.access.purposes import DataCategory, Purpose
from records.access.registry import sources
from records.cards.models import Card
from records.cards.queries import list_cards
from records.contracts.queries import subject_context
from records.identity.queries import reveal_columns
from records.keys.links import wallet_pseudonym
from records.legal_days import add_years
from records.wallet.queries import Balance, LedgerLine, get_balance, list_lines
from records.wallet.rules import month_of, month_used
from retention.queries import find_clock

SHOWN_ROWS = 5
SHOWN_ELSEWHERE = frozenset(
    {"wallet.LedgerEntry", "wallet.Posting", "access.LogEntry", "access.EntrySubject"}
)
"""Tables with a page of their own; the package holds them whole."""
FIRST = (
    "identity.DataSubject",
    "cards.Card",
    "wallet.Account",
    "consent.ConsentEvent",
    "cards.Application",
    "retention.SubjectClock",
)
"""What people look for, in this order; histories and what only the machine uses come folded after
it.
"""
CONTRACT_RULES = frozenset({"contract", "wallet"})
KEPT_YEARS = 5
HOLDER_CATEGORIES = frozenset(DataCategory) - {DataCategory.STAFF}


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its name, as people read it."""

    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one table about a holder, with why they are kept and how long."""

    title: str
    first: bool
    """Whether it stands open on the page."""
    rows: tuple[tuple[Fact, ...], ...] = field(repr=False)
    more: int
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardPage:
    """One card and its wallet."""

    card: Card
    balance: Balance | None = field(repr=False)
    spent_minor: int
    left_month_minor: int
    left_ceiling_minor: int
    lines: tuple[LedgerLine, ...] = field(repr=False)


def reveal_name(*, holder: Holder, now: datetime) -> str:
    """Return the holder's given name, for the greeting."""
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories={DataCategory.NAME},
        task="overview",
        now=now,
    )
    return str(reveal_columns(grant, [holder.subject_id], columns=["given_name"])[0][0] or "")


def reveal_own_data(*, holder: Holder, now: datetime) -> list[Group]:
    """Return everything that is kept about the holder, group by group, at once (GDPR 15, recital
    63).
    """
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories=HOLDER_CATEGORIES,
        task="own-data",
        now=now,
    )
    context = subject_context(grant, holder.subject_id)
    sections = [s for source in sources() for s in source.collect(grant, context, now)]
    shown = [s for s in sections if s.table.model not in SHOWN_ELSEWHERE]
    until = _kept_until(holder.subject_id)
    groups = [_write_group(section, until) for section in sorted(shown, key=_place)]
    return [group for group in groups if group.rows]


def _kept_until(subject_id: UUID) -> str:
    """Return until when the contract's data is kept, with a date where one is known or can be
    foreseen (H9).
    """
    clock = find_clock(subject_id=subject_id)
    if clock is not None and clock.last_day_kept is not None:
        return gettext("until %(day)s") % {"day": write_day(clock.last_day_kept)}
    ends = [card.valid_until for card in list_cards(subject_id=subject_id) if card.valid_until]
    if not ends:
        return ""
    foreseen = add_years(max(ends), KEPT_YEARS)
    return gettext("%(day)s, if the contract ends with the validity of the card") % {
        "day": write_day(foreseen)
    }


def _place(section: Section) -> int:
    model = section.table.model
    return FIRST.index(model) if model in FIRST else len(FIRST)


def reveal_cards(*, holder: Holder, now: datetime, lines: int = 50) -> list[CardPage]:
    """Return the holder's cards, each with balance, what is left of the limits, and the last
    movements (H18).
    """
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories={DataCategory.CARD, DataCategory.WALLET},
        task="card-and-money",
        now=now,
    )
    pages = []
    for card in list_cards(subject_id=holder.subject_id):
        if card.issued_on is None:
            pages.append(CardPage(card, None, 0, 0, 0, ()))
            continue
        wallet = wallet_pseudonym(grant, card_id=card.pk, subject_id=holder.subject_id)
        pages.append(_read_wallet(card, wallet, lines, now))
    return pages


def _read_wallet(card: Card, wallet: UUID, lines: int, now: datetime) -> CardPage:
    balance = get_balance(wallet)
    spent = month_used(
        counter_minor=balance.month_payments_minor, counter_month=balance.month, month=month_of(now)
    )
    return CardPage(
        card=card,
        balance=balance,
        spent_minor=spent,
        left_month_minor=max(0, balance.month_payments_limit_minor - spent),
        left_ceiling_minor=max(0, balance.ceiling_minor - balance.balance_minor),
        lines=tuple(list_lines(wallet, limit=lines)),
    )


def _write_group(section: Section, until: str) -> Group:
    table: Table = section.table
    columns = {column.name: column for column in table.personal()}
    rows = []
    records = iter(section.records)
    for record in islice(records, SHOWN_ROWS):
        facts = []
        for name, value in record.values.items():
            column = columns.get(name)
            if value in (None, "", [], ()) or (column is not None and column.withheld):
                continue
            known = words.VALUES.get(name, {}).get(value) if isinstance(value, int) else None
            facts.append(
                _write_fact(column.label if column else name, value if known is None else known)
            )
        rows.append(tuple(facts))
    declared = tuple(columns.values())
    return Group(
        title=gettext(table.label),
        first=table.model in FIRST,
        rows=tuple(rows),
        more=sum(1 for _ in records),
        purposes=_unique(str(words.PURPOSES[p]) for c in declared for p in c.purposes),
        bases=_unique(str(words.BASES[c.basis]) for c in declared),
        kept=_unique(_write_retention(column.retention, until) for column in declared),
    )


def _write_retention(rule: str, until: str) -> str:
    text = str(words.RETENTION[rule])
    return f"{text} ({until})" if until and rule in CONTRACT_RULES else text


def _write_fact(label: str, value: object) -> Fact:
    """Return the value under its translated name; cents are written as euros."""
    name = gettext(label)
    if isinstance(value, int) and label.endswith("(cents)"):
        return Fact(_capital(name.rpartition(" (")[0]), write_money(value))
    return Fact(_capital(name), write_value(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def write_value(value: object) -> str:
    """Return a value of the inventory as people read it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, date):
        return write_day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(write_value(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {write_value(item)}" for key, item in value.items())
    text = str(value)
    names = {**organisation_names(), **city_names()}
    return str(names.get(text) or words.WORDS.get(text, text))


def _unique(texts: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))  # type: ignore[arg-type]
