"""What the identity tables hold about people, how it is handed over, and how it goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from records.access.grants import Grant
from records.access.inventory import (
    NotPersonal,
    Personal,
    Provenance,
    Receipt,
    Record,
    Rectification,
    Section,
    Table,
    not_personal,
)
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext
from records.identity.models import DataSubject, DocumentCheck, Representation
from records.identity.spare_contact import SpareContact
from records.keys.queries import reveal_values

_CARD_PURPOSES = (
    Purpose.CARD_APPLICATION,
    Purpose.CARD_ADMINISTRATION,
    Purpose.OWN_DATA,
    Purpose.RIGHTS_REQUEST,
)
_CONTACT_PURPOSES = (*_CARD_PURPOSES, Purpose.SIGN_IN, Purpose.SERVICE_MESSAGE, Purpose.NEWS)
_NAME_PURPOSES = (*_CARD_PURPOSES, Purpose.SERVICE_MESSAGE, Purpose.NEWS)

_SUBJECTS = Table(
    model="identity.DataSubject",
    store=Store.IDENTITY,
    label="Person",
    columns=(
        NotPersonal("id", "a random number that stands in no other store"),
        Personal(
            "form",
            DataCategory.CARD,
            "form of the card",
            _CARD_PURPOSES,
            provenance=Provenance.OBSERVED,
        ),
        Personal(
            "home_city",
            DataCategory.APPLICATION,
            # In the clear: it decides who may ask, before anything is opened.
            "my city",
            _CARD_PURPOSES,
            rectification=Rectification.REVIEWED,
        ),
        Personal(
            "assurance",
            DataCategory.NAME,
            "how well the identity was checked",
            _CARD_PURPOSES,
            provenance=Provenance.DERIVED,
        ),
        Personal(
            "registered_on",
            DataCategory.APPLICATION,
            # In the clear: a day, not an instant.
            "day of registration",
            _CARD_PURPOSES,
            provenance=Provenance.OBSERVED,
        ),
        Personal(
            "given_name",
            DataCategory.NAME,
            "given name",
            _NAME_PURPOSES,
            rectification=Rectification.REVIEWED,
        ),
        Personal(
            "family_name",
            DataCategory.NAME,
            "surname",
            _NAME_PURPOSES,
            rectification=Rectification.REVIEWED,
        ),
        Personal(
            "residence",
            DataCategory.RESIDENCE,
            "permanent or temporary residence",
            _CARD_PURPOSES,
            rectification=Rectification.REVIEWED,
        ),
        Personal(
            "birth_date",
            DataCategory.BIRTH_DATE,
            "date of birth",
            _CARD_PURPOSES,
            rectification=Rectification.REVIEWED,
        ),
        Personal(
            "phone",
            DataCategory.CONTACT,
            "mobile number",
            _CONTACT_PURPOSES,
            rectification=Rectification.FREE,
        ),
        Personal(
            "email",
            DataCategory.CONTACT,
            "e-mail address",
            _CONTACT_PURPOSES,
            rectification=Rectification.FREE,
        ),
        Personal(
            "contact_changed_at",
            DataCategory.CONTACT,
            "when the number or address was last changed",
            (Purpose.SIGN_IN, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST),
            provenance=Provenance.OBSERVED,
        ),
        Personal(
            "realm",
            DataCategory.CARD,
            "form of the card (once more, as a part of the blind indexes)",
            _CARD_PURPOSES,
            provenance=Provenance.DERIVED,
            withheld="repeats_another",
        ),
        *not_personal(
            ("person_index", "phone_index", "email_index"),
            "a keyed hash that repeats a declared column; it goes with the row",
        ),
    ),
)

_CHECKS = Table(
    model="identity.DocumentCheck",
    store=Store.IDENTITY,
    label="Document checks",
    columns=(
        NotPersonal("id", "a random number that stands in no other store"),
        NotPersonal("subject", "whose row it is"),
        Personal(
            "checked_on",
            DataCategory.NAME,
            "day on which a document was looked at",
            _CARD_PURPOSES,
            provenance=Provenance.OBSERVED,
        ),
        Personal(
            "document_type",
            DataCategory.NAME,
            "kind of the document (no copy and no number was kept)",
            _CARD_PURPOSES,
            provenance=Provenance.OBSERVED,
        ),
        Personal(
            "matched",
            DataCategory.NAME,
            "whether it matched what was declared",
            _CARD_PURPOSES,
            provenance=Provenance.DERIVED,
        ),
        Personal(
            "checked_by",
            DataCategory.STAFF,
            "account of the clerk",
            (Purpose.RIGHTS_REQUEST, Purpose.LOG_REVIEW),
            basis=LegalBasis.LEGAL_OBLIGATION,
            provenance=Provenance.OBSERVED,
            withheld="staff_name",
        ),
    ),
)

_REPRESENTATION_PURPOSES = (Purpose.RIGHTS_REQUEST, Purpose.CARD_ADMINISTRATION, Purpose.OWN_DATA)


def _representation(
    name: str,
    category: DataCategory,
    label: str,
    provenance: Provenance = Provenance.PROVIDED,
    withheld: str = "",
) -> Personal:
    return Personal(
        name,
        category,
        label,
        _REPRESENTATION_PURPOSES,
        provenance=provenance,
        rectification=Rectification.REVIEWED,
        withheld=withheld,
    )


_REPRESENTATIONS = Table(
    model="identity.Representation",
    store=Store.IDENTITY,
    label="Who may act for you",
    columns=(
        NotPersonal("id", "a random number that stands in no other store"),
        NotPersonal("subject", "whose row it is"),
        _representation("basis", DataCategory.NAME, "basis of the representation"),
        _representation("scopes", DataCategory.NAME, "in what they may act"),
        _representation("given_name", DataCategory.NAME, "given name"),
        _representation("family_name", DataCategory.NAME, "surname"),
        _representation(
            "residence", DataCategory.RESIDENCE, "residence", withheld="rights_of_others"
        ),
        _representation(
            "phone", DataCategory.CONTACT, "mobile number", withheld="rights_of_others"
        ),
        _representation(
            "email", DataCategory.CONTACT, "e-mail address", withheld="rights_of_others"
        ),
        _representation("evidence", DataCategory.NAME, "kind of evidence that was seen"),
        _representation(
            "evidence_number",
            DataCategory.NAME,
            "number of the evidence",
            withheld="rights_of_others",
        ),
        _representation(
            "evidence_seen_on",
            DataCategory.NAME,
            "day on which the evidence was seen",
            Provenance.OBSERVED,
        ),
        _representation("valid_from", DataCategory.NAME, "valid from"),
        _representation("valid_until", DataCategory.NAME, "no longer valid from"),
        _representation(
            "recorded_at", DataCategory.NAME, "when it was recorded", Provenance.OBSERVED
        ),
        _representation(
            "confirmed_at", DataCategory.NAME, "when it was confirmed", Provenance.OBSERVED
        ),
        _representation("revoked_at", DataCategory.NAME, "when it was ended", Provenance.OBSERVED),
        *(
            Personal(
                name,
                DataCategory.STAFF,
                label,
                (Purpose.RIGHTS_REQUEST, Purpose.LOG_REVIEW),
                basis=LegalBasis.LEGAL_OBLIGATION,
                provenance=Provenance.OBSERVED,
                withheld="staff_name",
            )
            for name, label in (
                ("recorded_by", "account of who recorded it"),
                ("confirmed_by", "account of who confirmed it"),
                ("revoked_by", "account of who ended it"),
            )
        ),
    ),
)

_PUBLIC = "Public facts about organisations and their official contacts, loaded from a file."
_REGISTER = tuple(
    Table(model=f"identity.{model}", store=Store.IDENTITY, label=label, whole_because=_PUBLIC)
    for model, label in (
        ("Controller", "Controllers"),
        ("Processor", "Processors"),
        ("Processor_acts_for", "For which controllers a processor acts"),
        ("RegistrationPoint", "Registration points"),
        ("DeliveryMethod", "Ways of delivery"),
    )
)


class IdentitySource(SpareContact):
    """The data subject's own row and the document checks."""

    code = "identity"
    tables: tuple[Table, ...] = (_SUBJECTS, _CHECKS, _REPRESENTATIONS, *_REGISTER)

    def count(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Counts protocol's signature
    ) -> Mapping[str, int]:
        """Return how many rows there are about the person."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.NAME)
        return {
            _SUBJECTS.model: DataSubject.objects.filter(pk=context.subject_id).count(),
            _CHECKS.model: DocumentCheck.objects.filter(subject_id=context.subject_id).count(),
            _REPRESENTATIONS.model: Representation.objects.filter(
                subject_id=context.subject_id
            ).count(),
        }

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return the person and the document checks, in plain."""
        rows = list(DataSubject.objects.filter(pk=context.subject_id))
        sealed = ("given_name", "family_name", "residence", "birth_date", "phone", "email")
        people = tuple(
            Record(
                {
                    "form": row.form,
                    "home_city": row.home_city_id,
                    "assurance": row.assurance,
                    "registered_on": row.registered_on,
                    "contact_changed_at": row.contact_changed_at,
                    **dict(zip(sealed, values, strict=True)),
                }
            )
            for row, values in zip(rows, reveal_values(grant, rows, sealed), strict=True)
        )
        checks = tuple(
            Record(
                {
                    "checked_on": check.checked_on,
                    "document_type": check.document_type,
                    "matched": check.matched,
                }
            )
            for check in DocumentCheck.objects.filter(subject_id=context.subject_id).order_by(
                "checked_on", "pk"
            )
        )
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.NAME)
        return (
            Section(_SUBJECTS, people),
            Section(_CHECKS, checks),
            Section(_REPRESENTATIONS, _representatives(grant, context)),
        )

    def erase(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Receipt:
        """Delete the person's row with its index values, and the checks; safe to run twice."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.NAME)
        with transaction.atomic():
            checks, _ = DocumentCheck.objects.filter(subject_id=context.subject_id).delete()
            representations, _ = Representation.objects.filter(
                subject_id=context.subject_id
            ).delete()
            people, _ = DataSubject.objects.filter(pk=context.subject_id).delete()
        return Receipt(
            source=self.code,
            deleted={
                "identity.DataSubject": people,
                "identity.DocumentCheck": checks,
                "identity.Representation": representations,
            },
        )


def _representatives(grant: Grant, context: SubjectContext) -> tuple[Record, ...]:
    """Return who may act for the person: names, not the contact data of others (GDPR 15(4))."""
    rows = list(
        Representation.objects.filter(subject_id=context.subject_id).order_by("recorded_at", "pk")
    )
    names = reveal_values(grant, rows, ("given_name", "family_name"))
    shown = [column.name for column in _REPRESENTATIONS.personal() if not column.withheld]
    plain = [name for name in shown if name not in {"given_name", "family_name"}]
    return tuple(
        Record(
            {
                "given_name": given,
                "family_name": family,
                **{name: getattr(row, name) for name in plain},
            }
        )
        for row, (given, family) in zip(rows, names, strict=True)
    )
