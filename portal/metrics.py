"""Counters in the Prometheus text format. Numbers only; nothing about anybody."""

from portal.clock import read_clock
from portal.models import SignInChallenge


def write_metrics() -> str:
    """Return the metrics page."""
    now = read_clock()
    waiting = SignInChallenge.objects.filter(sent_at=None, expires_at__gt=now).count()
    lines = ["# TYPE varuh_sign_in_waiting gauge", f"varuh_sign_in_waiting {waiting}"]
    return "\n".join(lines) + "\n"
