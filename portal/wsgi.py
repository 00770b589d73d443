"""The web server's entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()


def _refuse_restored_stores() -> None:
    """Let nobody in while a store shows people who were erased (a restored backup)."""
    from django.db import connections

    from retention.queries import require_stores_current

    require_stores_current()
    connections.close_all()


_refuse_restored_stores()
