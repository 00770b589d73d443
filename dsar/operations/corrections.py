"""Correcting what is wrong: free fields at once, reviewed ones after a look, statements beside the
rest (GDPR 16, T6.1.5b, C14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from dsar.errors import FieldLocked, NothingToCorrect, StepNotPossible, StepNotYours
from dsar.filestore import remove_files
from dsar.models import Case, ContactNotice, CorrectionItem, Fulfilment, Package
from dsar.operations.answering import service_of, start
from dsar.operations.filing import file_request
from dsar.operations.first_steps import want_restriction
from dsar.operations.history import lock_case, record
from dsar.operations.packages import end_packages
from dsar.operations.restrictions import place_due
from dsar.ports import Notice, notify_recipients
from dsar.queries import find_declared
from dsar.rules import Event, Right, State
from dsar.rules.corrections import CorrectionState, Declared, RestrictionGround
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor, Grant
from records.access.inventory import Rectification
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.operations import change_details, change_home_city
from records.identity.queries import PERSON_COLUMNS, get_controller, get_subject, reveal_columns
from records.identity.rules import PersonDetails, clean_details
from records.keys.operations import seal_values
from records.legal_days import legal_day

PERSON = "identity.DataSubject"
HOME_CITY = "home_city"
CHANGEABLE = frozenset({*PERSON_COLUMNS, HOME_CITY})
"""The columns of a person that can be given another value; beside any other, a statement stands."""
CONTACTS = frozenset({"phone", "email"})
OPENED = frozenset(
    {
        DataCategory.NAME,
        DataCategory.RESIDENCE,
        DataCategory.BIRTH_DATE,
        DataCategory.CONTACT,
        DataCategory.CARD,
        DataCategory.APPLICATION,
        DataCategory.CASE,
    }
)
"""What a change touches: the blind indexes are made of several columns at once."""
_WORKED_ON = frozenset({State.VERIFIED, State.IN_WORK, State.EXTENDED})


@dataclass(slots=True)
class _Diff:
    """What is proposed, sealed and ready to be saved with its case."""

    items: list[CorrectionItem] = field(repr=False)
    free: dict[str, object] = field(repr=False)
    notices: list[ContactNotice] = field(repr=False)
    contested: frozenset[DataCategory]


def propose_corrections(
    *,
    actor: Actor,
    subject_id: UUID,
    changes: Mapping[str, object],
    statements: Mapping[str, str],
    language: str,
    case_id: UUID,
    now: datetime,
) -> Case:
    """File what a person says is wrong, and do at once what needs nobody's look (GDPR 16).

    `changes` holds new values by column of the person, `statements` what the person writes about
    any declared column, by its code. Free fields change now; the old contact is told. What is
    reviewed or stated is contested, and its category is restricted before this returns (GDPR
    18(1)(a)). Accepted on any day (C14). Raises StepNotYours, NothingToCorrect, FieldLocked,
    PhoneTaken, the refusals of clean_details.
    """
    if actor.role is not ActorRole.HOLDER:
        raise StepNotYours(step=Event.CORRECTION_PROPOSED.value, role=actor.role.value)
    if (there := Case.objects.filter(pk=case_id, subject_id=subject_id).first()) is not None:
        return there
    grant = _open(actor, subject_id, case_id, now)
    files: list[str] = []
    try:
        diff = _prepare(grant, subject_id, case_id, changes, statements, now)

        def keep(case: Case) -> None:
            files.extend(_keep(grant, case, diff, actor, now))

        case = file_request(
            actor=actor,
            subject_id=subject_id,
            right=Right.RECTIFICATION,
            details={"columns": sorted(item.column for item in diff.items)},
            language=language,
            case_id=case_id,
            now=now,
            also=keep,
        )
    except BaseException:
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now, counts={"corrections": len(diff.items)})
    remove_files(files)
    if diff.contested:
        place_due(now=now, case_id=case.pk)
    case.refresh_from_db()
    return case


def add_correction(
    *, actor: Actor, case_id: UUID, changes: Mapping[str, object], now: datetime
) -> list[CorrectionItem]:
    """Enter what a request on paper asks to be corrected; every field is reviewed then, for nobody
    has signed in. What is contested is restricted at once. Raises as propose_corrections.
    """
    case = Case.objects.filter(pk=case_id, right=Right.RECTIFICATION).first()
    if case is None or actor.role not in {ActorRole.CLERK, ActorRole.CONTROLLER}:
        raise StepNotPossible(step=Event.CORRECTION_PROPOSED.value)
    grant = _open(actor, case.subject_id, case_id, now)
    diff = _prepare(grant, case.subject_id, case_id, changes, {}, now)
    with transaction.atomic(durable=True):
        held = lock_case(case_id)
        if held.state not in _WORKED_ON:
            raise StepNotPossible(state=held.state, step=Event.CORRECTION_PROPOSED.value)
        start(held, actor=actor, now=now)
        for item in diff.items:
            item.save(force_insert=True)
            record(held, Event.CORRECTION_PROPOSED, actor=actor, now=now, reason=_name(item))
        want_restriction(
            held,
            ground=RestrictionGround.ACCURACY,
            categories=sorted({DataCategory(item.category) for item in diff.items}),
            now=now,
        )
    report_outcome(grant, done=True, now=now, counts={"corrections": len(diff.items)})
    place_due(now=now, case_id=case_id)
    return diff.items


def _prepare(
    grant: Grant,
    subject_id: UUID,
    case_id: UUID,
    changes: Mapping[str, object],
    statements: Mapping[str, str],
    now: datetime,
) -> _Diff:
    new, old = _clean(grant, subject_id, changes, now)
    said = {code: text.strip() for code, text in statements.items() if text.strip()}
    if not new and not said:
        raise NothingToCorrect
    items, sealed, contested = [], [], set()
    free: dict[str, object] = {}
    for name, value in new.items():
        found = find_declared(f"{PERSON}.{name}")
        item = _item(found, subject_id, case_id, now)
        if found.column.rectification is Rectification.FREE:
            free[name] = value
        else:
            contested.add(found.column.category)
        items.append(item)
        sealed.append({"value": value.isoformat() if isinstance(value, date) else value or ""})
    for code, text in said.items():
        found = find_declared(code)
        contested.add(found.column.category)
        items.append(_item(found, subject_id, case_id, now))
        sealed.append({"statement": text})
    seal_values(grant, items, sealed)
    notices = [
        ContactNotice(case_id=case_id, subject_id=subject_id, created_at=now, next_attempt_at=now)
        for name in free
        if name in CONTACTS and old[name]
    ]
    told = [{"contact": old[name]} for name in free if name in CONTACTS and old[name]]
    seal_values(grant, notices, told)
    return _Diff(items, free, notices, frozenset(contested))


def _clean(
    grant: Grant, subject_id: UUID, changes: Mapping[str, object], now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what really changes, as the field's own rules write it, and what there is now."""
    for name in changes:
        if name not in CHANGEABLE:
            raise FieldLocked(column=name)
    (values,) = reveal_columns(grant, [subject_id], columns=PERSON_COLUMNS)
    old: dict[str, Any] = dict(zip(PERSON_COLUMNS, values, strict=True))
    city = changes.get(HOME_CITY)
    said: dict[str, Any] = {n: value for n, value in changes.items() if n != HOME_CITY}
    cleaned = clean_details(PersonDetails(**{**old, **said}), today=legal_day(now))
    new = {n: getattr(cleaned, n) for n in said if getattr(cleaned, n) != old[n]}
    old[HOME_CITY] = get_subject(subject_id).home_city_id
    if city and city != old[HOME_CITY]:
        new[HOME_CITY] = get_controller(str(city)).code
    return new, old


