"""The tables of the audit store. Rows are appended, never changed (triggers; on PostgreSQL also the
role's rights).
"""

import json
from collections.abc import Iterable
from typing import Any, ClassVar, Never

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models
from django.db.models import Q

from records.access.changes import append_change, append_changes
from records.access.codes import (
    ACTION_OF,
    ACTIONS,
    CATEGORIES,
    NO_CAUSE,
    PURPOSES,
    ROLES,
    STORES,
    WHOLE_PERSON,
    Stage,
)
from records.access.errors import AppendOnly
from records.access.leaves import year_of


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses what the store would refuse, too, and sooner."""

    def update(self, **_values: object) -> Never:
        """Refuse."""
        raise AppendOnly(table=self.model._meta.db_table)

    def delete(self) -> Never:
        """Refuse."""
        raise AppendOnly(table=self.model._meta.db_table)

    def bulk_update(self, *_args: object, **_options: object) -> Never:
        """Refuse."""
        raise AppendOnly(table=self.model._meta.db_table)


class AppendOnlyRow(models.Model):
    """A row that is written once."""

    objects: ClassVar[models.Manager[Any]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Insert the row; refuse to change it."""
        if not self._state.adding:
            raise AppendOnly(table=self._meta.db_table)
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *_args: object, **_options: object) -> Never:
        """Refuse."""
        raise AppendOnly(table=self._meta.db_table)


class LogManager(LogEntryManager.from_queryset(AppendOnlyQuerySet)):  # type: ignore[misc]  # auditlog is untyped
    """django-auditlog's way into the log: whatever it sends goes through `changes.append_change`,
    without values of personal fields, and is committed at once.
    """

    def log_create(self, instance: models.Model, force_log: bool = False, **sent: Any) -> Any:
        """Append the change of one record; None where nothing changed and nothing forces an
        entry.
        """
        changes = sent.get("changes")
        if changes is None and not force_log:
            return None
        entry_id = append_change(instance=instance, action=sent["action"], changes=changes or {})
        return self.get(pk=entry_id)

    def log_m2m_changes(
        self,
        changed_queryset: Iterable[models.Model],
        instance: models.Model,
        operation: str,
        field_name: str,
        **sent: Any,
    ) -> Any:
        """Append the change of a many-to-many field: the keys of the rows that came or went, not
        their texts.
        """
        keys = sorted(str(row.pk) for row in changed_queryset)
        if not keys:
            return None
        changes = {field_name: {"type": "m2m", "operation": operation, "objects": keys}}
        entry_id = append_change(
            instance=instance,
            action=sent.get("action", AbstractLogEntry.Action.UPDATE),
            changes=changes,
        )
        return self.get(pk=entry_id)

    def create(self, *_args: object, **_values: object) -> Never:
        """Refuse: an entry is written by the gate or by `log_create`."""
        raise AppendOnly(table=self.model._meta.db_table)

    get_or_create = update_or_create = create

    def bulk_create(self, *_args: object, **_options: object) -> Never:
        """Refuse: see `log_bulk_create`."""
        raise AppendOnly(table=self.model._meta.db_table)

    def log_bulk_create(
        self, instances: Iterable[models.Model], *, action: int | None = None
    ) -> Any:
        """Append ONE entry for many rows of a model, which `bulk_create` and `update` do not report
        by themselves.
        """
        rows = list(instances)
        if not rows:
            return None
        chosen = AbstractLogEntry.Action.CREATE if action is None else action
        return self.get(pk=append_changes(instances=rows, action=chosen))

    def get_for_object(self, instance: models.Model) -> Any:
        """Return the entries about a record."""
        if not isinstance(instance, models.Model):
            return self.none()
        return self.filter(record=f"{instance._meta.label}:{instance.pk}")

    def get_for_objects(self, queryset: models.QuerySet[Any]) -> Any:
        """Return the entries about the records of a queryset."""
        label = queryset.model._meta.label
        keys = queryset.values_list("pk", flat=True)
        return self.filter(record__in=[f"{label}:{key}" for key in keys])

    def get_for_model(self, model: type[models.Model]) -> Any:
        """Return the entries about all records of a model."""
        return self.filter(record__startswith=f"{model._meta.label}:")


