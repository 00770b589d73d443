"""Requests filed for somebody else: authority with scope and time at every step (threats 5, 26)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dsar.errors import AuthorityMissing, IdentityNotProven
from dsar.letters.kinds import LetterKind
from dsar.models import Case, CaseAuthority, Fulfilment, Package
from dsar.operations import end_authorities, make_letter, print_letter, show_authority
from dsar.operations import verify_identity as verify_holder
from dsar.operations.corrections import add_correction
from dsar.operations.intake import print_package
from dsar.operations.reviewing import apply_correction
from dsar.queries import list_events
from dsar.rules import AnswerWay, Channel, Event, FiledBy, Right
from dsar.tasks import fulfil_cases
from records.access.gate import open_gate
from records.access.grants import Actor, Grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.identity.errors import NoAuthority, RepresentationUnknown
from records.identity.operations import (
    confirm_representation,
    record_representation,
    revoke_representation,
)
from records.identity.rules import Basis, Evidence, Proof, Scope
from records.legal_days import legal_day
from tests.factories import (
    ALL_STORES,
    ANA,
    ERIK,
    Holder,
    make_actor,
    make_details,
    make_holder,
    make_person,
)
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]
SECOND = make_actor(ActorRole.CONTROLLER, "second")


def gate(subject_id: Any, actor: Actor, now: Any) -> Grant:
    return open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[subject_id],
        categories=[
            DataCategory.NAME,
            DataCategory.RESIDENCE,
            DataCategory.CONTACT,
            DataCategory.BIRTH_DATE,
            DataCategory.CARD,
        ],
        action=Action.CHANGE,
        task="test",
        now=now,
    )


def represent(subject_id: Any, actor: Actor, now: Any, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "representative": make_details(ERIK),
        "basis": Basis.AUTHORISATION,
        "scopes": [Scope.RIGHTS],
        "evidence": Evidence.WRITTEN_AUTHORISATION,
        "evidence_number": "",
        "valid_from": legal_day(now),
        "valid_until": None,
    }
    row = record_representation(
        gate(subject_id, actor, now), subject_id=subject_id, now=now, **{**given, **changes}
    )
    confirm_representation(gate(subject_id, SECOND, now), representation_id=row.pk, now=now)
    return row


@pytest.fixture
def filed(file_request: FileRequest, cene: Actor) -> Case:
    """Erik asks for Ana's data by letter."""
    return file_request(
        actor=cene,
        channel=Channel.LETTER,
        filed_by=FiledBy.REPRESENTATIVE,
        answer_way=AnswerWay.POST,
    )


def show(case: Case, row: Any, actor: Actor, now: Any, *shown: Proof) -> Case:
    return show_authority(
        actor=actor,
        case_id=case.pk,
        representation_id=row.pk,
        shown=shown or (Proof.DOCUMENT_MATCHES,),
        now=now,
    )


@pytest.mark.rule("T4.2.2")
def test_with_authority_shown_the_answer_goes_to_the_representative(
    filed: Case, holder: Holder, cene: Actor, now: Any
) -> None:
    show(filed, represent(holder.subject_id, cene, now), cene, now)

    assert fulfil_cases(now) == 1
    letter = make_letter(case=filed, kind=LetterKind.GRANTED, actor=cene, now=now)
    text = text_of(print_letter(actor=cene, letter_id=letter.pk, now=now).data)

    assert ERIK.family_name in text
    assert ERIK.residence.split(",")[0] in text
    assert ANA.residence.split(",")[0] not in text
    assert Event.AUTHORITY_SHOWN in [event.event for event in list_events(filed.pk)]


def test_without_authority_nothing_is_made_whatever_the_holder_could_show(
    filed: Case, cene: Actor, now: Any
) -> None:
    shown = [Proof.CARD_PRESENTED, Proof.KNOWN_FACT, Proof.CONTACT_CODE]

    with pytest.raises(AuthorityMissing):
        verify_holder(actor=cene, case_id=filed.pk, shown=shown, now=now)
    Fulfilment.objects.create(case=filed, requested_at=now, next_attempt_at=now)

    assert fulfil_cases(now) == 0
    assert not Package.objects.exists()


def test_who_the_representative_is_must_be_shown(
    filed: Case, holder: Holder, cene: Actor, now: Any
) -> None:
    row = represent(holder.subject_id, cene, now)

    with pytest.raises(IdentityNotProven):
        show(filed, row, cene, now, Proof.CARD_PRESENTED)

    assert not CaseAuthority.objects.exists()


def test_the_authority_of_another_holder_or_another_basis_or_scope_does_not_reach(
    filed: Case, holder: Holder, neighbour: Holder, cene: Actor, now: Any
) -> None:
    of_bor = represent(neighbour.subject_id, cene, now)
    parent = represent(holder.subject_id, cene, now, basis=Basis.PARENT)
    money = represent(holder.subject_id, cene, now, scopes=[Scope.MONEY])

    with pytest.raises(RepresentationUnknown):
        show(filed, of_bor, cene, now)
    with pytest.raises(AuthorityMissing):
        show(filed, parent, cene, now)
    with pytest.raises(NoAuthority) as refused:
        show(filed, money, cene, now)
    assert refused.value.facts["gap"] == "out_of_scope"
    filed.refresh_from_db()
    assert filed.state == "received"


