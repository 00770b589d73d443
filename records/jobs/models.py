"""An abstract row that one worker at a time may claim by a conditional update."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q


class Leased(models.Model):
    """A row that is worked on under a lease; whoever loses the lease stops, whoever finds it
    expired goes on.
    """

    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @classmethod
    def claim(
        cls, *, pk: UUID | int, now: datetime, lease_seconds: int = 120, **conditions: Any
    ) -> Self | None:
        """Take the lease of one row that fulfils `conditions`; None where someone else holds it or
        they fail.
        """
        token = secrets.token_hex(16)
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        taken = cls._default_manager.filter(free, pk=pk, **conditions).update(
            lease_token=token,
            lease_until=now + timedelta(seconds=lease_seconds),
            attempts=models.F("attempts") + 1,
        )
        return cls._default_manager.get(pk=pk) if taken else None

    def release(self) -> None:
        """Give the lease back, if it is still ours."""
        type(self)._default_manager.filter(pk=self.pk, lease_token=self.lease_token).update(
            lease_token="", lease_until=None
        )
