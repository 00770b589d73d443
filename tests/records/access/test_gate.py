"""The gate writes who looks and why, and only then gives a Grant."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from records.access import registry
from records.access.codes import Stage
from records.access.errors import (
    AccessRefused,
    GrantNotLive,
    InsideTransaction,
    OutcomeNotExpected,
    PurposeNotAllowed,
    SubjectsMissing,
)
from records.access.gate import log_block_event, open_gate, report_outcome
from records.access.grants import Actor
from records.access.leaves import SUBJECT_SIZE
from records.access.models import LogEntry
from records.access.purposes import PURPOSES, Action, ActorRole, DataCategory, Purpose, Store
from tests.factories import ALL_STORES
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]


@pytest.fixture
def refusing_check() -> Iterator[type[AccessRefused]]:
    """A legal-basis check of an upper floor that lets nobody send messages."""

    class NoConsent(AccessRefused):
        """The person has not consented."""

        code = "test.no_consent"

    def check(purpose: Purpose, *others: object) -> AccessRefused | None:
        return NoConsent() if purpose is Purpose.SERVICE_MESSAGE else None

    registry.register_check("test", check)
    yield NoConsent
    registry._checks.pop("test")


def test_the_entry_is_there_when_the_grant_is(open_for: Open, now: datetime) -> None:
    grant = open_for()

    entry = LogEntry.objects.get(pk=grant.entry_id)
    assert (entry.stage, entry.timestamp, entry.organisation) == (0, now, "novo-mesto")
    assert len(entry.subjects) == SUBJECT_SIZE


@pytest.mark.rule("T2.6")
def test_the_entry_names_the_role_from_which_the_stakeholder_follows(open_for: Open) -> None:
    from records.access.codes import ROLE_OF
    from records.access.purposes import STAKEHOLDER_OF, Stakeholder

    entry = LogEntry.objects.get(pk=open_for().entry_id)

    assert STAKEHOLDER_OF[ROLE_OF[entry.role]] is Stakeholder.OPERATOR


def test_the_entry_holds_no_name_that_another_store_knows(open_for: Open, cene: Actor) -> None:
    grant = open_for()

    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT * FROM access_logentry")
        row = repr(cursor.fetchall())
    assert "novo-mesto" in row
    for known in (ANA.hex, str(ANA), repr(ANA.bytes)[2:-1], cene.id, grant.task):
        assert known not in row


def test_a_subject_has_another_name_in_another_year(open_for: Open, now: datetime) -> None:
    this_year, next_year = open_for(), open_for(now=now + timedelta(days=60))

    first, second = (
        bytes(LogEntry.objects.get(pk=grant.entry_id).subjects) for grant in (this_year, next_year)
    )
    assert first != second
    assert LogEntry.objects.get(pk=this_year.entry_id).actor != (
        LogEntry.objects.get(pk=next_year.entry_id).actor
    )


def test_the_log_year_ends_at_midnight_in_ljubljana(open_for: Open) -> None:
    from datetime import UTC

    before = open_for(now=datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    after = open_for(now=datetime(2026, 12, 31, 23, 0, tzinfo=UTC))

    assert LogEntry.objects.get(pk=before.entry_id).year == 2026
    assert LogEntry.objects.get(pk=after.entry_id).year == 2027


def test_one_entry_for_a_page_of_fifty(open_for: Open, django_assert_max_num_queries: Any) -> None:
    open_for()
    page = [uuid4() for _ in range(50)]

    # One prepared statement, past Django's cursors.
    with django_assert_max_num_queries(0, using="audit"):
        grant = open_for(subjects=page)

    assert LogEntry.objects.count() == 2
    entry = LogEntry.objects.get(pk=grant.entry_id)
    assert len(entry.subjects) == 50 * SUBJECT_SIZE
    for one in page:
        grant.require(Store.IDENTITY, one, DataCategory.NAME)


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": [DataCategory.PAYOUT_ACCOUNT]},
        {"categories": []},
        {"action": Action.ERASE},
        {"purpose": Purpose.OWN_DATA},
        {"purpose": Purpose.LOG_REVIEW, "categories": [DataCategory.ACCESS_LOG]},
    ],
    ids=["category", "no category", "action", "role", "role of another purpose"],
)
def test_what_the_purpose_does_not_allow_is_refused_and_the_refusal_logged(
    open_for: Open, changes: dict[str, Any]
) -> None:
    with pytest.raises(PurposeNotAllowed):
        open_for(**changes)

    refused = LogEntry.objects.get()
    assert refused.stage == Stage.REFUSED
    assert "access.purpose_not_allowed" in refused.details


def test_no_purpose_is_open_to_every_role() -> None:
    for purpose, spec in PURPOSES.items():
        assert spec.roles < frozenset(ActorRole), purpose


def test_nobody_is_opened_without_being_named(open_for: Open) -> None:
    with pytest.raises(SubjectsMissing):
        open_for(subjects=[])


def test_a_search_names_nobody_and_is_logged_although_it_finds_nobody(open_for: Open) -> None:
    grant = open_for(subjects=[], action=Action.SEARCH)

    grant.require_search()
    assert LogEntry.objects.get().id == grant.entry_id
    assert not LogEntry.objects.get().subjects


def test_a_legal_basis_that_does_not_stand_shuts_the_gate(
    open_for: Open, refusing_check: type[AccessRefused]
) -> None:
    with pytest.raises(refusing_check):
        open_for(purpose=Purpose.SERVICE_MESSAGE, categories=[DataCategory.CONTACT])

    assert LogEntry.objects.get().stage == Stage.REFUSED
    open_for()


def test_work_on_wallets_needs_no_identity(open_for: Open) -> None:
    wallet = uuid4()

    grant = open_for(
        purpose=Purpose.WALLET_ADMINISTRATION,
        subjects=[],
        wallets=[wallet],
        categories=[DataCategory.WALLET],
    )

    grant.require(Store.PAYMENTS, wallet, DataCategory.WALLET)
    assert len(LogEntry.objects.get().subjects) == SUBJECT_SIZE


@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_it_does_not_open_where_a_rollback_could_take_the_entry_back(open_for: Open) -> None:
    with transaction.atomic(using="audit"), pytest.raises(InsideTransaction):
        open_for()

    assert not LogEntry.objects.exists()


@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_a_rollback_elsewhere_does_not_take_the_entry_back(open_for: Open) -> None:
    class BrokenError(Exception):
        pass

    def act_and_break() -> None:
        with transaction.atomic(using="default"):
            open_for()
            raise BrokenError

    with pytest.raises(BrokenError):
        act_and_break()

    assert LogEntry.objects.count() == 1


def test_the_outcome_is_a_second_entry_that_points_to_the_first(
    open_for: Open, now: datetime
) -> None:
    grant = open_for(action=Action.CHANGE)

    report_outcome(grant, done=True, now=now, counts={"rows": 2})

    outcome = LogEntry.objects.get(intent=grant.entry_id)
    assert outcome.stage == Stage.DONE
    assert outcome.details == '{"counts":{"rows":2}}'


def test_the_outcome_after_new_year_stands_in_the_year_of_its_intent(open_for: Open) -> None:
    from datetime import UTC

    grant = open_for(action=Action.CHANGE, now=datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))

    report_outcome(grant, done=False, now=datetime(2026, 12, 31, 23, 0, 1, tzinfo=UTC))

    outcome = LogEntry.objects.get(intent=grant.entry_id)
    assert (outcome.stage, outcome.year) == (Stage.FAILED, 2026)


def test_an_outcome_is_told_once(open_for: Open, now: datetime) -> None:
    grant = open_for(action=Action.CHANGE)
    report_outcome(grant, done=True, now=now)

    with pytest.raises(OutcomeNotExpected):
        report_outcome(grant, done=False, now=now)


def test_a_forged_grant_has_no_outcome(keyring: Any, now: datetime) -> None:
    from records.access.grants import Grant

    with pytest.raises(GrantNotLive):
        report_outcome(object.__new__(Grant), done=True, now=now)


@pytest.mark.rule("T4.4.2a")
def test_a_blocking_is_logged_once_however_often_the_outbox_tries(
    keyring: Any, cene: Actor, now: datetime
) -> None:
    event = uuid4()

    first = log_block_event(event_id=event, actor=cene, subject=ANA, blocked_at=now)
    again = log_block_event(event_id=event, actor=cene, subject=ANA, blocked_at=now)
    other = log_block_event(event_id=uuid4(), actor=cene, subject=BOR, blocked_at=now)

    assert first == again != other
    assert LogEntry.objects.count() == 2
    assert LogEntry.objects.filter(record__contains=event.hex).count() == 0


def test_only_the_gate_makes_grants() -> None:
    from pathlib import Path

    root = Path(__file__).parents[3]
    makers = {
        str(path.relative_to(root))
        for folder in ("records", "consent", "retention", "dsar", "portal")
        for path in (root / folder).rglob("*.py")
        if "make_grant" in path.read_text(encoding="utf-8")
    }

    assert makers == {"records/access/grants.py", "records/access/gate.py"}


def test_the_numbers_of_the_closed_lists_are_frozen() -> None:
    from records.access import codes

    assert set(codes.ACTIONS) == set(Action)
    assert set(codes.PURPOSES) == set(Purpose)
    assert set(codes.ROLES) == set(ActorRole)
    assert set(codes.CATEGORIES) == set(DataCategory)
    assert set(codes.STORES) == set(Store)
    for numbers in (codes.ACTIONS, codes.PURPOSES, codes.ROLES, codes.CATEGORIES, codes.STORES):
        assert len(set(numbers.values())) == len(numbers)
    assert [codes.CATEGORIES[one] for one in (DataCategory.NAME, DataCategory.STAFF)] == [0, 13]
    assert [codes.PURPOSES[one] for one in (Purpose.CARD_APPLICATION, Purpose.RETENTION)] == [1, 12]


def test_microseconds_survive_so_that_the_tag_holds(open_for: Open, now: datetime) -> None:
    from records.access.batches import has_good_tag
    from records.access.forms import iterate_forms

    grant = open_for(now=now.replace(microsecond=123_456))

    (form,) = iterate_forms(after=grant.entry_id - 1, last=grant.entry_id)
    assert has_good_tag(form)


def test_opening_needs_a_time_with_a_zone(keyring: Any, cene: Actor) -> None:
    with pytest.raises(TypeError):
        open_gate(
            actor=cene,
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=[UUID(int=1)],
            categories=[DataCategory.NAME],
            task="",
            now=datetime(2026, 11, 21),  # noqa: DTZ001  # the point
        )
    assert not LogEntry.objects.exists()
