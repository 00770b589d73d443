"""Restriction on its four grounds; objection, at once or suspended and weighed (GDPR 18, 21)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from consent.errors import ConsentMissing
from consent.operations import give_consent
from consent.operations.notices import load_texts
from consent.queries import consent_stands, get_notice_on
from consent.rules import Channel as ConsentChannel
from consent.rules import NoticeKind
from dsar.errors import ObjectionNotOpen, ObjectionStands, StepNotYours
from dsar.models import Case, CaseRestriction, Objection
from dsar.operations import file_request, verify_identity
from dsar.operations.letters import record_handed_over
from dsar.operations.objections import (
    object_to,
    record_objection,
    take_back_objection,
    weigh_objection,
)
from dsar.operations.restrictions import announce_lifting, ask_restriction, lift
from dsar.rules import Channel, Right, State
from dsar.rules.corrections import (
    LiftingReason,
    ObjectionWay,
    RestrictionGround,
    objection_way,
    other_rights,
)
from dsar.tasks import settle_restrictions
from records.access.errors import SubjectRestricted
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import PURPOSES, Action, ActorRole, DataCategory, LegalBasis, Purpose
from records.access.restriction import find_restricted, find_restrictions
from records.identity.rules import Proof
from records.keys.links import presentation_digest
from records.legal_days import legal_day
from records.wallet.models import Terminal
from records.wallet.operations import authorise_payment, register_terminal, top_up
from tests.factories import ALL_STORES, Holder, make_actor

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


@pytest.fixture
def ask(holder: Holder, herself: Actor, now: datetime) -> Callable[..., Case]:
    """Ana asks for a restriction."""

    def make(ground: RestrictionGround, *categories: DataCategory) -> Case:
        return ask_restriction(
            actor=herself,
            subject_id=holder.subject_id,
            ground=ground,
            categories=categories,
            why="Ker se o tem prepiramo.",
            language="sl",
            case_id=uuid4(),
            now=now,
        )

    return make


@pytest.fixture
def protest(holder: Holder, herself: Actor, now: datetime) -> Callable[..., Case]:
    """Ana objects."""

    def make(*purposes: Purpose, **others: Any) -> Case:
        given: dict[str, Any] = {
            "actor": herself,
            "subject_id": holder.subject_id,
            "purposes": frozenset(purposes),
            "why": "",
            "language": "sl",
            "case_id": uuid4(),
            "now": now,
        }
        return object_to(**{**given, **others})

    return make


@pytest.fixture
def consents(keyring: Any, db: None, now: datetime) -> Callable[..., None]:
    """Give consent for news."""

    def give(holder: Holder, at: datetime = now) -> None:
        load_texts()
        give_consent(
            actor=make_actor(ActorRole.HOLDER, uuid4()),
            subject_id=holder.subject_id,
            purpose=Purpose.NEWS,
            notice=get_notice_on(kind=NoticeKind.NEWS, language="sl", day=legal_day(at)),
            screen="test",
            channel=ConsentChannel.PORTAL,
            now=at,
        )

    return give


def open_as(role: ActorRole, purpose: Purpose, holder: Holder, now: Any, *kinds: Any) -> Any:
    return open_gate(
        actor=make_actor(role, "x"),
        purpose=purpose,
        subjects=[holder.subject_id],
        categories=kinds or PURPOSES[purpose].categories,
        action=Action.CONSULT,
        task="t",
        now=now,
    )


def send_news(holder: Holder, now: datetime) -> Any:
    """What a newsletter asks at the moment of sending."""
    return open_as(ActorRole.SYSTEM, Purpose.NEWS, holder, now)


@pytest.mark.rule("PP6a")
@pytest.mark.rule("C26")
@pytest.mark.parametrize("ground", list(RestrictionGround))
def test_each_ground_restricts_at_once_and_the_case_is_answered(
    ask: Any, holder: Holder, neighbour: Holder, now: datetime, ground: RestrictionGround
) -> None:
    open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, holder, now)

    case = ask(ground)

    assert (case.state, case.outcome) == (State.DELIVERED, "granted")
    with pytest.raises(SubjectRestricted):
        open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, holder, now)
    open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, neighbour, now)
    open_as(ActorRole.HOLDER, Purpose.OWN_DATA, holder, now)


def test_only_the_chosen_kinds_stand_still_and_each_case_stands_on_its_own(
    ask: Any, holder: Holder, cera: Actor, cene: Actor, now: datetime
) -> None:
    ask(RestrictionGround.CLAIMS, DataCategory.CONTACT)
    second = ask(RestrictionGround.UNLAWFUL, DataCategory.CONTACT, DataCategory.NAME)
    row = CaseRestriction.objects.get(case=second)
    letter = announce_lifting(
        actor=cera, restriction_id=row.pk, reason=LiftingReason.LAWFUL, now=now
    )
    record_handed_over(actor=cene, letter_id=letter.pk, now=now)

    lift(actor=cera, restriction_id=row.pk, now=now)

    purpose = Purpose.CARD_ADMINISTRATION
    open_as(ActorRole.CLERK, purpose, holder, now, DataCategory.NAME)
    with pytest.raises(SubjectRestricted):
        open_as(ActorRole.CLERK, purpose, holder, now, DataCategory.CONTACT)


def test_payments_go_on_while_everything_is_restricted(
    ask: Any, holder: Holder, now: datetime
) -> None:
    ask(RestrictionGround.CLAIMS)
    assert find_restricted(subjects=[holder.subject_id]) == {holder.subject_id}

    made = register_terminal(organisation="knjiznica", name="till", can_topup=True, can_sell=True)
    common: dict[str, Any] = {
        "terminal": Terminal.objects.get(pk=made.id),
        "presentation": presentation_digest(holder.token),
        "currency": "EUR",
    }

    loaded = top_up(amount_minor=3000, idempotency_key="k-1", now=now, **common)
    paid = authorise_payment(amount_minor=420, idempotency_key="k-2", now=now, **common)

    assert (loaded.approved, paid.approved) == (True, True)


@pytest.mark.rule("C26")
def test_an_objection_to_news_stops_everything_at_once_and_for_good(
    protest: Any, consents: Any, holder: Holder, neighbour: Holder, now: datetime
) -> None:
    consents(holder)
    consents(neighbour)
    send_news(holder, now)

    case = protest(Purpose.NEWS)

    assert (case.state, case.outcome) == (State.DELIVERED, "granted")
    assert not consent_stands(subject_id=holder.subject_id, purpose=Purpose.NEWS, at=now)
    # What was queued before asks the gate when it is its turn.
    with pytest.raises((ObjectionStands, ConsentMissing)):
        send_news(holder, now)
    send_news(neighbour, now)
    # A later consent does not count while the objection stands.
    later = now + timedelta(days=1)
    consents(holder, later)
    assert consent_stands(subject_id=holder.subject_id, purpose=Purpose.NEWS, at=later)
    with pytest.raises(ObjectionStands):
        send_news(holder, later)


def test_only_the_person_takes_the_objection_back(
    protest: Any, consents: Any, holder: Holder, herself: Actor, cera: Actor, now: datetime
) -> None:
    protest(Purpose.NEWS)
    asked: dict[str, Any] = {"purpose": Purpose.NEWS, "now": now}
    with pytest.raises(StepNotYours):
        take_back_objection(actor=cera, subject_id=holder.subject_id, **asked)
    with pytest.raises(ObjectionNotOpen):
        take_back_objection(actor=herself, subject_id=uuid4(), **asked)

    take_back_objection(actor=herself, subject_id=holder.subject_id, **asked)
    consents(holder)

    send_news(holder, now)


def test_a_killed_worker_leaves_an_objection_that_the_sweep_heeds(
    protest: Any, consents: Any, holder: Holder, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsar.operations import objections

    consents(holder)
    with monkeypatch.context() as patched:

        def die(**_: object) -> int:
            raise RuntimeError

        patched.setattr(objections, "heed_due", die)
        with pytest.raises(RuntimeError):
            protest(Purpose.NEWS)
    # The gate refuses already: the objection was committed with the case.
    with pytest.raises(ObjectionStands):
        send_news(holder, now)

    settle_restrictions(now)
    settle_restrictions(now)

    assert not consent_stands(subject_id=holder.subject_id, purpose=Purpose.NEWS, at=now)
    assert Case.objects.get().state == State.DELIVERED


def test_a_second_objection_is_answered_as_well_and_one_stands(
    protest: Any, holder: Holder, now: datetime
) -> None:
    protest(Purpose.NEWS)

    again = protest(Purpose.NEWS)

    assert again.state == State.DELIVERED
    assert Objection.objects.filter(ended_at=None).count() == 1


@pytest.fixture
def legitimate(monkeypatch: pytest.MonkeyPatch) -> Purpose:
    """A purpose that rests on a legitimate interest; the demo's list has none."""
    purpose = Purpose.SERVICE_MESSAGE
    spec = replace(PURPOSES[purpose], basis=LegalBasis.LEGITIMATE_INTEREST)
    monkeypatch.setitem(PURPOSES, purpose, spec)
    return purpose


