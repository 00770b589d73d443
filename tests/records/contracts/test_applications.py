"""From a paper at the counter to an accepted application."""

from datetime import date, timedelta
from typing import Any

import pytest

from records.access.errors import AccessRefused
from records.access.gate import open_gate
from records.access.purposes import ActorRole, CardForm, DataCategory, Purpose
from records.cards import errors as card_errors
from records.cards import queries as card_queries
from records.cards.models import Application, Card
from records.cards.rules import (
    ApplicationPurpose,
    ApplicationState,
    Channel,
    ClaimedStatus,
    RefusalReason,
)
from records.contracts import errors
from records.contracts.operations import (
    StatusClaim,
    accept_application,
    issue_card,
    refuse_application,
    supplement_application,
    withdraw_application,
)
from records.identity import errors as identity_errors
from records.identity.models import DataSubject
from records.identity.queries import get_subject
from records.keys.models import DataKey
from tests import factories
from tests.factories import make_application_details, make_details, make_person, submit
from tests.records.contracts.conftest import MakeHolder

pytestmark = [
    pytest.mark.django_db(databases=factories.ALL_STORES),
    pytest.mark.usefixtures("world"),
]


@pytest.mark.rule("T4.1.2", "T4.1.4a")
def test_a_complete_application_waits_for_acceptance(cene: Any) -> None:
    standing = submit(actor=cene)

    assert standing.state is ApplicationState.COMPLETE
    assert standing.missing == ()
    assert standing.issue_due == date(2026, 12, 1)


@pytest.mark.rule("T4.1.4a", "T4.1.8")
def test_an_incomplete_application_names_what_is_missing_and_gets_no_card(cene: Any) -> None:
    standing = submit(
        actor=cene,
        said=make_details(residence=None, phone=None, email=None),
        details=make_application_details(terms_reference=""),
    )

    assert standing.state is ApplicationState.INCOMPLETE
    assert standing.missing == ("residence", "terms", "contact")
    assert standing.issue_due is None
    for act in (accept_application, issue_card):
        with pytest.raises(card_errors.ApplicationIncomplete) as refused:
            act(actor=cene, application_id=standing.application_id, now=factories.NOW)
        assert refused.value.facts["missing"] == ("residence", "terms", "contact")
    assert not Card.objects.exists()


@pytest.mark.rule("T4.1.8", "T4.1.9a")
def test_the_ten_days_run_from_the_day_on_which_it_became_complete(cene: Any) -> None:
    at_once = submit(actor=cene)
    later = factories.NOW + timedelta(days=4)
    incomplete = submit(
        actor=cene, details=make_application_details(delivery_point=""), now=factories.NOW
    )
    assert incomplete.missing == ("delivery_point",)

    supplemented = supplement_application(
        actor=cene,
        application_id=incomplete.application_id,
        details=make_application_details(),
        now=later,
    )

    assert supplemented.state is ApplicationState.COMPLETE
    assert (at_once.issue_due, supplemented.issue_due) == (date(2026, 12, 1), date(2026, 12, 5))


@pytest.mark.rule("T4.1.8")
def test_what_came_in_later_completes_the_person_too(cene: Any, now: Any) -> None:
    standing = submit(actor=cene, said=make_details(residence=None))

    supplemented = supplement_application(
        actor=cene,
        application_id=standing.application_id,
        details=make_application_details(),
        person={"residence": "Glavni trg 5, 8000 Novo mesto"},
        now=now,
    )

    assert supplemented.missing == ()


@pytest.mark.rule("T4.1.8")
def test_every_step_is_kept_with_its_day_and_its_clerk(cene: Any, now: Any) -> None:
    standing = submit(actor=cene, details=make_application_details(terms_reference=""))
    supplement_application(
        actor=cene,
        application_id=standing.application_id,
        details=make_application_details(),
        now=now + timedelta(days=1),
    )
    accept_application(
        actor=cene, application_id=standing.application_id, now=now + timedelta(days=2)
    )

    events = card_queries.list_application_events(application_id=standing.application_id)

    assert [(e.action, e.state, e.happened_on.day, e.missing, e.by) for e in events] == [
        ("submit", "incomplete", 21, ["terms"], cene.id),
        ("supplement", "complete", 22, [], cene.id),
        ("accept", "accepted", 23, [], cene.id),
    ]


