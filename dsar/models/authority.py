"""On whose authority a request was filed for somebody else (identity store)."""

from django.db import models

from dsar.models.case import Case


class CaseAuthority(models.Model):
    """The representation on which a case rests; asked anew at every step (threat 5)."""

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="authority"
    )
    representation_id = models.UUIDField()
    shown_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    gap = models.CharField(max_length=16, blank=True, default="")
    """Why it no longer reaches (records.identity.rules.Gap)."""
