"""The register and the data subjects."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from records.access.purposes import CardForm, DataCategory, Store
from records.identity.rules import Assurance, Basis, DocumentType, Evidence
from records.keys.fields import BlindIndexField, SealedField

FOLD_NAME = "records.identity.rules.fold_name"


class Organisation(models.Model):
    """What the register says about any organisation (PP1). Out of the file means not active, never
    deleted.
    """

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    registration_number = models.CharField(max_length=20, blank=True, default="")
    tax_number = models.CharField(max_length=20, blank=True, default="")
    website = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    active = models.BooleanField(default=True)

    class Meta:
        abstract = True


class Controller(Organisation):
    """A controller (GDPR 4(7)), which is the issuer of its city's cards (T2.7, K12)."""

    short_name = models.CharField(max_length=80)
    dpo_name = models.CharField(max_length=200)
    dpo_email = models.CharField(max_length=254)
    dpo_phone = models.CharField(max_length=40, blank=True, default="")


class Processor(Organisation):
    """A processor or sub-processor (GDPR 28), with its contract (PP1b)."""

    task = models.CharField(max_length=40)
    acts_for = models.ManyToManyField(Controller, related_name="processors")
    engaged_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    contract_reference = models.CharField(max_length=80)
    contract_date = models.DateField()
    instructions_url = models.URLField(max_length=300, blank=True, default="")
    instructions_key = models.CharField(max_length=64, blank=True, default="")


class RegistrationPoint(models.Model):
    """Where applications and notices are handed in (T2.11)."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    city = models.ForeignKey(Controller, on_delete=models.PROTECT, related_name="points")
    run_by = models.SlugField(max_length=40)
    """The code of the controller or processor that runs it."""
    address = models.CharField(max_length=300)
    active = models.BooleanField(default=True)


class DeliveryMethod(models.Model):
    """A way in which a card reaches its holder (T4.1.4b)."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    needs_point = models.BooleanField(default=False)
    active = models.BooleanField(default=True)


class DataSubject(models.Model):
    """A person in one form of the card; in both forms two data subjects that nothing joins (C6,
    T4.3.6).

    Not sealed: which city (needed before anybody may open anything, and one of a few values), the
    form, how well the identity is established, and the day of registration.
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    form = models.CharField(max_length=8, choices=[(form.value, form.value) for form in CardForm])
    home_city = models.ForeignKey(Controller, on_delete=models.PROTECT, related_name="+")
    """Moje mesto: exactly one controller (T2.3)."""
    assurance = models.PositiveSmallIntegerField(default=Assurance.DECLARED.value)
    registered_on = models.DateField()
    given_name = SealedField(category=DataCategory.NAME, null=True)
    family_name = SealedField(category=DataCategory.NAME, null=True)
    residence = SealedField(category=DataCategory.RESIDENCE, null=True)
    birth_date = SealedField(category=DataCategory.BIRTH_DATE, kind="date", null=True)
    phone = SealedField(category=DataCategory.CONTACT, null=True)
    email = SealedField(category=DataCategory.CONTACT, null=True)
    contact_changed_at = models.DateTimeField(null=True)
    """When phone or e-mail was last replaced: who asks for data soon after is asked on the old one
    (threat 3).
    """
    realm = SealedField(category=DataCategory.CARD)
    """The form once more, as a part of the blind indexes: a person's two forms have unrelated
    values (C6).
    """
    person_index = BlindIndexField(
        of=("realm", "family_name", "birth_date"),
        full=True,
        normalise=FOLD_NAME,
        leakage="Rows of one form with the same surname and date of birth are seen to be alike.",
    )
    phone_index = BlindIndexField(
        of=("realm", "phone"),
        full=True,
        normalise="exact",
        leakage="Holders of one form who gave the same phone number are seen to share it.",
    )
    email_index = BlindIndexField(
        of=("realm", "email"),
        full=True,
        normalise="email",
        leakage="Holders of one form who gave the same e-mail address are seen to share it.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(assurance__in=[level.value for level in Assurance]),
                name="identity_assurance_known",
            ),
            models.CheckConstraint(
                condition=Q(form__in=[form.value for form in CardForm]),
                name="identity_form_known",
            ),
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(form=CardForm.VIRTUAL.value),
                name="identity_one_virtual_card_per_phone",
            ),
        ]


class DocumentCheck(models.Model):
    """Somebody looked at a document and compared it with the application; nothing of it is kept
    (T4.1.5b).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="checks")
    checked_on = models.DateField()
    document_type = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in DocumentType]
    )
    matched = models.BooleanField()
    checked_by = models.CharField(max_length=80)
    """The Actor's id of the clerk."""


class Representation(models.Model):
    """Somebody who may act for a holder: on what basis, in what, how long (T4.2.2, T4.2.4, C4).

    What was seen as evidence is noted, never copied. It is sealed under the holder's data key, so
    that it goes when the holder's data goes. A second person confirms it before it counts (C9).
    """

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject = models.ForeignKey(
        DataSubject, on_delete=models.CASCADE, related_name="representations"
    )
    basis = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Basis])
    scopes = models.JSONField(default=list)
    given_name = SealedField(category=DataCategory.NAME)
    family_name = SealedField(category=DataCategory.NAME)
    residence = SealedField(category=DataCategory.RESIDENCE)
    phone = SealedField(category=DataCategory.CONTACT, null=True)
    email = SealedField(category=DataCategory.CONTACT, null=True)
    evidence = models.CharField(max_length=24, choices=[(one.value, one.value) for one in Evidence])
    evidence_number = SealedField(category=DataCategory.NAME, null=True)
    evidence_seen_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    """The first day on which it no longer stands."""
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, blank=True, default="")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | ~Q(confirmed_by=models.F("recorded_by")),
                name="identity_representation_two_people",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="identity_representation_in_order",
            ),
        ]