def test_a_revoked_authority_stops_the_case_at_once(
    filed: Case, holder: Holder, cene: Actor, now: Any
) -> None:
    row = represent(holder.subject_id, cene, now)
    show(filed, row, cene, now)
    revoke_representation(gate(holder.subject_id, cene, now), representation_id=row.pk, now=now)

    # Before any sweep: the job asks again.
    assert fulfil_cases(now) == 0
    assert not Package.objects.exists()
    assert end_authorities(now=now) == 1

    filed.refresh_from_db()
    assert filed.state == "identity_pending"
    last = list_events(filed.pk)[-1]
    assert (last.event, last.reason) == (Event.AUTHORITY_ENDED, "revoked")
    assert end_authorities(now=now) == 0


@pytest.mark.rule("C4")
def test_on_the_fifteenth_birthday_the_parent_no_longer_gets_the_answer(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    from records.identity.operations import change_details

    # The desk takes no child's application yet: the date of birth is corrected afterwards.
    child = make_holder(actor=cene, person=make_person(phone="041 222 333", email=""), now=now)
    birthday = legal_day(now) + timedelta(days=3)
    born = date(birthday.year - 15, birthday.month, birthday.day)
    change_details(
        gate(child.subject_id, cene, now),
        subject_id=child.subject_id,
        changes={"birth_date": born},
        now=now,
    )
    case = file_request(
        actor=cene,
        subject_id=child.subject_id,
        channel=Channel.COUNTER,
        filed_by=FiledBy.GUARDIAN,
        answer_way=AnswerWay.COUNTER,
    )
    show(case, represent(child.subject_id, cene, now, basis=Basis.PARENT), cene, now)
    assert end_authorities(now=now + timedelta(days=2)) == 0

    assert end_authorities(now=now + timedelta(days=3)) == 1

    case.refresh_from_db()
    assert case.state == "identity_pending"
    assert CaseAuthority.objects.get(case=case).gap == "grown_up"


@pytest.mark.rule("C4")
def test_a_child_under_fifteen_who_signs_in_is_asked_for_a_guardian(
    file_request: FileRequest, holder: Holder, cene: Actor, now: Any
) -> None:
    from records.identity.operations import change_details

    def born(years: int) -> None:
        change_details(
            gate(holder.subject_id, cene, now),
            subject_id=holder.subject_id,
            changes={"birth_date": date(2026 - years, 11, 21)},
            now=now,
        )

    born(14)
    young = file_request()
    born(15)
    old_enough = file_request()

    assert young.state == "identity_pending"
    assert list_events(young.pk)[-1].reason == "guardian_needed"
    assert old_enough.state == "verified"
    assert fulfil_cases(now) == 1


def test_heirs_use_the_right_of_their_own(
    file_request: FileRequest, holder: Holder, cene: Actor, now: Any
) -> None:
    row = represent(
        holder.subject_id,
        cene,
        now,
        basis=Basis.HEIR,
        evidence=Evidence.INHERITANCE_DECISION,
    )
    common = {"actor": cene, "channel": Channel.LETTER, "filed_by": FiledBy.HEIR}

    access = file_request(**common)
    deceased = file_request(**common, right=Right.DECEASED)

    with pytest.raises(AuthorityMissing):
        show(access, row, cene, now)
    assert show(deceased, row, cene, now).state == "verified"
    # A person decides: nothing is handed over by itself.
    assert fulfil_cases(now) == 0


@pytest.mark.rule("T4.2.2")
def test_nothing_is_printed_or_changed_for_whoever_has_lost_the_authority(
    file_request: FileRequest, holder: Holder, cene: Actor, now: Any
) -> None:
    asked = {
        "actor": cene,
        "channel": Channel.COUNTER,
        "filed_by": FiledBy.REPRESENTATIVE,
        "answer_way": AnswerWay.COUNTER,
    }
    copy = file_request(**asked)
    wrong = file_request(**asked, right=Right.RECTIFICATION)
    row = represent(holder.subject_id, cene, now)
    for case in (copy, wrong):
        show(case, row, cene, now)
    assert fulfil_cases(now) == 1
    assert print_package(actor=cene, case_id=copy.pk, now=now).size
    changes = {"family_name": "Erikova"}
    (item,) = add_correction(actor=cene, case_id=wrong.pk, changes=changes, now=now)
    revoke_representation(gate(holder.subject_id, cene, now), representation_id=row.pk, now=now)

    # Before any sweep.
    with pytest.raises(AuthorityMissing):
        print_package(actor=cene, case_id=copy.pk, now=now)
    with pytest.raises(AuthorityMissing):
        apply_correction(actor=cene, item_id=item.pk, evidence=None, evidence_on=None, now=now)
