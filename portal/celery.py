"""The Celery application: the schedule of sweeps. Rows with leases are the truth; a message carries
an id.
"""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("varuh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def _schedule_sweeps(sender: Celery, **_: object) -> None:
    """Give the beat its schedule once the apps are there."""
    from portal.sweeps import schedule

    sender.conf.beat_schedule = schedule()


@worker_init.connect
def _refuse_restored_stores(**_: object) -> None:
    """Do no work while a store shows people who were erased (a restored backup)."""
    from django.db import connections

    from records.errors import Refusal
    from retention.queries import require_stores_current

    try:
        require_stores_current()
    except Refusal as refusal:
        raise SystemExit(f"{refusal.code}: run `manage.py purge --replay` first.") from None
    connections.close_all()
