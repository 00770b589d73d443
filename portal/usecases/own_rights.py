"""What a holder sees and does about wrong values, restriction, objection, a look, a decision (GDPR
16, 18, 21, 22(3), H7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext

from dsar.errors import CaseUnknown
from dsar.models import Case
from dsar.operations.corrections import CHANGEABLE, PERSON, propose_corrections
from dsar.operations.objections import object_to, take_back_objection
from dsar.operations.restrictions import ask_restriction
from dsar.operations.reviewing import add_statement
from dsar.queries import (
    CaseStanding,
    get_case_of,
    objects_to,
    standing,
)
from dsar.rules import Right
from dsar.rules.corrections import (
    MARKETING,
    ObjectionWay,
    RestrictionGround,
    objection_way,
    other_rights,
    why_locked,
)
from portal import words, words_corrections
from portal.people import Holder
from portal.usecases.own_cases import file_own
from portal.usecases.own_data import HOLDER_CATEGORIES, write_value
from portal.usecases.own_log import Line, write_line
from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.inventory import Personal, Rectification, Table
from records.access.purposes import PURPOSES, DataCategory, Purpose
from records.access.queries import LogLine, list_entries_about
from records.access.registry import sources
from records.cards.queries import list_cards
from records.contracts.queries import subject_context
from records.keys.links import wallet_pseudonym


@dataclass(frozen=True, slots=True)
class Field:
    """One declared value with what can be done about it."""

    code: str
    name: str
    """The step at which a new value is given; empty where only a statement is possible."""
    label: str
    value: str = field(repr=False)
    plain: object = field(repr=False)
    kind: str
    why: Promise | str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The declared values of one table."""

    title: str
    first: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class PurposeChoice:
    """A purpose, what an objection to it does, and what helps where it does nothing."""

    purpose: Purpose
    name: Promise | str
    way: ObjectionWay
    basis: Promise | str
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentPage:
    """A request that was just sent, with what has happened already."""

    case: Case
    standing: CaseStanding
    done: bool


def reveal_fields(*, holder: Holder, now: datetime) -> list[FieldGroup]:
    """Return every declared value about the holder, with its class of rectification."""
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories=HOLDER_CATEGORIES,
        task="rectification",
        now=now,
    )
    context = subject_context(grant, holder.subject_id)
    groups = []
    for source in sources():
        for section in source.collect(grant, context, now):
            rows = list(section.records)
            values = rows[0].values if len(rows) == 1 else {}
            fields = tuple(
                _field(section.table, column, values, len(rows))
                for column in section.table.personal()
                if not column.withheld and column.category is not DataCategory.STAFF
            )
            if rows and fields:
                first = section.table.model == PERSON
                # What can be changed stands before what cannot.
                ordered = tuple(sorted(fields, key=lambda found: not found.name))
                groups.append(FieldGroup(gettext(section.table.label), first, ordered))
    return sorted(groups, key=lambda group: not group.first)


def _field(table: Table, column: Personal, values: Mapping[str, object], rows: int) -> Field:
    changeable = table.model == PERSON and column.name in CHANGEABLE
    locked = why_locked(column)
    kind = column.rectification if changeable or locked else Rectification.REVIEWED
    value = values.get(column.name)
    known = words.VALUES.get(column.name, {}).get(value) if isinstance(value, int) else None
    shown = write_value(known or value) if value not in (None, "", [], ()) else ""
    several = gettext("%(rows)s rows") % {"rows": rows} if rows > 1 else ""
    why = words_corrections.LOCKED[locked] if locked else words_corrections.CLASSES[kind]
    return Field(
        code=f"{table.model}.{column.name}",
        name=column.name if changeable else "",
        label=gettext(column.label),
        value=several or shown or "–",
        plain=value,
        kind=kind.value,
        why=why,
    )


