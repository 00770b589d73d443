"""The same one-row view without a log, with ours, and with django-auditlog's LogAccessMixin."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from auditlog.mixins import LogAccessMixin
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.generic import DetailView

from tests.bench.logtables.models import Looked

CLERK = str(UUID(int=7))


class Plain(DetailView):  # type: ignore[type-arg]  # the same class serves at run time
    """Read one row and answer."""

    model = Looked

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Answer in JSON."""
        return JsonResponse({"name": self.object.name})


class Gated(Plain):
    """Read one row, log the opening, and only then answer."""

    def get_object(self, queryset: Any = None) -> Looked:
        """Open the gate for the row's subject."""
        from records.access.gate import open_gate
        from records.access.grants import Actor
        from records.access.purposes import ActorRole, DataCategory, Purpose, Store

        found: Looked = super().get_object(queryset)
        grant = open_gate(
            actor=Actor(role=ActorRole.CLERK, id=CLERK, organisation="novo-mesto"),
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=[found.subject],
            categories=[DataCategory.NAME],
            task="bench",
            now=datetime.now(UTC),
        )
        grant.require(Store.IDENTITY, found.subject, DataCategory.NAME)
        return found


class Mixed(LogAccessMixin, Plain):  # type: ignore[misc]  # auditlog is untyped
    """Read one row with django-auditlog's access logging."""


urlpatterns = [
    path("plain/<int:pk>", Plain.as_view()),
    path("gated/<int:pk>", Gated.as_view()),
    path("mixin/<int:pk>", Mixed.as_view()),
]
