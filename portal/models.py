"""Accounts, staff profiles and sign-in challenges. They live in the identity store.

No personal data stands in Django's user table: a holder's user name is random, a staff member's is
what an administrator chose. The holder's account knows its data subject; nothing else of the
person.
"""

import uuid

from django.conf import settings
from django.db import models

from records.jobs.models import Leased


class HolderAccount(models.Model):
    """The account with which one data subject signs in. Its id is the actor's id in the log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holder"
    )
    subject_id = models.UUIDField(unique=True)


class StaffRole(models.TextChoices):
    """What a member of staff is (T1.3; C1: never a bare translation of »upravljavec«)."""

    CLERK = "clerk"
    CONTROLLER = "controller"
    DPO = "dpo"


class StaffProfile(models.Model):
    """Who a member of staff works for, and as what. Its id is the actor's id in the log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_profile"
    )
    role = models.CharField(max_length=16, choices=StaffRole.choices)
    city = models.CharField(max_length=40)
    """The code of the controller (municipality) whose people this person may open."""
    organisation = models.CharField(max_length=120)
    """The code of the organisation that employs this person: a controller or a processor."""
    registration_point = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=StaffRole.values), name="staff_role_known"
            ),
        ]


class SignInChallenge(Leased):
    """One asking for a code: what was typed (as a blind index; sealed until the job has read it)
    and the code's MAC.

    A row looks the same whether or not anybody is enrolled under what was typed: `code_mac` is
    random bytes then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=16)
    """What the code opens: sign_in, unlock, download."""
    typed_index = models.BigIntegerField()
    address_index = models.BigIntegerField()
    """Blind index of the client's network address, for the limit; its key changes nothing else."""
    typed_sealed = models.BinaryField(default=b"", blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    code_mac = models.BinaryField(default=b"", blank=True)
    language = models.CharField(max_length=5)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["typed_index", "created_at"], name="challenge_by_typed"),
            models.Index(fields=["address_index", "created_at"], name="challenge_by_address"),
            models.Index(fields=["created_at"], name="challenge_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tries__lte=5), name="challenge_tries_at_most_five"
            ),
        ]


class SweepMark(models.Model):
    """When a sweep last ran to its end, and with what outcome: the heartbeat of the worker (threat
    32).
    """

    name = models.CharField(max_length=20, primary_key=True)
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=60)
    """`done`, or the code of the refusal."""


class SavedView(models.Model):
    """A filter of the queue that a member of staff keeps under a name (D1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(StaffProfile, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=60)
    asked = models.JSONField(default=dict)
    """dsar.queue.QueueFilter as a dict: codes only."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "name"], name="saved_view_named_once"),
        ]


class FollowTry(models.Model):
    """How often a status was asked for in vain: by one reference (whether or not there is such a
    case), or from one address. It says nothing of either but that somebody tried.
    """

    mark = models.BigIntegerField(primary_key=True)
    """Blind index of what was typed, or of the network address."""
    tries = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)
    """From then on the counting begins anew."""
