"""The doors: settings, addresses, sign-in, pages, API, tasks' schedule, commands."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
