"""The Celery application: the schedule of sweeps. Rows with leases are the truth; a message carries
an id.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("varuh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
