"""Reading the register, finding data subjects and revealing them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from records.access.grants import Grant
from records.access.purposes import CardForm
from records.identity.errors import (
    CityUnknown,
    NoAuthority,
    PointUnknown,
    RepresentationUnknown,
    SubjectUnknown,
)
from records.identity.models import (
    Controller,
    DataSubject,
    DeliveryMethod,
    Processor,
    RegistrationPoint,
    Representation,
)
from records.identity.rules import (
    Assurance,
    Authority,
    Basis,
    Gap,
    Scope,
    clean_phone,
    find_gap,
)
from records.keys.queries import index_value, reveal_values
from records.legal_days import legal_day

PERSON_COLUMNS = ("given_name", "family_name", "residence", "birth_date", "phone", "email")

# -- The register


def list_controllers() -> list[Controller]:
    """Return the controllers of today, by code (PP1a, K12)."""
    return list(Controller.objects.filter(active=True).order_by("code"))


def get_controller(code: str) -> Controller:
    """Return an active controller; raise CityUnknown."""
    found = Controller.objects.filter(code=code, active=True).first()
    if found is None:
        raise CityUnknown(city=code)
    return found


def list_processors(*, controller: str | None = None) -> list[Processor]:
    """Return the processors of today (of one controller), each with `acts_for` at hand (PP1b,
    PP4).
    """
    found = Processor.objects.filter(active=True).order_by("code")
    if controller is not None:
        found = found.filter(acts_for=controller)
    return list(found.select_related("engaged_by").prefetch_related("acts_for"))


def list_registration_points(*, city: str | None = None) -> list[RegistrationPoint]:
    """Return the registration points of today (of one city), by code (T2.11)."""
    found = RegistrationPoint.objects.filter(active=True).order_by("code")
    return list(found.filter(city=city) if city is not None else found)


def get_registration_point(code: str) -> RegistrationPoint:
    """Return an active registration point; raise PointUnknown."""
    found = RegistrationPoint.objects.filter(code=code, active=True).first()
    if found is None:
        raise PointUnknown(point=code)
    return found


def list_delivery_methods() -> list[DeliveryMethod]:
    """Return the ways in which a card can reach its holder, by code (T4.1.4b)."""
    return list(DeliveryMethod.objects.filter(active=True).order_by("code"))


# -- Data subjects: what is not sealed


def get_subject(subject_id: UUID) -> DataSubject:
    """Return the row of a data subject, everything personal in it sealed; raise SubjectUnknown."""
    found = DataSubject.objects.filter(pk=subject_id).first()
    if found is None:
        raise SubjectUnknown(subject_id=subject_id)
    return found


def contact_changed_on(subject_id: UUID) -> date | None:
    """Return the day on which the enrolled contact last changed, None where it never did."""
    changed = get_subject(subject_id).contact_changed_at
    return legal_day(changed) if changed else None


# -- Data subjects: revealed


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A person in plain, for one use under one Grant. Prints nothing but the id."""

    subject_id: UUID
    given_name: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    residence: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    form: CardForm
    home_city: str
    assurance: Assurance

    @property
    def full_name(self) -> str:
        """The name as it is written on the card."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)


def reveal_person(grant: Grant, subject_id: UUID) -> PersonView:
    """Return one person; raises SubjectUnknown, KeyDestroyed and the gate's refusals.

    The Grant must cover name, residence, birth date and contact; ask `reveal_columns` for fewer
    (GDPR 5(1)(c)).
    """
    return reveal_people(grant, [subject_id])[0]


def reveal_people(grant: Grant, subject_ids: Sequence[UUID]) -> list[PersonView]:
    """Return these people in the order asked for: two queries, however many. Raises as
    reveal_person.
    """
    rows = _get_rows(subject_ids)
    values = reveal_values(grant, rows, PERSON_COLUMNS)
    return [
        PersonView(
            subject_id=row.pk,
            **dict(zip(PERSON_COLUMNS, plain, strict=True)),  # type: ignore[arg-type]
            form=CardForm(row.form),
            home_city=row.home_city_id,
            assurance=Assurance(row.assurance),
        )
        for row, plain in zip(rows, values, strict=True)
    ]


def reveal_columns(
    grant: Grant, subject_ids: Sequence[UUID], *, columns: Sequence[str]
) -> list[tuple[object, ...]]:
    """Return only these columns of these people, in the order asked for; the Grant covers no more
    than they need.
    """
    return reveal_values(grant, _get_rows(subject_ids), columns)


def _get_rows(subject_ids: Sequence[UUID]) -> list[DataSubject]:
    found = DataSubject.objects.in_bulk(list(subject_ids))
    for subject_id in subject_ids:
        if subject_id not in found:
            raise SubjectUnknown(subject_id=subject_id)
    return [found[subject_id] for subject_id in subject_ids]


# -- Search. The index is full: whoever it finds has these facts, so that no stranger's row is
# opened to compare.


def find_subjects_by_facts(
    grant: Grant, *, family_name: str, birth_date: date, form: CardForm = CardForm.PHYSICAL
) -> list[UUID]:
    """Return the ids of the holders with this surname, however it is typed, and this date of birth;
    in no order.

    Of one form only: a search never shows that two data subjects are the same person (C6).
    """
    value = index_value(grant, DataSubject, "person_index", form.value, family_name, birth_date)
    return _ids(DataSubject.objects.filter(person_index=value, form=form.value))


def find_subject_by_phone(
    grant: Grant, phone: str, *, form: CardForm = CardForm.VIRTUAL
) -> UUID | None:
    """Return whose enrolled number this is; None where it is nobody's, or (physical cards) not one
    person's alone.

    Raises PhoneInvalid, PhoneNotMobile.
    """
    value = index_value(grant, DataSubject, "phone_index", form.value, clean_phone(phone))
    found = _ids(DataSubject.objects.filter(phone_index=value, form=form.value))
    return found[0] if len(found) == 1 else None


def find_subjects_by_email(
    grant: Grant, email: str, *, form: CardForm = CardForm.PHYSICAL
) -> list[UUID]:
    """Return the ids of the holders of one form who gave this e-mail address."""
    value = index_value(grant, DataSubject, "email_index", form.value, email)
    return _ids(DataSubject.objects.filter(email_index=value, form=form.value))


def _ids(rows: QuerySet[DataSubject]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


# -- Representations


@dataclass(frozen=True, slots=True)
class RepresentativeView:
    """A representative in plain, for one use under one Grant."""

    representation_id: UUID
    full_name: str = field(repr=False)
    residence: str = field(repr=False)
    basis: Basis
    scopes: frozenset[Scope]


def get_representation(*, representation_id: UUID, subject_id: UUID) -> Representation:
    """Return a representation of this holder; raise RepresentationUnknown."""
    row = Representation.objects.filter(pk=representation_id, subject_id=subject_id).first()
    if row is None:
        raise RepresentationUnknown(representation_id=representation_id)
    return row


def list_representations(subject_id: UUID) -> list[Representation]:
    """Return all representations of a holder, the newest first, also those that are over."""
    return list(Representation.objects.filter(subject_id=subject_id).order_by("-recorded_at"))


def authority_of(row: Representation) -> Authority:
    """Return a representation as the rules read it."""
    return Authority(
        basis=Basis(row.basis),
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_on=legal_day(row.revoked_at) if row.revoked_at else None,
        confirmed=row.confirmed_at is not None,
    )


def find_authority_gap(
    grant: Grant, *, representation_id: UUID, subject_id: UUID, scope: Scope, on: date
) -> Gap:
    """Return why a representation does not reach on that day; the Grant covers the holder's date of
    birth.
    """
    row = get_representation(representation_id=representation_id, subject_id=subject_id)
    ((born,),) = reveal_columns(grant, [subject_id], columns=["birth_date"])
    return find_gap(
        authority_of(row), scope=scope, on=on, born=born if isinstance(born, date) else None
    )


def require_authority(
    grant: Grant, *, representation_id: UUID, subject_id: UUID, scope: Scope, on: date
) -> None:
    """Return if the representation reaches on that day; raise NoAuthority. Asked anew at each step
    that shows or changes anything (threat 5).
    """
    gap = find_authority_gap(
        grant, representation_id=representation_id, subject_id=subject_id, scope=scope, on=on
    )
    if gap is not Gap.NONE:
        raise NoAuthority(representation_id=representation_id, gap=gap.value)


def reveal_representatives(
    grant: Grant, rows: Sequence[Representation]
) -> list[RepresentativeView]:
    """Return representatives in plain, in the order given; the Grant covers name and residence."""
    values = reveal_values(grant, rows, ("given_name", "family_name", "residence"))
    return [
        RepresentativeView(
            representation_id=row.pk,
            full_name=f"{given} {family}",
            residence=str(residence),
            basis=Basis(row.basis),
            scopes=frozenset(Scope(scope) for scope in row.scopes),
        )
        for row, (given, family, residence) in zip(rows, values, strict=True)
    ]
