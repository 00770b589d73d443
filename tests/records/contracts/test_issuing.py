"""Issuing a card across the stores."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from records.access.models import LogEntry
from records.access.purposes import CardForm
from records.cards import errors as card_errors
from records.cards.models import Application, Card
from records.cards.operations import cards as card_operations
from records.cards.queries import card_usable
from records.cards.rules import CardState, check_holder_id, make_holder_id
from records.contracts import errors
from records.contracts.models import CardSaga
from records.contracts.operations import (
    accept_application,
    activate_card,
    deliver_card,
    issue_card,
    supplement_application,
)
from records.identity.models import DataSubject
from records.keys.links import wallet_pseudonym_for_blocking
from records.wallet.models import Account, Instrument
from tests import factories
from tests.records.contracts.conftest import MakeHolder, Tills

pytestmark = [
    pytest.mark.django_db(databases=factories.ALL_STORES),
    pytest.mark.usefixtures("world"),
]


def _accepted(cene: Any, now: Any, person: factories.Person = factories.ANA) -> UUID:
    standing = factories.submit(actor=cene, person=person)
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    application_id: UUID = standing.application_id
    return application_id


@pytest.mark.rule("T4.1.9a", "T4.6.1a", "T2.12")
def test_an_issued_card_has_its_number_its_validity_and_its_token(cene: Any, now: Any) -> None:
    issued = issue_card(actor=cene, application_id=_accepted(cene, now), now=now)

    card = Card.objects.get(pk=issued.card_id)
    check_holder_id(issued.holder_id)
    assert (card.holder_id, card.state) == (issued.holder_id, CardState.ISSUED)
    assert (card.issued_on, card.valid_until) == (date(2026, 11, 21), date(2031, 11, 21))
    assert issued.valid_until == card.valid_until
    assert len(issued.presentation_token) == 32
    assert not CardSaga.objects.exists()


def test_the_token_does_not_print_itself(cene: Any, now: Any) -> None:
    issued = issue_card(actor=cene, application_id=_accepted(cene, now), now=now)

    assert str(issued.card_id) in repr(issued)
    assert repr(issued.presentation_token)[2:10] not in repr(issued)


@pytest.mark.rule("K9", "T2.12")
def test_the_payment_store_gets_neither_card_nor_person(cene: Any, now: Any) -> None:
    issued = issue_card(actor=cene, application_id=_accepted(cene, now), now=now)
    card = Card.objects.get(pk=issued.card_id)
    identity, payments = _dump("default"), _dump("payments")
    (account,) = Account.objects.filter(kind="wallet")
    (instrument,) = Instrument.objects.all()

    for ours in (card.pk.hex, card.subject_id.hex, card.application_id.hex, card.holder_id):
        assert ours in identity
        assert ours not in payments
    for theirs in (account.pk.hex, instrument.digest.hex):
        assert theirs in payments
        assert theirs not in identity
    for store in factories.ALL_STORES:
        assert issued.presentation_token.hex() not in _dump(store)


def _dump(store: str) -> str:
    """Return all values of a store, bytes and numbers as hexadecimal or decimal text."""
    connection = connections[store]
    values: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                values.extend(
                    bytes(value).hex()
                    if isinstance(value, bytes | memoryview)
                    else str(value).replace("-", "")
                    for value in row
                )
    return "\n".join(values)


@pytest.mark.rule("T4.1.12b", "T4.3.1a")
def test_a_card_pays_only_after_delivery_and_activation(cene: Any, now: Any, tills: Tills) -> None:
    issued = issue_card(actor=cene, application_id=_accepted(cene, now), now=now)
    token = issued.presentation_token

    assert tills.top_up(token).reason == "card_inactive"
    deliver_card(actor=cene, card_id=issued.card_id, now=now)
    assert tills.top_up(token).reason == "card_inactive"
    activate_card(actor=cene, card_id=issued.card_id, now=now)
    assert tills.top_up(token).approved
    assert tills.pay(token).approved


@pytest.mark.rule("K1", "T4.3.1a")
def test_one_card_identifies_and_pays(make_holder: MakeHolder, tills: Tills, now: Any) -> None:
    holder = make_holder()

    assert card_usable(card_id=holder.card_id, on=now.date())
    assert tills.top_up(holder.token).approved
    assert tills.pay(holder.token).approved


@pytest.mark.rule("T5.1.8", "T5.1.4b")
def test_a_virtual_card_gets_its_number_once_the_terms_are_accepted(cene: Any, now: Any) -> None:
    asked = {
        "form": CardForm.VIRTUAL,
        "delivery_method": "",
        "delivery_point": "",
        "terms_reference": "",
    }
    standing = factories.submit(actor=cene, details=factories.make_application_details(**asked))
    assert standing.missing == ("terms",)
    with pytest.raises(card_errors.ApplicationIncomplete):
        issue_card(actor=cene, application_id=standing.application_id, now=now)
    assert not Account.objects.filter(kind="wallet").exists()

    supplement_application(
        actor=cene,
        application_id=standing.application_id,
        details=factories.make_application_details(**{**asked, "terms_reference": "terms/1"}),
        now=now,
    )
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    issued = issue_card(actor=cene, application_id=standing.application_id, now=now)

    check_holder_id(issued.holder_id)
    assert Card.objects.get().form == CardForm.VIRTUAL
    assert Instrument.objects.get().form == CardForm.VIRTUAL


@pytest.mark.rule("C6", "T4.3.6", "T5.2.5", "PP intro")
def test_nothing_joins_the_two_forms_of_one_person(cene: Any, now: Any) -> None:
    made = []
    for form in CardForm:
        standing = factories.submit(
            actor=cene, details=factories.make_application_details(form=form)
        )
        accept_application(actor=cene, application_id=standing.application_id, now=now)
        issued = issue_card(actor=cene, application_id=standing.application_id, now=now)
        made.append((standing, issued))

    (_, physical), (_, virtual) = made
    assert made[0][0].subject_id != made[1][0].subject_id
    assert physical.holder_id != virtual.holder_id
    wallets = {wallet_pseudonym_for_blocking(issued.card_id) for _, issued in made}
    assert {row.pk for row in Account.objects.filter(kind="wallet")} == wallets
    assert len(wallets) == 2
    shared = _long_values(made[0][0].subject_id) & _long_values(made[1][0].subject_id)
    assert shared == set()


def _long_values(subject_id: UUID) -> set[str]:
    """Return what stands in a person's rows that is long enough to join by: ids, numbers, cells."""
    rows = [
        *DataSubject.objects.filter(pk=subject_id).values(),
        *Application.objects.filter(subject_id=subject_id).values(),
        *Card.objects.filter(subject_id=subject_id).values(),
    ]
    plain = {"home_city_id", "home_city", "chosen_city", "filed_at_city", "receiving_point"}
    plain |= {"delivery_method", "delivery_point", "terms_reference"}
    return {
        repr(getattr(value, "_raw", value))
        for row in rows
        for name, value in row.items()
        if name not in plain and len(str(getattr(value, "_raw", value))) > 11
    }


