"""The tables with plain Django fields."""

import uuid

from django.db import models


class PlainPerson(models.Model):
    """A person in plain text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    given_name = models.TextField()
    family_name = models.TextField()
    street = models.TextField()
    post = models.TextField()
    birth_date = models.TextField()
    phone = models.TextField()
    email = models.TextField()
    note = models.TextField()

    class Meta:
        app_label = "bench"


class PlainSearched(models.Model):
    """A row that is searched by its address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.CharField(max_length=100, db_index=True)

    class Meta:
        app_label = "bench"
