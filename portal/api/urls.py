"""The addresses below /api/v1/."""

from django.urls import path, re_path

from portal.api.endpoints import api
from portal.api.problems import not_found

urlpatterns = [
    path("", not_found),  # else django-ninja answers here in HTML
    path("", api.urls),
    re_path(r"^.*$", not_found),
]
