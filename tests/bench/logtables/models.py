"""The table that the views read."""

from django.db import models


class Looked(models.Model):
    """Somebody whose one row is looked at."""

    name = models.CharField(max_length=80)
    subject = models.UUIDField()

    class Meta:
        app_label = "logtables"

    def __str__(self) -> str:
        return self.name
