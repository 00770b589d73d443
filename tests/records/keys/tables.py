"""Tables of the tests' own, in both stores that seal: conftest makes them."""

import uuid

from django.db import models

from portal.stores import STORE_OF_APP
from records.access.purposes import DataCategory, Store
from records.keys.fields import SealedField
from tests.records.keys.sealed_identity.models import OtherRecord, Record, Town

STORE_OF_APP["sealed_payments"] = Store.PAYMENTS


class Receipt(models.Model):
    """A row in the payments store."""

    sealed_store = Store.PAYMENTS
    sealed_subject = "wallet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wallet = models.UUIDField()
    name = SealedField(category=DataCategory.PAYOUT_ACCOUNT)

    class Meta:
        app_label = "sealed_payments"


TABLES = {"default": (Town, Record, OtherRecord), "payments": (Receipt,)}
