"""A person in each store, the facts of their contracts, and what the sources hand over and
remove.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from records.access.errors import AccessRefused
from records.access.gate import open_gate
from records.access.grants import Grant
from records.access.purposes import Action, ActorRole, CardForm, DataCategory, Purpose
from records.access.registry import SubjectContext
from records.cards.models import Application, Card, CardEvent, CardReport, UsedHolderId
from records.cards.rules import BlockReason, CancelReason, ClaimedStatus, RefusalReason
from records.cards.source import CardsSource
from records.contracts.models import BlockOutbox
from records.contracts.operations import (
    StatusClaim,
    block_card,
    cancel_card,
    refuse_application,
    withdraw_application,
)
from records.contracts.queries import contract_facts, subject_context
from records.contracts.source import ContractsSource
from records.identity.models import DataSubject
from records.identity.source import IdentitySource
from records.keys.links import wallet_pseudonym_for_blocking
from tests import factories
from tests.records.contracts.conftest import MakeHolder, Tills

pytestmark = [
    pytest.mark.django_db(databases=factories.ALL_STORES),
    pytest.mark.usefixtures("world"),
]

SOURCES = (IdentitySource(), CardsSource(), ContractsSource())


def _open(subject: UUID, now: Any, action: Action = Action.CONSULT) -> Grant:
    return open_gate(
        actor=factories.make_actor(ActorRole.SYSTEM, "system:test"),
        purpose=Purpose.RETENTION,
        subjects=[subject],
        categories=list(DataCategory),
        action=action,
        task="test",
        now=now,
    )


def test_a_person_is_known_with_their_wallets(make_holder: MakeHolder, now: Any) -> None:
    holder = make_holder()

    context = subject_context(_open(holder.subject_id, now), holder.subject_id)

    assert context.subject_id == holder.subject_id
    assert context.wallets == (wallet_pseudonym_for_blocking(holder.card_id),)
    assert holder.subject_id.hex not in repr(context).replace("-", "")


def test_a_grant_for_the_neighbour_joins_nothing(make_holder: MakeHolder, now: Any) -> None:
    ana, bor = make_holder(), make_holder(factories.BOR)

    with pytest.raises(AccessRefused):
        subject_context(_open(bor.subject_id, now), ana.subject_id)
    with pytest.raises(AccessRefused):
        contract_facts(_open(bor.subject_id, now), ana.subject_id)


@pytest.mark.rule("T4.1.12a", "T1.1")
def test_a_contract_is_concluded_on_the_day_of_receipt_under_named_terms(
    cene: Any, now: Any
) -> None:
    standing = factories.submit(actor=cene, received_on=date(2026, 11, 18))

    (facts,) = contract_facts(_open(standing.subject_id, now), standing.subject_id)

    assert facts.concluded_on == date(2026, 11, 18)
    assert (facts.terms_reference, facts.city) == ("terms/2021-10-15", factories.HOME_CITY)
    assert (facts.card_id, facts.wallet, facts.items) == (None, None, None)


@pytest.mark.rule("C9")
def test_a_contract_without_a_card_ends_with_its_refusal_or_withdrawal(cene: Any, now: Any) -> None:
    refused = factories.submit(actor=cene)
    withdrawn = factories.submit(actor=cene, person=factories.BOR)
    refuse_application(
        actor=cene,
        application_id=refused.application_id,
        reason=RefusalReason.DUPLICATE,
        now=now,
    )
    withdraw_application(
        actor=cene, application_id=withdrawn.application_id, now=now + timedelta(days=1)
    )

    (first,) = contract_facts(_open(refused.subject_id, now), refused.subject_id)
    (second,) = contract_facts(_open(withdrawn.subject_id, now), withdrawn.subject_id)

    assert (first.refused_on, first.withdrawn_on) == (date(2026, 11, 21), None)
    assert (second.refused_on, second.withdrawn_on) == (None, date(2026, 11, 22))


@pytest.mark.rule("T6.1.6", "T4.1.12c")
def test_money_on_a_cancelled_card_is_an_open_item(
    make_holder: MakeHolder, tills: Tills, cene: Any, now: Any
) -> None:
    holder = make_holder()
    tills.top_up(holder.token, 20_00)
    cancel_card(actor=cene, card_id=holder.card_id, reason=CancelReason.HOLDER_REQUEST, now=now)

    (facts,) = contract_facts(_open(holder.subject_id, now), holder.subject_id)

    assert (facts.form, facts.card_id) == (CardForm.PHYSICAL, holder.card_id)
    assert (facts.valid_until, facts.cancelled_on) == (date(2031, 11, 21), date(2026, 11, 21))
    assert facts.closed_on is None
    assert facts.items is not None
    assert facts.items.balance_minor == 20_00
    assert not facts.items.none_open


@pytest.fixture
def full(make_holder: MakeHolder, cene: Any, now: Any) -> factories.Holder:
    """Ana with something in every table, and a document that was looked at."""
    from records.identity.operations import record_document_check
    from records.identity.rules import DocumentType

    holder = make_holder()
    claim = StatusClaim(status=ClaimedStatus.PENSIONER, evidence="potrdilo")
    factories.submit(
        actor=cene,
        person=None,
        subject_id=holder.subject_id,
        details=factories.make_application_details(status_claim=claim),
    )
    block_card(card_id=holder.card_id, actor=cene, reason=BlockReason.LOSS, now=now)
    grant = open_gate(
        actor=cene,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[holder.subject_id],
        categories=[DataCategory.NAME],
        action=Action.CHANGE,
        task="test",
        now=now,
    )
    record_document_check(
        grant,
        subject_id=holder.subject_id,
        document_type=DocumentType.PASSPORT,
        matched=True,
        now=now,
    )
    return holder


def test_everything_that_is_held_is_handed_over(full: factories.Holder, now: Any) -> None:
    grant = _open(full.subject_id, now)
    context = subject_context(grant, full.subject_id)

    sections = {
        section.table.model: [record.values for record in section.records]
        for source in SOURCES
        for section in source.collect(grant, context, now)
    }

    (person,) = sections["identity.DataSubject"]
    assert (person["given_name"], person["phone"]) == ("Ana", "+38640100201")
    assert sections["identity.DocumentCheck"][0]["document_type"] == "passport"
    assert [row["status_claim"] for row in sections["cards.Application"]].count(None) == 1
    assert {"status": "pensioner", "evidence": "potrdilo"} in [
        row["status_claim"] for row in sections["cards.Application"]
    ]
    assert sections["cards.Card"][0]["holder_id"] == full.holder_id
    assert len(sections["cards.CardEvent"]) == 5
    assert sections["cards.CardReport"][0]["reason"] == "loss"
    assert sections["contracts.BlockOutbox"][0]["blocked_at"] == now
    assert all("by" not in row for row in sections["cards.CardEvent"])


def test_every_personal_column_is_handed_over_or_withheld_with_a_reason(
    full: factories.Holder, now: Any
) -> None:
    grant = _open(full.subject_id, now)
    context = subject_context(grant, full.subject_id)

    for source in SOURCES:
        for section in source.collect(grant, context, now):
            wanted = {column.name for column in section.table.personal() if not column.withheld}
            for record in section.records:
                assert set(record.values) == wanted, section.table.model


def test_an_empty_section_is_still_told(cene: Any, now: Any) -> None:
    standing = factories.submit(actor=cene)
    grant = _open(standing.subject_id, now)
    context = SubjectContext(standing.subject_id)

    told = {
        section.table.model: len(section.records)
        for source in SOURCES
        for section in source.collect(grant, context, now)
    }

    assert told["cards.Card"] == 0
    assert set(told) == {
        table.model for source in SOURCES for table in source.tables if table.personal()
    }


def test_erasure_leaves_nothing_of_the_person_and_all_of_the_neighbour(
    full: factories.Holder, make_holder: MakeHolder, now: Any
) -> None:
    bor = make_holder(factories.BOR)
    grant = _open(full.subject_id, now, Action.ERASE)
    context = subject_context(grant, full.subject_id)
    kept = {
        model: model.objects.count()
        for model in (DataSubject, Application, Card, CardEvent, CardReport, BlockOutbox)
    }
    assert kept[DataSubject] == 2

    receipts = [source.erase(grant, context, now) for source in SOURCES]
    again = [source.erase(grant, context, now) for source in SOURCES]

    assert sum(sum(receipt.deleted.values()) for receipt in receipts) > 10
    assert sum(sum(receipt.deleted.values()) for receipt in again) == 0
    assert [row.pk for row in DataSubject.objects.all()] == [bor.subject_id]
    assert [row.pk for row in Card.objects.all()] == [bor.card_id]
    assert {row.card_id for row in CardEvent.objects.all()} == {bor.card_id}
    assert not CardReport.objects.exists()
    assert not BlockOutbox.objects.exists()


@pytest.mark.rule("T4.1.9b")
def test_after_erasure_the_number_is_used_up_and_nobodys(
    full: factories.Holder, now: Any, keyring: Any
) -> None:
    from records.crypto.pseudonyms import pseudonym

    grant = _open(full.subject_id, now, Action.ERASE)
    context = subject_context(grant, full.subject_id)

    CardsSource().erase(grant, context, now)

    digest = pseudonym(keyring.secret("cards/holder-id"), "holder-id", full.holder_id)
    (used,) = UsedHolderId.objects.all()
    assert used.digest == digest
    assert [field.name for field in UsedHolderId._meta.get_fields()] == ["digest"]


def test_a_grant_for_the_neighbour_erases_nothing(
    full: factories.Holder, make_holder: MakeHolder, now: Any
) -> None:
    bor = make_holder(factories.BOR)
    grant = _open(bor.subject_id, now, Action.ERASE)

    for source in SOURCES:
        with pytest.raises(AccessRefused):
            source.erase(grant, SubjectContext(full.subject_id), now)

    assert DataSubject.objects.filter(pk=full.subject_id).exists()
    assert Card.objects.filter(pk=full.card_id).exists()
