"""What corrections and restrictions write inside the transaction in which a request is verified."""

from collections.abc import Collection
from datetime import datetime

from dsar.models import Case, CaseRestriction, CorrectionItem
from dsar.operations.answering import answer_at_once
from dsar.rules.corrections import CorrectionState, RestrictionGround
from records.access.purposes import DataCategory


def want_restriction(
    case: Case,
    *,
    ground: RestrictionGround,
    categories: Collection[DataCategory],
    now: datetime,
) -> None:
    """Note inside the caller's transaction what is to be restricted; `place_due` does it."""
    kinds = sorted(DataCategory(kind).value for kind in categories)
    CaseRestriction.objects.create(case=case, ground=ground.value, categories=kinds, asked_at=now)


def begin_restriction(case: Case, now: datetime) -> None:
    """Note what a request on paper asks for, once its sender is known to be the holder; what was
    not said is read in the person's favour.
    """
    if not CaseRestriction.objects.filter(case=case).exists():
        want_restriction(
            case,
            ground=RestrictionGround.ACCURACY,
            categories=[DataCategory(kind) for kind in case.scope],
            now=now,
        )


def begin_rectification(case: Case, now: datetime) -> None:
    """Answer a case of which every correction is made already; any other waits for a person."""
    items = CorrectionItem.objects.filter(case=case)
    if items.exists() and not items.exclude(state=CorrectionState.APPLIED).exists():
        answer_at_once(case, message="corrected", now=now)
