"""What a person says is wrong: at once, after a look, or beside the value (GDPR 16, PP6a)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from dsar.errors import (
    CorrectionUnknown,
    FieldLocked,
    LetterNotDelivered,
    NothingToCorrect,
    StepNotPossible,
    StepNotYours,
)
from dsar.models import (
    Case,
    CaseRestriction,
    ContactNotice,
    CorrectionItem,
    Fulfilment,
    Letter,
    Package,
)
from dsar.operations.corrections import add_correction, propose_corrections
from dsar.operations.letters import record_handed_over
from dsar.operations.restrictions import announce_lifting, lift
from dsar.operations.reviewing import add_statement, apply_correction, reject_correction
from dsar.ports import Notice
from dsar.rules import Right, State
from dsar.rules.corrections import LiftingReason, RejectionGround, why_locked
from dsar.tasks import settle_restrictions
from records.access.errors import SubjectRestricted
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.inventory import Rectification
from records.access.purposes import PURPOSES, Action, ActorRole, DataCategory, Purpose
from records.access.registry import sources
from records.access.restriction import find_restrictions, is_exempt
from records.identity.errors import BirthDateInvalid, PhoneTaken
from records.identity.models import DataSubject
from records.identity.queries import (
    contact_changed_on,
    find_subjects_by_email,
    find_subjects_by_facts,
    reveal_person,
)
from records.identity.rules import DocumentType
from records.legal_days import legal_day
from tests.factories import ALL_STORES, ANA, BOR, Holder, make_actor

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Propose = Callable[..., Case]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, Notice]]:
    """What recipients would be told."""
    import dsar.ports

    heard: list[tuple[UUID, Notice]] = []
    teller = lambda case, kind: heard.append((case.pk, kind))  # noqa: E731
    monkeypatch.setattr(dsar.ports, "_tellers", [teller])
    return heard


@pytest.fixture
def propose(holder: Holder, herself: Actor, now: datetime) -> Propose:
    """Ana, signed in, says what is wrong."""

    def make(changes: Any = (), statements: Any = (), **others: Any) -> Case:
        given: dict[str, Any] = {
            "actor": herself,
            "subject_id": holder.subject_id,
            "changes": dict(changes),
            "statements": dict(statements),
            "language": "sl",
            "case_id": uuid4(),
            "now": now,
        }
        return propose_corrections(**{**given, **others})

    return make


def read(subject_id: UUID, now: datetime) -> Any:
    """Return the person as a rights case reads them."""
    return reveal_person(grant_for(subject_id, now), subject_id)


def grant_for(subject_id: UUID, now: datetime) -> Any:
    return open_gate(
        actor=make_actor(ActorRole.CLERK, "test"),
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=PURPOSES[Purpose.RIGHTS_REQUEST].categories,
        task="test",
        now=now,
    )


def search_grant(now: datetime) -> Any:
    return open_gate(
        actor=make_actor(ActorRole.CLERK, "test"),
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[],
        categories=PURPOSES[Purpose.CARD_ADMINISTRATION].categories,
        action=Action.SEARCH,
        task="test",
        now=now,
    )


def items_of(case: Case) -> dict[str, CorrectionItem]:
    found = CorrectionItem.objects.filter(case=case)
    return {item.column.rpartition(".")[2]: item for item in found}


@pytest.mark.rule("PP6a")
@pytest.mark.rule("T6.1.5b")
def test_a_free_field_changes_at_once_and_the_old_contact_is_told(
    propose: Propose, holder: Holder, neighbour: Holder, now: datetime, told: Any
) -> None:
    before = DataSubject.objects.filter(pk=neighbour.subject_id).values().get()
    assert contact_changed_on(holder.subject_id) is None

    case = propose({"email": "ana.nova@Example.ORG", "phone": "040 100 299"})

    person = read(holder.subject_id, now)
    assert (person.email, person.phone) == ("ana.nova@example.org", "+38640100299")
    assert person.residence == ANA.residence
    assert (case.state, case.outcome) == (State.DELIVERED, "granted")
    assert {item.state for item in items_of(case).values()} == {"applied"}
    assert {item.value for item in items_of(case).values()} == {None}
    assert ContactNotice.objects.filter(case=case, contact__isnull=False).count() == 2
    assert contact_changed_on(holder.subject_id) == legal_day(now)
    assert told == [(case.pk, Notice.RECTIFICATION)]
    assert DataSubject.objects.filter(pk=neighbour.subject_id).values().get() == before
    assert not find_restrictions(subjects=[holder.subject_id])


def test_the_blind_index_follows_a_new_address(
    propose: Propose, holder: Holder, now: datetime
) -> None:
    grant = search_grant(now)
    assert find_subjects_by_email(grant, ANA.email) == [holder.subject_id]

    propose({"email": "ana.nova@example.org"})

    assert find_subjects_by_email(grant, ANA.email) == []
    assert find_subjects_by_email(grant, "ana.nova@example.org") == [holder.subject_id]


def test_the_old_contact_gets_its_message_and_is_forgotten(
    propose: Propose, holder: Holder, now: datetime
) -> None:
    from dsar.operations.notices import tell_old_contacts

    propose({"email": "ana.nova@example.org"})
    sent: list[tuple[str, str, str]] = []

    def hand_over(contact: str, subject: str, text: str) -> None:
        sent.append((contact, subject, text))

    assert tell_old_contacts(choose=lambda found: found[0], send=hand_over, now=now) == 1
    assert tell_old_contacts(choose=lambda found: found[0], send=hand_over, now=now) == 0

    ((contact, _, text),) = sent
    assert contact == ANA.email
    assert "ana.nova" not in text
    assert ContactNotice.objects.get().contact is None


def test_a_message_that_never_leaves_is_tried_again_and_then_forgotten(
    propose: Propose, now: datetime
) -> None:
    from dsar.operations.messages import MOST_ATTEMPTS
    from dsar.operations.notices import tell_old_contacts
    from records.errors import Refusal

    propose({"email": "ana.nova@example.org"})

    def fail(contact: str, subject: str, text: str) -> None:
        raise Refusal

    for attempt in range(MOST_ATTEMPTS):
        assert ContactNotice.objects.get().contact is not None
        later = now + timedelta(days=attempt)
        assert tell_old_contacts(choose=lambda found: found[0], send=fail, now=later) == 0

    notice = ContactNotice.objects.get()
    assert notice.given_up_at is not None
    assert notice.contact is None


def test_who_comes_with_a_new_contact_changes_nothing_until_a_person_has_looked(
    propose: Propose, holder: Holder, cene: Actor, now: datetime
) -> None:
    propose({"email": "ana.nova@example.org"})

    again = propose({"phone": "040 100 299", "family_name": "Novak"})

    assert again.state == State.IDENTITY_PENDING
    assert read(holder.subject_id, now).phone == ANA.phone_e164
    assert {item.state for item in items_of(again).values()} == {"proposed"}
    assert not find_restrictions(subjects=[holder.subject_id])
    with pytest.raises(StepNotPossible):
        apply_correction(
            actor=cene,
            item_id=items_of(again)["phone"].pk,
            evidence=None,
            evidence_on=None,
            now=now,
        )


@pytest.mark.parametrize(
    ("column", "value", "category"),
    [
        ("given_name", "Anja", DataCategory.NAME),
        ("family_name", "Žužek", DataCategory.NAME),
        ("residence", "Nova ulica 1, 8000 Novo mesto", DataCategory.RESIDENCE),
        ("birth_date", date(1984, 3, 1), DataCategory.BIRTH_DATE),
        ("home_city", "nova-gorica", DataCategory.APPLICATION),
    ],
)
def test_a_reviewed_field_waits_for_a_look_and_its_category_is_restricted_at_once(
    propose: Propose,
    holder: Holder,
    cene: Actor,
    now: datetime,
    told: Any,
    column: str,
    value: Any,
    category: DataCategory,
) -> None:
    old = getattr(read(holder.subject_id, now), column)
    case = propose({column: value})
    item = items_of(case)[column]

    assert getattr(read(holder.subject_id, now), column) == old != value
    assert case.state == State.VERIFIED
    assert item.value is not None
    (standing,) = find_restrictions(subjects=[holder.subject_id])[holder.subject_id]
    assert (standing.ground, standing.categories) == ("accuracy", {category})

    apply_correction(
        actor=cene,
        item_id=item.pk,
        evidence=DocumentType.IDENTITY_CARD,
        evidence_on=None,
        now=now,
    )

    assert getattr(read(holder.subject_id, now), column) == value
    item.refresh_from_db()
    assert (item.state, item.value, item.evidence) == ("applied", None, "identity_card")
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.DECIDED, "granted")
    assert told[-1] == (case.pk, Notice.RECTIFICATION)
    assert find_restrictions(subjects=[holder.subject_id])

    # The notice goes out, and only when it has arrived the category opens again.
    settle_restrictions(now)
    assert find_restrictions(subjects=[holder.subject_id])
    for letter in Letter.objects.filter(case=case, delivered_at=None):
        record_handed_over(actor=cene, letter_id=letter.pk, now=now)
    settle_restrictions(now)
    assert not find_restrictions(subjects=[holder.subject_id])
    case.refresh_from_db()
    assert case.state == State.DELIVERED


def test_name_and_birth_date_reach_the_search_by_facts(
    propose: Propose, holder: Holder, cene: Actor, now: datetime
) -> None:
    case = propose({"family_name": "Novak", "birth_date": date(1990, 1, 2)})
    for item in items_of(case).values():
        apply_correction(actor=cene, item_id=item.pk, evidence=None, evidence_on=None, now=now)
    grant = search_grant(now)

    found = find_subjects_by_facts(grant, family_name="novak", birth_date=date(1990, 1, 2))

    assert found == [holder.subject_id]
    old = find_subjects_by_facts(grant, family_name=ANA.family_name, birth_date=ANA.birth_date)
    assert holder.subject_id not in old


def pursue(purpose: Purpose, subject_id: UUID, categories: Any, action: Action, now: Any) -> None:
    role = min(PURPOSES[purpose].roles)
    open_gate(
        actor=make_actor(role, "x"),
        purpose=purpose,
        subjects=[subject_id],
        categories=categories,
        action=action,
        task="t",
        now=now,
    )


@pytest.mark.parametrize("purpose", list(Purpose))
def test_contested_accuracy_closes_the_category_for_every_purpose(
    propose: Propose, holder: Holder, neighbour: Holder, now: datetime, purpose: Purpose
) -> None:
    spec = PURPOSES[purpose]
    propose({"family_name": "Novak"})
    if DataCategory.NAME not in spec.categories or purpose is Purpose.NEWS:
        return
    for action in sorted(spec.actions - {Action.ERASE}):
        if is_exempt(purpose, action):
            pursue(purpose, holder.subject_id, [DataCategory.NAME], action, now)
        else:
            with pytest.raises(SubjectRestricted):
                pursue(purpose, holder.subject_id, [DataCategory.NAME], action, now)
        pursue(purpose, neighbour.subject_id, [DataCategory.NAME], action, now)
        others = spec.categories - {DataCategory.NAME}
        if others:
            pursue(purpose, holder.subject_id, others, action, now)


@pytest.mark.rule("C14")
def test_a_change_told_on_day_20_is_accepted(
    propose: Propose, holder: Holder, now: datetime
) -> None:
    later = now + timedelta(days=20)

    propose({"phone": "040 100 299"}, now=later)

    assert read(holder.subject_id, later).phone == "+38640100299"


@pytest.mark.rule("T6.1.5b")
def test_the_fields_own_rules_are_asked_before_anything_is_filed(
    propose: Propose, holder: Holder, now: datetime
) -> None:
    with pytest.raises(BirthDateInvalid):
        propose({"birth_date": date(2050, 1, 1)})
    with pytest.raises(NothingToCorrect):
        propose({"phone": ANA.phone, "residence": f"  {ANA.residence} "})
    with pytest.raises(FieldLocked):
        propose({"assurance": 3})
    with pytest.raises(FieldLocked):
        propose({}, {"identity.DocumentCheck.checked_by": "x"})

    assert not Case.objects.exists()
    assert not CorrectionItem.objects.exists()


def test_a_number_of_another_is_refused_and_nothing_is_left(
    register_virtual: Any, now: datetime
) -> None:
    first, second = register_virtual(ANA), register_virtual(BOR)

    with pytest.raises(PhoneTaken):
        propose_corrections(
            actor=make_actor(ActorRole.HOLDER, uuid4()),
            subject_id=first,
            changes={"phone": BOR.phone},
            statements={},
            language="sl",
            case_id=uuid4(),
            now=now,
        )

    assert not Case.objects.exists()
    assert not ContactNotice.objects.exists()
    assert read(first, now).phone == ANA.phone_e164
    assert read(second, now).phone == BOR.phone_e164


@pytest.fixture
def register_virtual(holder: Holder, cene: Actor, now: datetime) -> Callable[..., UUID]:
    """A maker of holders of a virtual card."""
    from records.access.purposes import CardForm
    from records.identity.operations import register_data_subject
    from tests.factories import make_details

    def make(person: Any) -> UUID:
        subject_id = uuid4()
        grant = open_gate(
            actor=cene,
            purpose=Purpose.CARD_APPLICATION,
            subjects=[subject_id],
            categories=PURPOSES[Purpose.CARD_APPLICATION].categories,
            action=Action.COLLECT,
            task="t",
            now=now,
        )
        register_data_subject(
            grant,
            subject_id=subject_id,
            details=make_details(person),
            home_city=person.home_city,
            form=CardForm.VIRTUAL,
            now=now,
        )
        return subject_id

    return make


@pytest.mark.rule("C1")
def test_only_a_controller_rejects_and_a_statement_is_handed_over_instead(
    propose: Propose, holder: Holder, herself: Actor, cene: Actor, cera: Actor, now: datetime
) -> None:
    case = propose({"family_name": "Novak"})
    item = items_of(case)["family_name"]
    ground = RejectionGround.NO_EVIDENCE

    with pytest.raises(StepNotYours):
        reject_correction(actor=cene, item_id=item.pk, ground=ground, now=now)
    reject_correction(actor=cera, item_id=item.pk, ground=ground, now=now)
    item.refresh_from_db()
    assert (item.state, item.ground, item.value) == ("rejected", "no_evidence", None)
    with pytest.raises(CorrectionUnknown):
        apply_correction(actor=cene, item_id=item.pk, evidence=None, evidence_on=None, now=now)
    with pytest.raises(CorrectionUnknown):
        add_statement(actor=herself, subject_id=uuid4(), item_id=item.pk, text="x", now=now)
    add_statement(
        actor=herself,
        subject_id=holder.subject_id,
        item_id=item.pk,
        text="Tako se pišem od poroke.",
        now=now,
    )

    from dsar.source import DsarSource
    from records.contracts.queries import subject_context

    grant = grant_for(holder.subject_id, now)
    context = subject_context(grant, holder.subject_id)
    sections = DsarSource().collect(grant, context, now)
    (handed,) = [s for s in sections if s.table.model == "dsar.CorrectionItem"]
    assert handed.records[0].values["statement"] == "Tako se pišem od poroke."
    assert read(holder.subject_id, now).family_name == ANA.family_name
    # A rejected correction does not end the restriction by itself, and the case still waits.
    settle_restrictions(now)
    assert find_restrictions(subjects=[holder.subject_id])
    case.refresh_from_db()
    assert case.state == State.IN_WORK


def test_a_locked_value_gets_a_statement_and_stands_still_meanwhile(
    propose: Propose, holder: Holder, cene: Actor, now: datetime
) -> None:
    code = "identity.DataSubject.registered_on"
    case = propose({}, {code: "Vlogo sem oddala en dan prej."})
    item = items_of(case)["registered_on"]
    (standing,) = find_restrictions(subjects=[holder.subject_id])[holder.subject_id]
    assert standing.categories == {DataCategory.APPLICATION}

    apply_correction(actor=cene, item_id=item.pk, evidence=None, evidence_on=None, now=now)

    item.refresh_from_db()
    assert (item.state, item.statement is None) == ("stated", False)
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.DECIDED, "granted")


def test_every_locked_column_has_a_reason_and_no_other_has() -> None:
    for source in sources():
        for table in source.tables:
            for column in table.personal():
                locked = column.rectification is Rectification.LOCKED
                assert (why_locked(column) is not None) is locked, column.name


def test_a_package_made_before_the_correction_ends_and_one_being_made_begins_anew(
    propose: Propose, file_request: Any, holder: Holder, now: datetime
) -> None:
    from dsar.operations import fulfil

    first = file_request()
    fulfil(fulfilment_id=Fulfilment.objects.get(case=first).pk, now=now)
    second = file_request()
    job = Fulfilment.claim(pk=Fulfilment.objects.get(case=second).pk, now=now, done_at=None)
    assert job is not None
    assert Package.objects.get(case=first).ended_at is None

    propose({"email": "ana.nova@example.org"})

    package = Package.objects.get(case=first)
    assert (package.ended_at, package.content_key) == (now, None)
    assert Fulfilment.objects.get(pk=job.pk).lease_token != job.lease_token


def test_lifting_before_the_notice_has_arrived_is_refused(
    propose: Propose, holder: Holder, cene: Actor, cera: Actor, now: datetime
) -> None:
    case = propose({"family_name": "Novak"})
    row = CaseRestriction.objects.get(case=case)
    reason = LiftingReason.SETTLED

    with pytest.raises(LetterNotDelivered):
        lift(actor=cera, restriction_id=row.pk, now=now)
    with pytest.raises(StepNotYours):
        announce_lifting(actor=cene, restriction_id=row.pk, reason=reason, now=now)
    letter = announce_lifting(actor=cera, restriction_id=row.pk, reason=reason, now=now)
    with pytest.raises(LetterNotDelivered):
        lift(actor=cera, restriction_id=row.pk, now=now)
    record_handed_over(actor=cene, letter_id=letter.pk, now=now)
    with pytest.raises(StepNotYours):
        lift(actor=cene, restriction_id=row.pk, now=now)
    assert find_restrictions(subjects=[holder.subject_id])

    lift(actor=cera, restriction_id=row.pk, now=now)

    assert not find_restrictions(subjects=[holder.subject_id])


def test_paper_restricts_nobody_until_its_sender_is_known(
    holder: Holder, cene: Actor, now: datetime
) -> None:
    from dsar.operations import file_request, verify_identity
    from dsar.rules import Channel
    from records.identity.rules import Proof

    case = file_request(
        actor=cene,
        subject_id=holder.subject_id,
        right=Right.RECTIFICATION,
        channel=Channel.LETTER,
        now=now,
    )
    changes = {"family_name": "Novak", "phone": "040 100 299"}
    with pytest.raises(StepNotPossible):
        add_correction(actor=cene, case_id=case.pk, changes=changes, now=now)
    assert not find_restrictions(subjects=[holder.subject_id])

    verify_identity(actor=cene, case_id=case.pk, shown=[Proof.CARD_PRESENTED], now=now)
    items = add_correction(actor=cene, case_id=case.pk, changes=changes, now=now)

    # Nobody has signed in: even a free field is looked at.
    assert {item.state for item in items} == {"proposed"}
    (standing,) = find_restrictions(subjects=[holder.subject_id])[holder.subject_id]
    assert standing.categories == {DataCategory.NAME, DataCategory.CONTACT}


def test_a_killed_worker_leaves_a_restriction_that_the_sweep_places(
    propose: Propose, holder: Holder, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsar.operations import corrections

    def die(**_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(corrections, "place_due", die)
    with pytest.raises(RuntimeError):
        propose({"family_name": "Novak"})
    assert CaseRestriction.objects.get().placed_at is None

    settle_restrictions(now)
    settle_restrictions(now)

    assert CaseRestriction.objects.get().placed_at == now
    assert len(find_restrictions(subjects=[holder.subject_id])[holder.subject_id]) == 1
