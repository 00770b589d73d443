"""Counters in the Prometheus text format. Numbers only; nothing about anybody."""

from portal.clock import read_clock
from portal.models import SignInChallenge, SweepMark
from portal.sweeps import list_late


def write_metrics() -> str:
    """Return the metrics page."""
    now = read_clock()
    waiting = SignInChallenge.objects.filter(sent_at=None, expires_at__gt=now).count()
    lines = ["# TYPE varuh_sign_in_waiting gauge", f"varuh_sign_in_waiting {waiting}"]
    lines.append("# TYPE varuh_sweep_age_seconds gauge")
    for name, finished_at in SweepMark.objects.order_by("name").values_list("name", "finished_at"):
        age = int((now - finished_at).total_seconds())
        lines.append(f'varuh_sweep_age_seconds{{sweep="{name}"}} {age}')
    lines += ["# TYPE varuh_sweeps_late gauge", f"varuh_sweeps_late {len(list_late(now=now))}"]
    return "\n".join(lines) + "\n"