def propose(
    *,
    holder: Holder,
    changes: Mapping[str, object],
    statements: Mapping[str, str],
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """File what is wrong; raises the refusals of propose_corrections."""
    return propose_corrections(
        actor=holder.actor,
        subject_id=holder.subject_id,
        changes=changes,
        statements=statements,
        language=language,
        case_id=case_id,
        now=now,
    )


def restrict(
    *,
    holder: Holder,
    ground: RestrictionGround,
    categories: list[DataCategory],
    why: str,
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """Restrict the processing of the holder's data at once (GDPR 18)."""
    return ask_restriction(
        actor=holder.actor,
        subject_id=holder.subject_id,
        ground=ground,
        categories=categories,
        why=why,
        language=language,
        case_id=case_id,
        now=now,
    )


def list_purposes() -> list[PurposeChoice]:
    """Return every purpose that is about holders, with what an objection to it does (GDPR 21)."""
    return [
        PurposeChoice(
            purpose=purpose,
            name=words.PURPOSES[purpose],
            way=objection_way(purpose),
            basis=words.BASES[PURPOSES[purpose].basis],
            instead=tuple(right.value for right in sorted(other_rights(purpose))),
        )
        for purpose in Purpose
    ]


def protest(
    *,
    holder: Holder,
    purposes: frozenset[Purpose],
    why: str,
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """Object to purposes; marketing stops before this returns (GDPR 21)."""
    return object_to(
        actor=holder.actor,
        subject_id=holder.subject_id,
        purposes=purposes,
        why=why,
        language=language,
        case_id=case_id,
        now=now,
    )


def objected(*, holder: Holder) -> list[str]:
    """Return the marketing purposes to which the holder objects: nobody asks for them again."""
    return [
        purpose.value
        for purpose in MARKETING
        if objects_to(subject_id=holder.subject_id, purpose=purpose)
    ]


def take_back(*, holder: Holder, purpose: Purpose, now: datetime) -> None:
    """End the holder's objection to a purpose; nothing is consented to by it."""
    take_back_objection(actor=holder.actor, subject_id=holder.subject_id, purpose=purpose, now=now)


def ask_person(
    *, holder: Holder, details: Mapping[str, object], language: str, case_id: UUID, now: datetime
) -> Case:
    """Send a declined payment or a block to a person (GDPR 22(3), C22)."""
    return file_own(
        holder=holder,
        right=Right.HUMAN_REVIEW,
        details=details,
        language=language,
        case_id=case_id,
        now=now,
    )


def reveal_own_entry(*, holder: Holder, entry_id: int, now: datetime) -> Line:
    """Return one line of the holder's own log; raise CaseUnknown for any other."""
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories={DataCategory.ACCESS_LOG, DataCategory.CARD, DataCategory.WALLET},
        task="who-looked",
        now=now,
    )
    return write_line(find_entry(grant, subject_id=holder.subject_id, entry_id=entry_id))


def find_entry(grant: Grant, *, subject_id: UUID, entry_id: int) -> LogLine:
    """Return the line of the log with that number if it is about this person; raise CaseUnknown."""
    wallets = [
        wallet_pseudonym(grant, card_id=card.pk, subject_id=subject_id)
        for card in list_cards(subject_id=subject_id)
    ]
    found = list_entries_about(
        grant, subjects=[subject_id], wallets=wallets, limit=1, before=entry_id + 1
    )
    if not found or found[0].entry_id != entry_id:
        raise CaseUnknown
    return found[0]


def ask_about_look(
    *,
    holder: Holder,
    entry_id: int,
    ask: str,
    text: str,
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """Ask about one look at the holder's data; the row goes with the question (H7)."""
    reveal_own_entry(holder=holder, entry_id=entry_id, now=now)
    return file_own(
        holder=holder,
        right=Right.LOG_QUESTION,
        details={"entry": entry_id, "ask": ask, "text": text},
        language=language,
        case_id=case_id,
        now=now,
    )


def read_sent(*, holder: Holder, case_id: UUID, now: datetime) -> SentPage:
    """Return the request that was just sent; raise CaseUnknown for another's."""
    case = get_case_of(subject_id=holder.subject_id, case_id=case_id)
    how = standing(case, now=now)
    return SentPage(case, how, case.outcome == "granted")


def state(*, holder: Holder, item_id: UUID, text: str, now: datetime) -> Case:
    """Put a statement beside a value that is not changed (GDPR 16)."""
    item = add_statement(
        actor=holder.actor, subject_id=holder.subject_id, item_id=item_id, text=text, now=now
    )
    return item.case
