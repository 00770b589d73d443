"""The sweeps of the payment store; each is safe to run twice."""

import logging
from datetime import datetime

from records.wallet.operations import forget_settled_ibans
from records.wallet.reconciliation import Reconciliation, reconcile

log = logging.getLogger("varuh.wallet")


def reconcile_ledger(*, now: datetime) -> Reconciliation:
    """Reconcile the ledger and raise the alarm for each finding (T2.12, threat 22); nightly."""
    result = reconcile()
    for finding in result.findings:
        log.error(
            "ledger does not reconcile",
            extra={
                "code": finding.code,
                "row": finding.row,
                "difference_minor": finding.difference_minor,
                "at": now.isoformat(),
            },
        )
    return result


def forget_ibans(*, now: datetime) -> int:
    """Remove the account numbers of payouts settled more than 13 months ago (C23); nightly."""
    return forget_settled_ibans(now=now)
