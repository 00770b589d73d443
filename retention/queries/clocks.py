"""When each person's contracts ended, judged from cards and wallets; and the gate's question."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connections
from django.db.models import Q

from records.access.errors import AccessRefused
from records.access.grants import Grant
from records.access.purposes import Action, Purpose, Store
from records.access.statements import is_among, run_prepared
from records.cards.models import Application, Card
from records.cards.rules import ApplicationState, CardState
from records.identity.models import DataSubject
from records.legal_days import legal_day, start_of_next_day
from retention.errors import PeriodOver
from retention.models import SubjectClock
from retention.ports import period_sources
from retention.queries.facts import list_end_facts, list_hold_facts, with_holds
from retention.queries.holds import list_held
from retention.rules import contract_end, get_rule

PAGE = 200
ENDED_CARDS = (CardState.CANCELLED, CardState.EXPIRED, CardState.DESTROYED)
OPEN_APPLICATIONS = (
    ApplicationState.INCOMPLETE,
    ApplicationState.COMPLETE,
    ApplicationState.ACCEPTED,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person's contracts say today. The days are None while one of them runs."""

    subject_id: UUID
    contract_end: date | None
    last_day_kept: date | None
    rule: str
    open: tuple[str, ...]

    @property
    def purge_from(self) -> datetime | None:
        """The first moment without the data: 00:00 of the day after the last one (PP5b)."""
        return start_of_next_day(self.last_day_kept) if self.last_day_kept else None


def find_clock(*, subject_id: UUID) -> SubjectClock | None:
    """Return a person's clock, None while nothing has ended."""
    return SubjectClock.objects.filter(pk=subject_id).first()


def judge_people(grant: Grant, *, subject_ids: Sequence[UUID], now: datetime) -> list[Verdict]:
    """Return the verdict on each person: the identity row goes when the last contract is due.

    The Grant covers CARD, APPLICATION and WALLET of all of them.
    """
    later = [(rule, source(subject_ids)) for rule, source in period_sources()]
    return [
        _prolong(_judge(grant, subject_id, legal_day(now)), later) for subject_id in subject_ids
    ]


def _judge(grant: Grant, subject_id: UUID, today: date) -> Verdict:
    holds = list_hold_facts(subject_id=subject_id, today=today)
    contracts = [
        with_holds(facts, holds)
        for facts in list_end_facts(grant, subject_id=subject_id, today=today)
    ]
    rule = "contract" if any(facts.valid_until for facts in contracts) else "no_card_issued"
    ends = [contract_end(facts, kept_months=get_rule(rule).months) for facts in contracts]
    still_open = tuple(dict.fromkeys(kind.value for end in ends for kind in end.open))
    days = [end.contract_end for end in ends if end.contract_end]
    if not ends or len(days) < len(ends):
        return Verdict(subject_id, None, None, rule, still_open)
    kept = max(end.last_day_kept for end in ends if end.last_day_kept)
    return Verdict(subject_id, max(days), kept, rule, still_open)


def _prolong(verdict: Verdict, later: Sequence[tuple[str, Mapping[UUID, date]]]) -> Verdict:
    """Return the verdict with the latest day of any floor: the person goes with the last one."""
    for rule, days in later:
        day = days.get(verdict.subject_id)
        if day is not None and verdict.last_day_kept is not None and day > verdict.last_day_kept:
            verdict = replace(verdict, last_day_kept=day, rule=rule)
    return verdict


def list_candidates(*, today: date) -> Iterator[tuple[list[UUID], list[UUID]]]:
    """Yield all people page by page: those whose every card and application has ended, and the
    rest.

    Reads states and days only, opens nothing; two queries a page.
    """
    after = UUID(int=0)
    while True:
        page = list(
            DataSubject.objects.filter(pk__gt=after)
            .order_by("pk")
            .values_list("pk", flat=True)[:PAGE]
        )
        if not page:
            return
        after = page[-1]
        running = _running_among(page, today)
        yield [pk for pk in page if pk not in running], [pk for pk in page if pk in running]


def _running_among(people: Sequence[UUID], today: date) -> set[UUID]:
    cards = Card.objects.filter(subject_id__in=people).exclude(state__in=ENDED_CARDS)
    cards = cards.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    waiting = Application.objects.filter(subject_id__in=people, state__in=OPEN_APPLICATIONS)
    return {
        *cards.values_list("subject_id", flat=True),
        *waiting.values_list("subject_id", flat=True),
    }


def refuse_after_period(
    purpose: Purpose, action: Action, subjects: Sequence[UUID], now: datetime
) -> AccessRefused | None:
    """Refuse every purpose but the erasure itself from `purge_from` on (GDPR 5(1)(e), G-5e).

    It does not matter how far a run has come, or whether there is one. Who is held stays open,
    until an erasure has begun.
    """
    if purpose is Purpose.RETENTION or not subjects or not _is_any_over(subjects, now):
        return None
    over = dict(
        SubjectClock.objects.filter(
            Q(purge_from__lte=now) | Q(erasing_since__isnull=False), pk__in=subjects
        ).values_list("pk", "erasing_since")
    )
    held = list_held(subject_ids=over.keys(), now=now)
    people = _count(erasing is not None or pk not in held for pk, erasing in over.items())
    if not people:
        return None
    return PeriodOver(purpose=purpose.value, action=action.value, people=people)


def _is_any_over(subjects: Sequence[UUID], now: datetime) -> bool:
    """Return whether anybody's period is over, whoever is held. Every opening of the gate asks."""
    connection = connections[Store.IDENTITY.value]
    condition, value = is_among(connection, [subject.bytes for subject in subjects])
    statement = (
        f"SELECT 1 FROM retention_subjectclock WHERE subject_id {condition}"  # noqa: S608  # ours
        " AND (purge_from <= %s OR erasing_since IS NOT NULL) LIMIT 1"
    )
    return bool(
        run_prepared(connection, statement, (value, connection.ops.adapt_datetimefield_value(now)))
    )


def _count(answers: Iterable[bool]) -> int:
    return sum(answers)
