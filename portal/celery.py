"""The Celery application: the schedule of sweeps. Rows with leases are the truth; a message carries
an id.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("varuh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def _schedule_sweeps(sender: Celery, **_: object) -> None:
    """Give the beat its schedule once the apps are there."""
    from portal.sweeps import schedule

    sender.conf.beat_schedule = schedule()