def _item(found: Declared, subject_id: UUID, case_id: UUID, now: datetime) -> CorrectionItem:
    return CorrectionItem(
        id=uuid4(),
        case_id=case_id,
        subject_id=subject_id,
        column=found.code,
        category=found.column.category,
        state=CorrectionState.PROPOSED,
        proposed_at=now,
    )


def _keep(grant: Grant, case: Case, diff: _Diff, actor: Actor, now: datetime) -> list[str]:
    """Save the items with their case, and change the free fields in the same transaction."""
    files: list[str] = []
    for item in diff.items:
        item.save(force_insert=True)
        record(case, Event.CORRECTION_PROPOSED, actor=actor, now=now, reason=_name(item))
    # Whoever's sign-in proves too little (a contact changed lately, a child) waits for a person.
    if diff.free and case.state == State.VERIFIED:
        change_details(grant, subject_id=case.subject_id, changes=diff.free, now=now)
        for notice in diff.notices:
            notice.save(force_insert=True)
        for item in diff.items:
            if _name(item) in diff.free:
                mark_applied(item, case=case, actor=actor, now=now)
        files = after_change(case, now=now)
    if diff.contested:
        want_restriction(
            case, ground=RestrictionGround.ACCURACY, categories=diff.contested, now=now
        )
    return files


def change_person(
    grant: Grant, *, subject_id: UUID, column: str, value: object, now: datetime
) -> None:
    """Write one new value in its place, the blind indexes with it."""
    if column == HOME_CITY:
        change_home_city(grant, subject_id=subject_id, city=str(value))
        return
    plain = date.fromisoformat(str(value)) if column == "birth_date" and value else value
    change_details(grant, subject_id=subject_id, changes={column: plain or None}, now=now)


def mark_applied(item: CorrectionItem, *, case: Case, actor: Actor, now: datetime) -> None:
    """Note that a value is in its place and forget it here, inside the caller's transaction."""
    item.state, item.decided_at, item.value = CorrectionState.APPLIED, now, None
    item.save()
    record(case, Event.CORRECTION_APPLIED, actor=actor, now=now, reason=_name(item))


def after_change(case: Case, *, now: datetime) -> list[str]:
    """Let a change reach what was made of the old value, inside the caller's transaction: packages
    end, those being made begin anew, recipients are told. Return the files to remove after it.
    """
    Fulfilment.objects.filter(case__subject_id=case.subject_id, done_at=None).update(
        lease_token="", lease_until=None, next_attempt_at=now
    )
    packages = Package.objects.filter(subject_id=case.subject_id)
    ended = list(packages.filter(ended_at=None).values_list("case_id", "sha256"))
    files = end_packages(packages, now=now)
    for case_id, sha256 in ended:
        other = lock_case(case_id)
        actor = service_of(other, "corrections")
        record(
            other,
            Event.PACKAGE_DISABLED,
            actor=actor,
            now=now,
            reason="corrected",
            sha256=sha256,
        )
    notify_recipients(case, Notice.RECTIFICATION)
    return files


def _name(item: CorrectionItem) -> str:
    return item.column.rpartition(".")[2]


def _open(actor: Actor, subject_id: UUID, case_id: UUID, now: datetime) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=OPENED,
        action=Action.CHANGE,
        task=str(case_id),
        now=now,
    )
