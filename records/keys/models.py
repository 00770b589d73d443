"""The key store's tables."""

from django.db import models

from records.access.erasure_ledger import AppliedLedger
from records.access.purposes import Store
from records.keys.fields.octets import OctetsField

STORE_CODES = {Store.IDENTITY: 1, Store.PAYMENTS: 2}
"""Of the stores that hold sealed values, as key rows name them."""


class DataKey(models.Model):
    """One subject's data key of one generation, wrapped by the KEK of its store and epoch.

    The pseudonym (HMAC of the subject under the store's link key) says neither whose key it is nor,
    being random to a reader, when it was made. There is no running number: order of creation would
    pair keys with people.
    """

    pk = models.CompositePrimaryKey("pseudonym", "generation")
    pseudonym = OctetsField()
    generation = models.PositiveIntegerField()
    store = models.PositiveSmallIntegerField()
    """Whose KEK wraps it: 1 identity, 2 payments."""
    epoch = models.PositiveIntegerField()
    wrapped = OctetsField()
    retired_on = models.DateField(null=True)
    """The day from which a newer generation has taken over; the row is deleted when nobody can
    still seal with it.
    """

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(generation__gte=1) & models.Q(epoch__gte=1),
                name="keys_numbers_from_one",
            ),
            models.CheckConstraint(
                condition=models.Q(store__in=(1, 2)), name="keys_store_is_known"
            ),
        ]


class KeyState(models.Model):
    """One row whose number changes whenever keys end or are replaced; kept keys of another number
    are forgotten.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="keys_state_one_row"),
        ]


class IndexRebuild(models.Model):
    """How far the rows of one model stand under a new index version.

    Counted in 256ths of the random row ids, so that no row's id stands here: 256 after the first
    pass, 512 after the second, which catches what was sealed before and saved during the first.
    """

    store = models.CharField(max_length=16)
    model = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    done_parts = models.PositiveSmallIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    """Rows of the second pass that could not be opened; the old version stays while there are any.
    """

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "model", "version"], name="keys_one_rebuild_per_model"
            ),
        ]


class ErasurePosition(AppliedLedger):
    """How far this store has applied the erasure ledger; it is restored together with the store."""
