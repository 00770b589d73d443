"""The tables with sealed fields."""

import uuid

from django.db import models

from records.access.purposes import DataCategory, Store
from records.keys.fields import BlindIndexField, SealedField


class SealedPerson(models.Model):
    """A person in sealed columns, who is the subject of the row, too."""

    sealed_store = Store.IDENTITY
    sealed_subject = "id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    given_name = SealedField(category=DataCategory.NAME)
    family_name = SealedField(category=DataCategory.NAME)
    street = SealedField(category=DataCategory.CONTACT)
    post = SealedField(category=DataCategory.CONTACT)
    birth_date = SealedField(category=DataCategory.CONTACT)
    phone = SealedField(category=DataCategory.CONTACT)
    email = SealedField(category=DataCategory.CONTACT)
    note = SealedField(category=DataCategory.CONTACT)

    class Meta:
        app_label = "bench"


class SealedSearched(models.Model):
    """A row that is searched by its address, among 100,000."""

    sealed_store = Store.IDENTITY
    sealed_subject = "id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = SealedField(category=DataCategory.CONTACT)
    email_index = BlindIndexField(
        of=("email",),
        expected_rows=100_000,
        normalise="email",
        leakage="Rows with the same address share a value, and so do about three strangers.",
    )

    class Meta:
        app_label = "bench"