def test_what_can_be_objected_to_follows_from_the_legal_basis(legitimate: Purpose) -> None:
    assert objection_way(Purpose.NEWS) is ObjectionWay.AT_ONCE
    assert objection_way(legitimate) is ObjectionWay.BALANCED
    assert objection_way(Purpose.CARD_ADMINISTRATION) is ObjectionWay.NOT_GIVEN
    assert Right.ERASURE in other_rights(Purpose.CARD_ADMINISTRATION)
    assert Right.ERASURE not in other_rights(Purpose.RETENTION)


@pytest.mark.parametrize("upheld", [True, False])
def test_other_processing_is_suspended_first_and_weighed_by_a_person(
    protest: Any,
    holder: Holder,
    cene: Actor,
    cera: Actor,
    legitimate: Purpose,
    now: datetime,
    upheld: bool,
) -> None:
    open_as(ActorRole.CLERK, legitimate, holder, now)
    case = protest(legitimate, why="Zaradi mojega položaja.")
    row = Objection.objects.get(case=case)
    assert case.state == State.IN_WORK
    (standing,) = find_restrictions(subjects=[holder.subject_id])[holder.subject_id]
    assert standing.ground == "objection"
    with pytest.raises((SubjectRestricted, ObjectionStands)):
        open_as(ActorRole.CLERK, legitimate, holder, now)

    with pytest.raises(StepNotYours):
        weigh_objection(actor=cene, objection_id=row.pk, upheld=upheld, now=now)
    weigh_objection(actor=cera, objection_id=row.pk, upheld=upheld, now=now)
    assert find_restrictions(subjects=[holder.subject_id])
    restriction = CaseRestriction.objects.get(case=case)
    if upheld:
        settle_restrictions(now)
        restriction.refresh_from_db()
    else:
        announce_lifting(
            actor=cera, restriction_id=restriction.pk, reason=LiftingReason.OVERRULED, now=now
        )
        restriction.refresh_from_db()
    record_handed_over(actor=cene, letter_id=restriction.lifting_letter_id, now=now)
    if upheld:
        settle_restrictions(now)
    else:
        lift(actor=cera, restriction_id=restriction.pk, now=now)

    assert not find_restrictions(subjects=[holder.subject_id])
    if upheld:
        with pytest.raises(ObjectionStands):
            open_as(ActorRole.CLERK, legitimate, holder, now)
    else:
        open_as(ActorRole.CLERK, legitimate, holder, now)
    case.refresh_from_db()
    assert case.state == State.IN_WORK