@pytest.mark.rule("T4.6.1a", "T4.3.4")
def test_a_card_pays_on_its_last_day_and_not_after_it(
    make_holder: MakeHolder, tills: Tills, now: Any
) -> None:
    holder = make_holder()
    assert tills.top_up(holder.token).approved

    last_day = now.replace(year=2031)
    assert tills.pay(holder.token, now=last_day).approved
    assert tills.pay(holder.token, now=last_day + timedelta(days=1)).reason == "card_expired"


@pytest.mark.rule("T4.6.1b")
def test_a_shorter_validity_is_issued_with_its_reason(cene: Any, now: Any) -> None:
    application_id = _accepted(cene, now)
    until = date(2027, 9, 30)
    with pytest.raises(card_errors.ValidityReasonMissing):
        issue_card(actor=cene, application_id=application_id, now=now, until=until)

    issued = issue_card(
        actor=cene,
        application_id=application_id,
        now=now,
        until=until,
        validity_reason="special_status",
    )

    assert issued.valid_until == until
    assert Card.objects.get().validity_reason == "special_status"
    assert Instrument.objects.exclude(state="dead").get().valid_until == date(2027, 10, 1)


def test_only_an_accepted_application_gets_a_card(cene: Any, now: Any) -> None:
    standing = factories.submit(actor=cene)

    with pytest.raises(card_errors.ApplicationStateRefused):
        issue_card(actor=cene, application_id=standing.application_id, now=now)

    assert not Card.objects.exists()
    assert not CardSaga.objects.exists()


@pytest.mark.rule("T4.1.9b")
def test_every_card_has_a_number_of_its_own(make_holder: MakeHolder) -> None:
    ana, bor = make_holder(), make_holder(factories.BOR)

    assert ana.holder_id != bor.holder_id
    assert ana.token != bor.token


@pytest.mark.rule("T4.1.9b")
def test_a_number_that_was_once_given_out_is_never_drawn_again(
    cene: Any, now: Any, make_holder: MakeHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = make_holder().holder_id
    draws = iter([used, used, make_holder_id()])
    monkeypatch.setattr(card_operations, "make_holder_id", lambda: next(draws))

    issued = issue_card(actor=cene, application_id=_accepted(cene, now, factories.BOR), now=now)

    assert issued.holder_id != used
    assert list(draws) == []


def test_the_log_tells_the_intent_and_the_outcome(cene: Any, now: Any) -> None:
    application_id = _accepted(cene, now)
    before = LogEntry.objects.count()

    issue_card(actor=cene, application_id=application_id, now=now)

    intent, outcome = LogEntry.objects.order_by("id")[before:]
    assert outcome.intent == intent.id


# -- Again while the card lies at the desk


def test_a_chip_that_is_written_anew_has_one_living_token(
    cene: Any, now: Any, tills: Tills
) -> None:
    application_id = _accepted(cene, now)
    first = issue_card(actor=cene, application_id=application_id, now=now)
    second = issue_card(actor=cene, application_id=application_id, now=now)
    deliver_card(actor=cene, card_id=second.card_id, now=now)
    activate_card(actor=cene, card_id=second.card_id, now=now)

    assert (first.card_id, first.holder_id) == (second.card_id, second.holder_id)
    assert tills.top_up(second.presentation_token).approved
    assert tills.top_up(first.presentation_token).reason == "card_dead"


def test_no_token_is_made_for_a_card_that_was_handed_over(
    cene: Any, now: Any, make_holder: MakeHolder, tills: Tills
) -> None:
    holder = make_holder()

    with pytest.raises(errors.AlreadyHandedOver):
        issue_card(actor=cene, application_id=holder.application_id, now=now)

    assert tills.top_up(holder.token).approved
