"""Sealed tables in the identity store."""

import uuid

from django.db import models

from records.access.purposes import DataCategory, Store
from records.keys.fields import BlindIndexField, SealedField


class Town(models.Model):
    """Something that a record refers to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.TextField(default="")

    class Meta:
        app_label = "sealed_identity"


class Record(models.Model):
    """One row of a subject, in the identity store, with every kind of sealed column."""

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject_id = models.UUIDField()
    town = models.ForeignKey(
        Town, null=True, blank=True, on_delete=models.CASCADE, related_name="records"
    )
    remark = models.TextField(default="", blank=True)
    name = SealedField(category=DataCategory.NAME)
    nickname = SealedField(category=DataCategory.NAME, null=True)
    born = SealedField(category=DataCategory.BIRTH_DATE, kind="date", null=True)
    extra = SealedField(category=DataCategory.STATUS, kind="json", null=True)
    phone = SealedField(category=DataCategory.CONTACT, null=True)
    person_index = BlindIndexField(
        of=("name", "born"),
        full=True,
        leakage="Rows of two people with the same name and birth date share a value.",
    )
    phone_index = BlindIndexField(
        of=("phone",),
        expected_rows=100_000,
        normalise="phone",
        leakage="Rows with the same number share a value, and about three strangers do, too.",
    )

    class Meta:
        app_label = "sealed_identity"


class OtherRecord(models.Model):
    """Another table of the same store, with a column of the same name."""

    sealed_store = Store.IDENTITY
    sealed_subject = "subject_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject_id = models.UUIDField()
    name = SealedField(category=DataCategory.NAME)

    class Meta:
        app_label = "sealed_identity"