def test_an_objection_to_the_contract_restricts_nothing_and_is_answered_by_a_person(
    protest: Any, consents: Any, holder: Holder, now: datetime
) -> None:
    consents(holder)

    case = protest(Purpose.NEWS, Purpose.CARD_ADMINISTRATION)

    assert case.state == State.IN_WORK
    assert not find_restrictions(subjects=[holder.subject_id])
    with pytest.raises((ObjectionStands, ConsentMissing)):
        send_news(holder, now)
    open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, holder, now)


@pytest.mark.parametrize("right", [Right.RESTRICTION, Right.OBJECTION])
def test_paper_counts_from_the_moment_its_sender_is_known(
    holder: Holder, cene: Actor, consents: Any, now: datetime, right: Right
) -> None:
    consents(holder)
    case = file_request(
        actor=cene,
        subject_id=holder.subject_id,
        right=right,
        scope=[DataCategory.NAME] if right is Right.RESTRICTION else (),
        channel=Channel.LETTER,
        now=now,
    )
    settle_restrictions(now)
    open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, holder, now)
    send_news(holder, now)

    verify_identity(
        actor=cene, case_id=case.pk, shown=[Proof.CARD_PRESENTED, Proof.KNOWN_FACT], now=now
    )
    settle_restrictions(now)

    if right is Right.RESTRICTION:
        with pytest.raises(SubjectRestricted):
            open_as(ActorRole.CLERK, Purpose.CARD_ADMINISTRATION, holder, now)
    else:
        record_objection(actor=cene, case_id=case.pk, purposes=frozenset({Purpose.NEWS}), now=now)
        with pytest.raises((ObjectionStands, ConsentMissing)):
            send_news(holder, now)
    case.refresh_from_db()
    assert case.state == State.DELIVERED
