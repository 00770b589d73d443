"""The API alone, where the whole service has it."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("portal.api.urls"))]
