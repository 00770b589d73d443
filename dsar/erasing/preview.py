"""The preview: what is erased now, what on which day, what is kept because of which law (H15).

It is also the dry run: the plan that two people approve is a preview, repeated before it is carried
out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from dsar.models import Case
from dsar.rules import Right
from dsar.rules.erasure import MONEY_HOLDS, Clocks, Fate, Line, plan_hash, term_of
from dsar.rules.states import OPEN, PROVEN
from records.access.grants import Grant
from records.access.inventory import Erasure, Personal, Table
from records.access.partial import all_parts, count_rows, partial_sources
from records.access.purposes import CardForm, DataCategory
from records.access.registry import SubjectContext, sources
from records.access.restriction import find_restricted
from records.cards.models import Card
from records.cards.queries import list_cards
from records.cards.rules import CardState
from records.cards.rules.states import DEAD_STATES
from records.contracts.queries import contract_facts, subject_context
from records.identity.queries import get_subject
from records.legal_days import add_months, legal_day
from records.wallet.queries import list_payouts
from retention.queries import judge_people, list_holds
from retention.rules import get_rule

EVERY_CATEGORY = frozenset(DataCategory) - {DataCategory.STAFF}
"""What a preview covers. It reveals nothing; the gate's entry says what it was about."""
CONTACTS = ("identity.phone", "identity.email")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do, table by table. Codes, days and numbers; no value."""

    lines: tuple[Line, ...]
    possible: Mapping[str, int]
    """The parts that may go now, whether chosen or not."""
    predicted: Mapping[str, int]
    """The chosen ones, with the rows that change."""
    end_contract: bool
    live_cards: int
    balance_minor: int = field(repr=False)
    """What the cards hold and owe, in cents."""
    payouts_open: int
    frozen: bool
    still_open: tuple[str, ...]
    """Obligations that keep the contract open, by name."""
    last_day: date | None
    foreseen: bool
    blocked_by: str
    """Why nothing is erased yet; empty where nothing stands in the way."""
    sha256: str

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to do at all."""
        return any(self.predicted.values()) or bool(self.end_contract and self.live_cards)

    def of_fate(self, fate: Fate) -> list[Line]:
        """Return the lines of one fate that concern rows of the person; columns that name staff go
        with their row and are not the person's to be told of.
        """
        return [
            line for line in self.lines if line.fate is fate and line.rows and line.rule != "staff"
        ]


def default_parts(possible: Collection[str], *, keep_contact: str = "identity.phone") -> list[str]:
    """Return everything that can go now, but the contact that stays."""
    contacts = [code for code in CONTACTS if code in possible]
    spared = {keep_contact} if len(contacts) > 1 else set()
    return sorted(set(possible) - spared)


def possible_parts(grant: Grant, context: SubjectContext, now: datetime) -> dict[str, int]:
    """Return every part that may go now, with the number of rows it would change."""
    found: dict[str, int] = {}
    for source in partial_sources():
        found |= source.preview(grant, context, now)
    return found


def preview_erasure(
    grant: Grant,
    *,
    subject_id: UUID,
    parts: Collection[str],
    end_contract: bool,
    now: datetime,
    case_id: UUID | None = None,
) -> Preview:
    """Return what an erasure of these parts would do; changes nothing, reveals nothing (H15, C26).

    Every declared personal column of every source is in exactly one line. The Grant covers all
    categories of the person. `case_id` is the case that asks: others that are open hold it back.
    """
    context = subject_context(grant, subject_id)
    possible = possible_parts(grant, context, now)
    chosen = {code: possible[code] for code in sorted(set(parts) & set(possible))}
    standing = _standing(grant, context, end_contract, now)
    lines = tuple(
        line
        for source in sources()
        for table, rows in _counted(source, grant, context, now)
        for line in _lines(source.code, table, rows, chosen, standing.clocks)
    )
    cards = standing.live_cards if end_contract else 0
    return Preview(
        lines=lines,
        possible=possible,
        predicted=chosen,
        end_contract=end_contract,
        live_cards=standing.live_cards,
        balance_minor=standing.balance_minor,
        payouts_open=standing.payouts_open,
        frozen=standing.frozen,
        still_open=standing.still_open,
        last_day=standing.clocks.last_day_kept or standing.clocks.foreseen,
        foreseen=standing.clocks.last_day_kept is None,
        blocked_by=find_block(subject_id, case_id=case_id, now=now),
        sha256=plan_hash(lines=lines, predicted=chosen, parts=chosen, cards=cards),
    )


