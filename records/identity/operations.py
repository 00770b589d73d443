"""Loading the register; registering data subjects and changing what is known about them."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from records.access.grants import Grant
from records.access.purposes import CardForm, DataCategory, Store
from records.identity.errors import (
    PhoneTaken,
    RegisterInvalid,
    RepresentationInvalid,
    RepresentationNotYours,
    RepresentationUnknown,
    SubjectExists,
    SubjectUnknown,
)
from records.identity.models import (
    Controller,
    DataSubject,
    DeliveryMethod,
    DocumentCheck,
    Processor,
    RegistrationPoint,
    Representation,
)
from records.identity.queries import (
    PERSON_COLUMNS,
    get_controller,
    get_subject,
)
from records.identity.rules import (
    Assurance,
    Basis,
    DocumentType,
    Evidence,
    PersonDetails,
    Register,
    Scope,
    clean_details,
    read_register,
)
from records.keys.operations import create_data_keys, seal_values
from records.keys.queries import reveal_values
from records.legal_days import legal_day

# -- The register


def load_register(*, path: Path) -> Register:
    """Load the register file: add and change what it names, retire what it no longer names (PP1,
    K12).

    All or nothing; raises RegisterInvalid. Safe to repeat.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegisterInvalid(where=path.name, problem=type(error).__name__) from error
    register = read_register(content)
    with transaction.atomic(durable=True):
        _store_rows(Controller, [asdict(entry) for entry in register.controllers])
        _store_processors(register)
        _store_rows(
            RegistrationPoint,
            [_renamed(asdict(entry), city="city_id") for entry in register.points],
        )
        _store_rows(DeliveryMethod, [asdict(entry) for entry in register.deliveries])
    return register


