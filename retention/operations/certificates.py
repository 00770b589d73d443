"""The certificate of a run: what was erased, by table and reason, and by which plan. No personal
data.
"""

import json
from collections import Counter
from datetime import datetime
from hashlib import sha256

from django.db.models import Count

from retention.models import Certificate, ItemState, Plan, Run
from retention.rules import get_rule

FORMAT = "varuh-erasure-certificate/1"


def make_certificate(*, plan: Plan, run: Run, now: datetime) -> Certificate:
    """Make the certificate of a run whose batches are all done (D9, GDPR 5(2)).

    Its SHA-256 is over the canonical JSON (sorted names, no spaces, UTF-8).
    """
    body = json.dumps(
        _content(plan, run, now), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return Certificate.objects.create(
        plan=plan, made_at=now, body=body, sha256=sha256(body.encode()).hexdigest()
    )


def _content(plan: Plan, run: Run, now: datetime) -> dict[str, object]:
    totals: Counter[str] = Counter()
    repeated: set[str] = set()
    positions: list[int] = []
    for batch in run.batches.order_by("number"):
        totals.update(batch.counts)
        repeated.update(batch.repeated)
        if batch.ledger_position is not None:
            positions.append(batch.ledger_position)
    rules = sorted(set(plan.items.values_list("rule", flat=True)))
    return {
        "format": FORMAT,
        "plan": str(plan.pk),
        "plan_sha256": plan.sha256,
        "made_at": plan.made_at.isoformat(),
        "execute_from": plan.execute_from.isoformat(),
        "started_at": run.started_at.isoformat(),
        "finished_at": now.isoformat(),
        "approved_by": [
            {"organisation": vote.organisation, "at": vote.approved_at.isoformat()}
            for vote in plan.approvals.order_by("approved_at", "pk")
        ],
        "rules": {code: get_rule(code).citation for code in rules},
        "people": {
            "due": plan.due,
            "erased": totals["erased"],
            "held": _reasons(plan, ItemState.HELD),
            "dropped": _reasons(plan, ItemState.DROPPED),
        },
        "deleted": _tables(totals, "deleted:"),
        "kept": _tables(totals, "kept:"),
        "ledger_positions": positions,
        "steps_repeated_after_a_stop": sorted(repeated),
    }


def _tables(totals: Counter[str], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): number
        for name, number in sorted(totals.items())
        if name.startswith(prefix)
    }


def _reasons(plan: Plan, state: ItemState) -> dict[str, int]:
    rows = plan.items.filter(state=state).values("reason").annotate(number=Count("pk"))
    return {row["reason"]: row["number"] for row in rows.order_by("reason")}