def find_block(subject_id: UUID, *, case_id: UUID | None, now: datetime) -> str:
    """Return the code of what keeps everything from being erased now; empty where nothing does.

    A hold about money keeps the contract's data only (threat 10). What another open request of the
    person is about is not erased before it is answered (threat 13).
    """
    today = legal_day(now)
    for hold in list_holds(subject_id=subject_id):
        stands = hold.lifted_at is None and (hold.until_date is None or hold.until_date >= today)
        if stands and hold.ground not in MONEY_HOLDS:
            return f"hold:{hold.ground}"
    if find_restricted(subjects=[subject_id]):
        return "restricted"
    waiting = Case.objects.filter(
        subject_id=subject_id, state__in=[state.value for state in OPEN & PROVEN]
    ).exclude(right=Right.ERASURE)
    if case_id is not None:
        waiting = waiting.exclude(pk=case_id)
    if waiting.exists():
        return "request_pending"
    return ""


@dataclass(frozen=True, slots=True)
class _Standing:
    clocks: Clocks
    live_cards: int
    balance_minor: int
    payouts_open: int
    frozen: bool
    still_open: tuple[str, ...]


def _standing(
    grant: Grant, context: SubjectContext, end_contract: bool, now: datetime
) -> _Standing:
    subject_id, today = context.subject_id, legal_day(now)
    (verdict,) = judge_people(grant, subject_ids=[subject_id], now=now)
    facts = contract_facts(grant, subject_id)
    items = [fact.items for fact in facts if fact.items is not None]
    cards = list_cards(subject_id=subject_id)
    live = [card for card in cards if CardState(card.state) not in DEAD_STATES]
    paid = [
        payout.settled_on
        for fact in facts
        if fact.wallet is not None
        for payout in list_payouts(fact.wallet)
        if payout.settled_on is not None
    ]
    closed = Case.objects.filter(subject_id=subject_id).aggregate(last=Max("closed_at"))["last"]
    return _Standing(
        clocks=Clocks(
            today=today,
            last_day_kept=verdict.last_day_kept,
            foreseen=_foresee(cards, ends_now=end_contract, today=today),
            last_payout=max(paid, default=None),
            last_case_closed=legal_day(closed) if closed else None,
        ),
        live_cards=len(live),
        balance_minor=sum(item.balance_minor + item.held_minor for item in items),
        payouts_open=sum(item.open_payouts for item in items),
        frozen=any(item.frozen for item in items),
        still_open=verdict.open,
    )


def _foresee(cards: Collection[Card], *, ends_now: bool, today: date) -> date:
    """Return the last day that is to be expected while a contract still runs."""
    ends = [card.valid_until for card in cards if card.valid_until]
    end = today if ends_now else max([today, *ends])
    return add_months(end, get_rule("contract").months)


def _counted(
    source: object, grant: Grant, context: SubjectContext, now: datetime
) -> list[tuple[Table, int]]:
    tables = [table for table in source.tables if table.personal()]  # type: ignore[attr-defined]
    counts = count_rows(source, grant, context, now) if tables else {}  # type: ignore[arg-type]
    return [(table, counts.get(table.model, 0)) for table in tables]


def _lines(
    source: str, table: Table, rows: int, chosen: Mapping[str, int], clocks: Clocks
) -> list[Line]:
    """Return the table's columns in groups of one fate and one rule."""
    parts = all_parts()
    going = {
        column: chosen[code]
        for code in chosen
        if parts[code].model == table.model
        for column in parts[code].columns
    }
    groups: dict[tuple[Fate, str], list[Personal]] = {}
    for column in table.personal():
        fate = Fate.LATER
        if column.erasure is Erasure.KEEP_UNNAMED:
            fate = Fate.KEPT
        elif column.name in going:
            fate = Fate.NOW
        groups.setdefault((fate, column.retention), []).append(column)
    found = []
    for (fate, rule), columns in groups.items():
        until, foreseen = term_of(rule, clocks) if fate is not Fate.NOW else (None, False)
        names = tuple(column.name for column in columns)
        changed = max((going[name] for name in names), default=0) if fate is Fate.NOW else rows
        found.append(Line(source, table.model, names, fate, rule, changed, until, foreseen))
    return found


def is_virtual(subject_id: UUID) -> bool:
    """Say whether the person's card is a virtual one: its phone number stays (T5.1.5a)."""
    return bool(get_subject(subject_id).form == CardForm.VIRTUAL.value)