class LogEntry(AppendOnlyRow, AbstractLogEntry):  # type: ignore[misc]  # auditlog is untyped
    """What happened: who, in which role, for what purpose, to which kinds of whose data, when.
    Never a value.

    The table of django-auditlog, with its wide columns dropped. `id` = log year × 2^40 + a running
    number.
    """

    class Action(AbstractLogEntry.Action):  # type: ignore[misc]  # auditlog is untyped
        """django-auditlog's numbers, and ours after them (codes.ACTIONS)."""

        choices = tuple((number, action.value) for number, action in ACTION_OF.items())

    content_type = None
    object_pk = None
    object_id = None
    object_repr = None
    serialized_data = None
    changes_text = None
    cid = None
    remote_addr = None
    remote_port = None
    additional_data = None
    actor_email = None

    id = models.BigIntegerField(primary_key=True)
    timestamp = models.DateTimeField()
    stage = models.SmallIntegerField(choices=[(one.value, one.name.lower()) for one in Stage])
    action = models.SmallIntegerField(choices=Action.choices)
    purpose = models.SmallIntegerField(
        choices=[(0, ""), *((code, purpose.value) for purpose, code in PURPOSES.items())]
    )
    role = models.SmallIntegerField(choices=[(code, role.value) for role, code in ROLES.items()])
    categories = models.IntegerField()
    actor = models.UUIDField()
    task = models.UUIDField()
    tag = models.UUIDField()
    subjects = models.BinaryField()
    organisation = models.CharField(max_length=64, blank=True)
    intent = models.BigIntegerField(null=True)
    record = models.CharField(max_length=200, null=True)  # noqa: DJ001  # NULL: about people, not about a record
    details = models.TextField(null=True)  # noqa: DJ001  # NULL takes no room in a million entries

    objects: ClassVar[LogManager] = LogManager()

    class Meta:
        ordering = ("-id",)
        get_latest_by = "id"
        # One constraint of plain comparisons: PostgreSQL prepares each anew for every single
        # insert.
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    action__range=(0, max(ACTIONS.values())),
                    purpose__range=(0, max(PURPOSES.values())),
                    role__range=(1, max(ROLES.values())),
                    categories__range=(0, (1 << len(CATEGORIES)) - 1),
                )
                & (
                    Q(stage__in=[Stage.OPENED, Stage.REFUSED], intent=None)
                    | Q(stage__in=[Stage.DONE, Stage.FAILED], intent__isnull=False)
                ),
                name="logentry_known",
            ),
        )
        indexes = (
            models.Index(fields=["actor"], name="logentry_actor"),
            models.Index(
                fields=["intent"], name="logentry_intent", condition=Q(intent__isnull=False)
            ),
            models.Index(
                fields=["record"], name="logentry_record", condition=Q(record__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{ACTION_OF[self.action].value} {self.id}"

    def save(self, *_args: object, **_options: object) -> Never:
        """Refuse: an entry is written by the gate or by `LogEntry.objects.log_create`."""
        raise AppendOnly(table=self._meta.db_table)

    @property
    def year(self) -> int:
        """The log year."""
        return year_of(self.id)

    @property
    def changes(self) -> dict[str, Any]:
        """The changed fields of a record that is about nobody; empty otherwise."""
        return json.loads(self.details).get("changes", {}) if self.details else {}

    @property
    def object_ref(self) -> str:
        """The record that changed, as `app.Model:key`; empty otherwise."""
        return self.record or ""


class EntrySubject(AppendOnlyRow):
    """One line of the index by which a person's entries are found; derived from
    `LogEntry.subjects`.
    """

    pk = models.CompositePrimaryKey("subject", "entry_id")
    subject = models.UUIDField()
    entry_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"subject of {self.entry_id}"


class TreeHead(AppendOnlyRow):
    """The signed head of a log year's Merkle tree after one batch. `id` = log year × 2^40 + the
    tree's size.
    """

    id = models.BigIntegerField(primary_key=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    note = models.TextField()
    frontier = models.BinaryField()
    leaves = models.BinaryField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"head {self.id}"

    @property
    def year(self) -> int:
        """The log year."""
        return year_of(self.id)

    @property
    def size(self) -> int:
        """How many entries the tree holds."""
        return self.id - (self.year << 40)


class DisposedYear(AppendOnlyRow):
    """A log year that was lawfully disposed of: its last signed head, and when and by which act it
    went.
    """

    year = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    note = models.TextField()
    disposed_at = models.DateTimeField()
    entry_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"log year {self.year}"


class ErasureLedgerEntry(AppendOnlyRow):
    """An erased pseudonym of one store, as its keyed mark: what a restored backup must not bring
    back.
    """

    position = models.BigIntegerField(primary_key=True)
    store = models.SmallIntegerField(
        choices=[(code, store.value) for store, code in STORES.items()]
    )
    mark = models.UUIDField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["store", "mark"], name="erasureledger_mark_once"),
        )

    def __str__(self) -> str:
        return f"position {self.position}"


class RestrictionEvent(AppendOnlyRow):
    """A restriction of processing was placed on somebody, or lifted (GDPR 18).

    Each cause stands on its own: of one person and cause the newest event counts, and what is
    restricted is the union of the categories of all causes that stand.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.UUIDField()
    cause = models.UUIDField(default=NO_CAUSE)
    """The pseudonym of what it was placed for: a case."""
    categories = models.IntegerField(default=WHOLE_PERSON)
    """The mask of the restricted categories."""
    placed = models.BooleanField()
    ground = models.CharField(max_length=32)
    at = models.DateTimeField()
    entry_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["subject", "-id"], name="restriction_newest"),)

    def __str__(self) -> str:
        return f"restriction event {self.id}"
