"""Texts and their versions, acceptances, and the ledger of consents (identity store)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from consent.rules import Change, Channel, EventKind, NoticeKind
from records.access.purposes import ActorRole, Purpose


def _choices(
    values: type[NoticeKind | Change | Channel | EventKind | ActorRole],
) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


class NoticeVersion(models.Model):
    """One version of one text in one language; the database refuses to change it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=_choices(NoticeKind))
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    change = models.CharField(max_length=16, choices=_choices(Change))
    published_on = models.DateField()
    announced_on = models.DateField(null=True)
    effective_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="consent_one_text_per_version", fields=["kind", "version", "language"]
            ),
            models.CheckConstraint(
                name="consent_effective_not_before_published",
                condition=Q(effective_on__gte=F("published_on")),
            ),
            models.CheckConstraint(
                name="consent_material_change_announced",
                condition=~Q(change=Change.MATERIAL.value) | Q(announced_on__isnull=False),
            ),
        ]


class Acceptance(models.Model):
    """That a person accepted a version, or is deemed to: neither is consent (T1.4b, C2)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_id = models.UUIDField(db_index=True)
    application_id = models.UUIDField(null=True)
    notice = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="+")
    text_sha256 = models.CharField(max_length=64)
    issuers = models.CharField(max_length=200)
    """The codes of the issuers, comma-separated: the other party of the contract (T1.1, T2.7)."""
    deemed = models.BooleanField(default=False)
    channel = models.CharField(max_length=16, choices=_choices(Channel))
    actor_role = models.CharField(max_length=16, choices=_choices(ActorRole))
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="consent_accepted_once", fields=["subject_id", "notice", "deemed"]
            ),
            models.CheckConstraint(
                name="consent_silence_is_deemed",
                condition=Q(deemed=True, channel=Channel.NONE.value)
                | (Q(deemed=False) & ~Q(channel=Channel.NONE.value)),
            ),
        ]


class ConsentEvent(models.Model):
    """One line of the consent ledger: appended, never changed; the database enforces it (GDPR
    7(1)).

    `evidence_ref` is a keyed pseudonym of the person: the line outlives them as evidence without
    naming them (C25). The lines of one person and purpose are numbered; odd ones give, even ones
    withdraw.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    evidence_ref = models.UUIDField()
    purpose = models.CharField(max_length=32, choices=[(p.value, p.value) for p in Purpose])
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=_choices(EventKind))
    notice = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="+")
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    screen = models.CharField(max_length=40)
    channel = models.CharField(max_length=16, choices=_choices(Channel))
    actor_role = models.CharField(max_length=16, choices=_choices(ActorRole))
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="consent_ledger_numbered", fields=["evidence_ref", "purpose", "number"]
            ),
            models.CheckConstraint(
                name="consent_given_then_withdrawn",
                condition=(Q(kind=EventKind.GIVEN.value) & Q(Exact(Mod(F("number"), 2), 1)))
                | (Q(kind=EventKind.WITHDRAWN.value) & Q(Exact(Mod(F("number"), 2), 0))),
            ),
        ]


class ErasureWindow(models.Model):
    """Open inside one transaction only, while one person's evidence that is over is removed.

    The ledger's triggers let a line go if, and only if, the window of its pseudonym is open.
    """

    evidence_ref = models.UUIDField(primary_key=True)
