"""What the database itself refuses, whoever writes."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from records.cards.models import Application, ApplicationEvent, Card, CardEvent, UsedHolderId
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


@pytest.fixture
def holder(keyring: Any, cene: Any) -> factories.Holder:
    factories.load_demo_register()
    return factories.make_holder(actor=cene)


def _refused(act: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


@pytest.mark.rule("T4.6.2")
def test_the_validity_of_an_issued_card_cannot_be_changed(holder: factories.Holder) -> None:
    row = Card.objects.filter(pk=holder.card_id)

    for changes in (
        {"valid_until": date(2036, 11, 21)},
        {"valid_until": None},
        {"issued_on": date(2027, 1, 1)},
    ):
        _refused(lambda changes=changes: row.update(**changes))

    assert row.get().valid_until == date(2031, 11, 21)
    assert row.update(validity_reason="the rest may change") == 1


@pytest.mark.rule("T4.6.2")
def test_raw_sql_cannot_change_it_either(holder: factories.Holder) -> None:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cards_card SET valid_until = '2036-11-21'")

    _refused(act)


@pytest.mark.rule("T4.3.3", "T4.1.9b")
@pytest.mark.parametrize(
    "changes",
    [{"subject_id": uuid4()}, {"holder_id": "000000000000"}, {"form": "virtual"}],
)
def test_a_card_is_never_given_to_another_person_or_number(
    holder: factories.Holder, changes: dict[str, object]
) -> None:
    _refused(lambda: Card.objects.filter(pk=holder.card_id).update(**changes))


@pytest.mark.parametrize(
    ("dead", "alive"),
    [
        ("cancelled", "active"),
        ("cancelled", "blocked"),
        ("expired", "active"),
        ("destroyed", "active"),
        ("destroyed", "cancelled"),
    ],
)
def test_a_dead_card_never_revives(holder: factories.Holder, dead: str, alive: str) -> None:
    row = Card.objects.filter(pk=holder.card_id)
    assert row.update(state=dead) == 1

    _refused(lambda: row.update(state=alive))

    assert row.get().state == dead


def test_a_history_is_appended_never_changed(holder: factories.Holder) -> None:
    for model in (CardEvent, ApplicationEvent):
        assert model.objects.exists()
        _refused(lambda model=model: model.objects.update(state="x"))
        _refused(lambda model=model: model.objects.all().delete())


def test_two_events_never_have_the_same_number(holder: factories.Holder) -> None:
    event = CardEvent.objects.filter(card=holder.card_id, number=1).get()
    event.pk = uuid4()

    _refused(lambda: event.save(force_insert=True))


@pytest.mark.rule("T4.1.9b")
def test_a_used_number_stays_used(holder: factories.Holder) -> None:
    assert UsedHolderId.objects.count() == 1
    _refused(lambda: UsedHolderId.objects.all().delete())
    _refused(lambda: UsedHolderId.objects.update(digest=uuid4()))


@pytest.mark.rule("T4.1.12b")
def test_a_card_that_was_not_delivered_cannot_be_in_use(holder: factories.Holder) -> None:
    _refused(lambda: Card.objects.filter(pk=holder.card_id).update(delivered_on=None))


def test_an_application_is_complete_on_a_day_or_incomplete(holder: factories.Holder) -> None:
    row = Application.objects.filter(pk=holder.application_id)

    _refused(lambda: row.update(completed_on=None))
    _refused(lambda: row.update(completed_on=date(2026, 11, 20)))


@pytest.mark.rule("T1.2")
def test_a_card_is_physical_or_virtual(holder: factories.Holder) -> None:
    assert Card.objects.get(pk=holder.card_id).form == "physical"
    assert {value for value, _ in Card._meta.get_field("form").choices or ()} == {
        "physical",
        "virtual",
    }


@pytest.mark.rule("T2.9")
def test_no_card_is_kept_in_this_store_without_its_holder(holder: factories.Holder) -> None:
    _refused(
        lambda: Card.objects.create(
            holder_id="123456789012",
            subject_id=None,
            application_id=holder.application_id,
            form="physical",
            home_city="novo-mesto",
            state="ordered",
            ordered_on=date(2026, 11, 21),
        )
    )