@pytest.mark.rule("T4.1.9a")
def test_applications_past_their_ten_days_are_flagged(cene: Any, now: Any) -> None:
    old = submit(actor=cene, received_on=date(2026, 11, 10))
    new = submit(actor=cene, person=factories.BOR)

    due = card_queries.list_due_issues(today=date(2026, 11, 21))

    assert [(item.application_id, item.due, item.overdue) for item in due] == [
        (old.application_id, date(2026, 11, 20), True),
        (new.application_id, date(2026, 12, 1), False),
    ]
    on_the_last_day = card_queries.list_due_issues(today=date(2026, 11, 20))
    assert [item.overdue for item in on_the_last_day] == [False, False]


@pytest.mark.rule("T4.1.6", "C16", "T4.1.12a", "C9")
def test_a_letter_registered_late_keeps_its_true_day_and_begins_the_contract(cene: Any) -> None:
    standing = submit(actor=cene, received_on=date(2026, 11, 18), channel=Channel.POST)

    application = Application.objects.get(pk=standing.application_id)

    assert (application.received_on, application.channel) == (date(2026, 11, 18), "post")
    assert standing.issue_due == date(2026, 11, 28)


def test_nothing_is_received_tomorrow(cene: Any) -> None:
    with pytest.raises(card_errors.ReceivedInFuture):
        submit(actor=cene, received_on=date(2026, 11, 22))

    assert not DataSubject.objects.exists()


@pytest.mark.rule("T4.2.1", "T4.1.1", "C4")
def test_a_child_is_refused_and_nothing_is_stored(cene: Any) -> None:
    with pytest.raises(card_errors.GuardianRequired):
        submit(actor=cene, person=make_person(birth_date=date(2011, 11, 22)))

    assert not DataSubject.objects.exists()
    assert not Application.objects.exists()
    assert not DataKey.objects.exists()


@pytest.mark.rule("T4.2.1", "C4")
def test_on_the_15th_birthday_a_person_applies_alone(cene: Any) -> None:
    standing = submit(actor=cene, person=make_person(birth_date=date(2011, 11, 21)))

    assert standing.state is ApplicationState.COMPLETE


@pytest.mark.rule("T4.2.1")
def test_a_child_does_not_slip_in_by_a_birth_date_that_comes_later(cene: Any, now: Any) -> None:
    standing = submit(actor=cene, said=make_details(birth_date=None))
    assert standing.missing == ("birth_date",)

    with pytest.raises(card_errors.GuardianRequired):
        supplement_application(
            actor=cene,
            application_id=standing.application_id,
            details=make_application_details(),
            person={"birth_date": date(2015, 1, 1)},
            now=now,
        )

    assert get_subject(standing.subject_id).birth_date is None


@pytest.mark.rule("C5", "T4.1.7", "T2.3")
def test_without_a_choice_the_place_of_filing_decides(cene: Any) -> None:
    standing = submit(actor=cene, person=factories.ERIK)

    application = Application.objects.get(pk=standing.application_id)

    assert (application.filed_at_city, application.chosen_city) == ("nova-gorica", "nova-gorica")
    assert get_subject(standing.subject_id).home_city_id == "nova-gorica"


@pytest.mark.rule("C5", "T4.1.7", "T2.3")
def test_the_choice_of_another_city_is_confirmed_before_acceptance(cene: Any, now: Any) -> None:
    standing = submit(
        actor=cene, details=make_application_details(chosen_city=factories.OTHER_CITY)
    )
    with pytest.raises(card_errors.CityMismatchUnconfirmed):
        accept_application(actor=cene, application_id=standing.application_id, now=now)
    assert Application.objects.get().state == ApplicationState.COMPLETE

    accept_application(
        actor=cene, application_id=standing.application_id, city_confirmed=True, now=now
    )
    issued = issue_card(actor=cene, application_id=standing.application_id, now=now)

    assert Application.objects.get().city_confirmed
    assert Card.objects.get(pk=issued.card_id).home_city == factories.OTHER_CITY
    assert get_subject(standing.subject_id).home_city_id == factories.OTHER_CITY


@pytest.mark.rule("T4.1.4c")
def test_a_replacement_needs_an_earlier_card_of_no_more_use(
    make_holder: MakeHolder, cene: Any, now: Any
) -> None:
    from records.cards.rules import BlockReason
    from records.contracts.operations import block_card

    holder = make_holder()
    standing = submit(
        actor=cene,
        person=None,
        subject_id=holder.subject_id,
        details=make_application_details(purpose=ApplicationPurpose.REPLACEMENT),
    )
    with pytest.raises(card_errors.NothingToReplace):
        accept_application(actor=cene, application_id=standing.application_id, now=now)

    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    issued = issue_card(actor=cene, application_id=standing.application_id, now=now)

    assert issued.holder_id != holder.holder_id
    assert Card.objects.filter(subject_id=holder.subject_id).count() == 2


