"""Rendering and sealing of documents; no table."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Rendering and sealing of documents; no table."""

    name = "records.documents"
    label = "documents"