def _store_rows(model: Any, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        code = row.pop("code")
        model.objects.update_or_create(code=code, defaults={**row, "active": True})
        row["code"] = code
    model.objects.exclude(code__in=[row["code"] for row in rows]).update(active=False)


def _store_processors(register: Register) -> None:
    rows = [
        _renamed(asdict(entry), engaged_by=None, acts_for=None) for entry in register.processors
    ]
    _store_rows(Processor, rows)
    for entry in register.processors:
        row = Processor.objects.get(code=entry.code)
        row.engaged_by_id = entry.engaged_by or None
        row.save(update_fields=["engaged_by"])
        row.acts_for.set(Controller.objects.filter(code__in=entry.acts_for))


def _renamed(row: dict[str, Any], **names: str | None) -> dict[str, Any]:
    for name, new in names.items():
        value = row.pop(name)
        if new is not None:
            row[new] = value
    return row


# -- Data subjects


def register_data_subject(
    grant: Grant,
    *,
    subject_id: UUID,
    details: PersonDetails,
    home_city: str,
    form: CardForm,
    now: datetime,
    assurance: Assurance = Assurance.DECLARED,
) -> None:
    """Register a person in one form of the card, under a random id that the caller has drawn (T2.9,
    T4.1.5a).

    No document is needed, and nothing is mandatory here; which fields a card needs is decided by
    the application (T4.1.4). Raises CityUnknown, SubjectExists, PhoneTaken, and the refusals of
    clean_details.
    """
    city = get_controller(home_city)
    cleaned = clean_details(details, today=legal_day(now))
    create_data_keys(grant, store=Store.IDENTITY, subjects=[subject_id])
    row = DataSubject(
        id=subject_id,
        form=form.value,
        home_city=city,
        assurance=assurance.value,
        registered_on=legal_day(now),
    )
    seal_values(grant, [row], [{**_columns(cleaned), "realm": form.value}])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if DataSubject.objects.filter(pk=subject_id).exists():
            raise SubjectExists(subject_id=subject_id) from error
        raise PhoneTaken from error


def change_details(
    grant: Grant, *, subject_id: UUID, changes: Mapping[str, object], now: datetime
) -> None:
    """Change what is known about a person; columns that are not named stay, None empties one
    (T6.1.5b, GDPR 16).

    Accepted on any day and as often as asked (C14). All columns are sealed anew: the blind indexes
    are made of several at once. Raises SubjectUnknown, PhoneTaken, the refusals of clean_details.
    """
    unknown = set(changes) - set(PERSON_COLUMNS)
    if unknown:
        raise TypeError(f"Not columns of a person: {sorted(unknown)}.")
    with transaction.atomic():
        row = DataSubject.objects.select_for_update().filter(pk=subject_id).first()
        if row is None:
            raise SubjectUnknown(subject_id=subject_id)
        (current,) = reveal_values(grant, [row], PERSON_COLUMNS)
        before: dict[str, Any] = dict(zip(PERSON_COLUMNS, current, strict=True))
        merged: dict[str, Any] = {**before, **changes}
        cleaned = clean_details(PersonDetails(**merged), today=legal_day(now))
        seal_values(grant, [row], [{**_columns(cleaned), "realm": row.form}])
        if (cleaned.phone, cleaned.email) != (before["phone"], before["email"]):
            row.contact_changed_at = now
        try:
            with transaction.atomic():
                row.save(force_update=True)
        except IntegrityError as error:
            raise PhoneTaken from error


def change_home_city(grant: Grant, *, subject_id: UUID, city: str) -> None:
    """Change which city is the person's own (T2.3, GDPR 16); raise CityUnknown, SubjectUnknown."""
    grant.require(Store.IDENTITY, subject_id, DataCategory.APPLICATION)
    controller = get_controller(city)
    if not DataSubject.objects.filter(pk=subject_id).update(home_city=controller):
        raise SubjectUnknown(subject_id=subject_id)


def raise_assurance(grant: Grant, *, subject_id: UUID, to: Assurance) -> Assurance:
    """Raise how well the person's identity is established, never lower it; return the level that
    stands (C8).
    """
    grant.require(Store.IDENTITY, subject_id, DataCategory.NAME)
    DataSubject.objects.filter(pk=subject_id, assurance__lt=to.value).update(assurance=to.value)
    return Assurance(get_subject(subject_id).assurance)


def record_document_check(
    grant: Grant, *, subject_id: UUID, document_type: DocumentType, matched: bool, now: datetime
) -> Assurance:
    """Record that a document was compared with what the person declared: who, when, which kind, the
    result (T4.1.5b).

    No copy, number or image. A match raises the assurance to »document seen«. Returns the level
    that stands.
    """
    grant.require(Store.IDENTITY, subject_id, DataCategory.NAME)
    with transaction.atomic():
        DocumentCheck.objects.create(
            subject=get_subject(subject_id),
            checked_on=legal_day(now),
            document_type=document_type.value,
            matched=matched,
            checked_by=grant.actor.id,
        )
        if matched:
            return raise_assurance(grant, subject_id=subject_id, to=Assurance.DOCUMENT_SEEN)
    return Assurance(get_subject(subject_id).assurance)


def _columns(details: PersonDetails) -> dict[str, object]:
    return {name: getattr(details, name) for name in PERSON_COLUMNS}


# -- Representations

LONGEST_NUMBER = 80
_ALLOWED: dict[Basis, frozenset[Scope]] = {
    Basis.PARENT: frozenset(Scope),
    Basis.GUARDIANSHIP: frozenset(Scope),
    Basis.AUTHORISATION: frozenset(Scope),
    Basis.HEIR: frozenset({Scope.RIGHTS}),
}


def record_representation(
    grant: Grant,
    *,
    subject_id: UUID,
    representative: PersonDetails,
    basis: Basis,
    scopes: Collection[Scope],
    evidence: Evidence,
    evidence_number: str,
    valid_from: date,
    valid_until: date | None,
    now: datetime,
) -> Representation:
    """Record who may act for a holder, from evidence that was seen and not copied; it counts once a
    second person has confirmed it.

    The Grant covers name, residence and contact of the holder. `valid_until` is the first day on
    which it no longer stands. Raises RepresentationInvalid, SubjectUnknown, and the refusals of
    clean_details.
    """
    get_subject(subject_id)
    today = legal_day(now)
    cleaned = clean_details(representative, today=today)
    number = " ".join(evidence_number.split())
    chosen = frozenset(scopes)
    for name, fits in (
        ("given_name", bool(cleaned.given_name)),
        ("family_name", bool(cleaned.family_name)),
        ("residence", bool(cleaned.residence)),
        ("scopes", bool(chosen) and chosen <= _ALLOWED[basis]),
        ("evidence_number", len(number) <= LONGEST_NUMBER),
        ("valid_until", valid_until is None or valid_until > valid_from),
    ):
        if not fits:
            raise RepresentationInvalid(field=name)
    row = Representation(
        subject_id=subject_id,
        basis=basis,
        scopes=sorted(scope.value for scope in chosen),
        evidence=evidence,
        evidence_seen_on=today,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_by=grant.actor.id,
        recorded_at=now,
    )
    values = {
        "given_name": cleaned.given_name,
        "family_name": cleaned.family_name,
        "residence": cleaned.residence,
        "phone": cleaned.phone,
        "email": cleaned.email,
        "evidence_number": number or None,
    }
    seal_values(grant, [row], [values])
    row.save(force_insert=True)
    return row


def confirm_representation(grant: Grant, *, representation_id: UUID, now: datetime) -> None:
    """Confirm a representation as the second person (C9). Raises RepresentationNotYours,
    RepresentationUnknown.
    """
    with transaction.atomic():
        row = _lock(grant, representation_id)
        if row.recorded_by == grant.actor.id:
            raise RepresentationNotYours(representation_id=representation_id)
        if row.confirmed_at is None:
            row.confirmed_by, row.confirmed_at = grant.actor.id, now
            row.save(update_fields=["confirmed_by", "confirmed_at"])


def revoke_representation(grant: Grant, *, representation_id: UUID, now: datetime) -> None:
    """End a representation at once: nobody acts on it from this moment (threat 26)."""
    with transaction.atomic():
        row = _lock(grant, representation_id)
        if row.revoked_at is None:
            row.revoked_by, row.revoked_at = grant.actor.id, now
            row.save(update_fields=["revoked_by", "revoked_at"])


def _lock(grant: Grant, representation_id: UUID) -> Representation:
    row = Representation.objects.select_for_update().filter(pk=representation_id).first()
    if row is None:
        raise RepresentationUnknown(representation_id=representation_id)
    grant.require(Store.IDENTITY, row.subject_id, DataCategory.NAME)
    return row