@pytest.mark.rule("C6", "T4.3.6")
def test_a_known_person_does_not_get_the_other_form(make_holder: MakeHolder, cene: Any) -> None:
    holder = make_holder()

    with pytest.raises(errors.FormDiffers):
        submit(
            actor=cene,
            person=None,
            subject_id=holder.subject_id,
            details=make_application_details(form=CardForm.VIRTUAL),
        )

    assert Application.objects.count() == 1


@pytest.mark.rule("C7", "T5.1.5b")
def test_a_virtual_card_is_registered_without_email_and_status(cene: Any) -> None:
    standing = submit(
        actor=cene,
        said=make_details(email=None),
        details=make_application_details(
            form=CardForm.VIRTUAL, delivery_method="", delivery_point="", purpose=None
        ),
    )

    assert (standing.state, standing.missing) == (ApplicationState.COMPLETE, ())


def test_an_application_is_of_a_new_or_a_known_person(cene: Any) -> None:
    from uuid import uuid4

    for given in (
        {"person": None},
        {"person": factories.ANA, "subject_id": uuid4()},
    ):
        with pytest.raises(errors.SubjectGiven):
            submit(actor=cene, **given)


@pytest.mark.rule("T4.1.4b")
@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"delivery_method": "pigeon"}, errors.DeliveryUnknown),
        ({"delivery_point": "kranj"}, identity_errors.PointUnknown),
        ({"chosen_city": "kranj"}, identity_errors.CityUnknown),
    ],
)
def test_what_the_register_does_not_have_is_refused(
    cene: Any, said: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        submit(actor=cene, details=make_application_details(**said))


@pytest.mark.rule("C20")
def test_a_claim_that_tells_of_health_is_not_taken(cene: Any) -> None:
    claim = StatusClaim(status=ClaimedStatus.DISABLED, evidence="odločba")

    with pytest.raises(card_errors.StatusWithoutGround):
        submit(actor=cene, details=make_application_details(status_claim=claim))

    assert not Application.objects.exists()


@pytest.mark.rule("T4.1.4a")
def test_a_claimed_status_is_sealed(cene: Any, now: Any) -> None:
    claim = StatusClaim(status=ClaimedStatus.PENSIONER, evidence="potrdilo")
    standing = submit(actor=cene, details=make_application_details(status_claim=claim))

    grant = open_gate(
        actor=cene,
        purpose=Purpose.CARD_APPLICATION,
        subjects=[standing.subject_id],
        categories=[DataCategory.STATUS],
        task="test",
        now=now,
    )

    revealed = card_queries.reveal_status_claim(grant, standing.application_id)
    assert revealed == {"status": "pensioner", "evidence": "potrdilo"}
    assert repr(Application.objects.get().status_claim) == "<sealed>"
    assert "pensioner" not in repr(claim)


@pytest.mark.rule("C9")
@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_a_refused_or_withdrawn_application_is_over(cene: Any, now: Any, how: str) -> None:
    standing = submit(actor=cene)
    later = now + timedelta(days=2)
    if how == "refuse":
        ended = refuse_application(
            actor=cene,
            application_id=standing.application_id,
            reason=RefusalReason.DUPLICATE,
            now=later,
        )
    else:
        ended = withdraw_application(actor=cene, application_id=standing.application_id, now=later)

    assert ended.state in {ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
    assert Application.objects.get().decided_on == date(2026, 11, 23)
    with pytest.raises(card_errors.ApplicationStateRefused):
        accept_application(actor=cene, application_id=standing.application_id, now=later)


def test_an_application_whose_card_is_made_is_not_withdrawn(
    make_holder: MakeHolder, cene: Any, now: Any
) -> None:
    holder = make_holder()

    with pytest.raises(errors.IssueRunning):
        withdraw_application(actor=cene, application_id=holder.application_id, now=now)


def test_a_provider_takes_no_application(world: None) -> None:
    terminal = factories.make_actor(ActorRole.TERMINAL, "terminal:1", "avtobusi")

    with pytest.raises(AccessRefused):
        submit(actor=terminal)

    assert not DataSubject.objects.exists()


def test_what_applies_to_ana_leaves_bor_alone(cene: Any, now: Any) -> None:
    ana = submit(actor=cene)
    bor = submit(actor=cene, person=factories.BOR)
    before = Application.objects.filter(pk=bor.application_id).values().get()

    accept_application(actor=cene, application_id=ana.application_id, now=now)

    assert Application.objects.get(pk=ana.application_id).state == ApplicationState.ACCEPTED
    assert Application.objects.filter(pk=bor.application_id).values().get() == before
