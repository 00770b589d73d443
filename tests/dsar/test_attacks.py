"""Known ways to get at another person's data, each shown to work on a naive service and not here.

Two of them were public flaws of a widely used system: the data of one identifier handed to whoever
had proven another (ethyca/fides #2451), and unverified duplicates that block or get approved
(GHSA-qx5f-ghc2-7g5c).
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dsar.errors import DsarRefused, IdentityNotProven, PackageEnded
from dsar.models import Case, Fulfilment, Package
from dsar.operations import doubt_identity, verify_identity
from dsar.operations.history import advance
from dsar.package.assembly import DATA_FILE
from dsar.queries import list_verified_duplicates
from dsar.rules import Channel, Event, Outcome, Right, State
from dsar.rules.proof import PROTECTIVE, Doubt, ProofGap, find_proof_gap
from dsar.rules.states import PROVEN, TRANSITIONS
from dsar.tasks import fulfil_cases
from records.access.grants import Actor
from records.access.purposes import ActorRole
from records.documents.signing import read_attachments
from records.identity.models import DataSubject
from records.identity.rules import Assurance, Proof
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, ANA, BOR, Holder, make_actor

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]


def data_of(package: bytes) -> str:
    return json.dumps(json.loads(read_attachments(package)[DATA_FILE]), ensure_ascii=False)


def naive_collect(request: dict[str, str]) -> list[str]:
    """What a service does that pulls data by every identifier a request names (#2451)."""
    named = {request["email"], request["phone"]}
    people = {ANA.email: ANA, ANA.phone_e164: ANA, BOR.email: BOR, BOR.phone_e164: BOR}
    return sorted(people[one].residence for one in named)


def test_proving_one_identifier_opens_nothing_of_another(
    file_request: FileRequest, holder: Holder, neighbour: Holder, now: Any
) -> None:
    request = {"email": ANA.email, "phone": BOR.phone_e164}
    assert BOR.residence in naive_collect(request)  # the flaw, on the naive service

    case = file_request(details={"text": json.dumps(request)})
    fulfil_cases(now)
    data = data_of(fetch(holder, now))

    assert case.subject_id == holder.subject_id
    assert ANA.residence in data
    assert BOR.residence not in data
    assert BOR.email not in data
    assert not Package.objects.filter(subject_id=neighbour.subject_id).exists()


def naive_is_duplicate(case: Case) -> bool:
    """What a service does that looks for duplicates before it has looked at proof (GHSA-qx5f)."""
    same = Case.objects.filter(subject_id=case.subject_id, right=case.right)
    return same.filter(registered_at__lte=case.registered_at).exclude(pk=case.pk).exists()


def test_an_unverified_request_that_came_first_does_not_block_the_genuine_one(
    file_request: FileRequest, holder: Holder, cene: Actor, now: Any
) -> None:
    forged = file_request(actor=cene, channel=Channel.EMAIL)
    genuine = file_request(now=now + timedelta(minutes=1))
    assert naive_is_duplicate(genuine)  # the flaw, on the naive service

    made = fulfil_cases(now + timedelta(minutes=1))

    genuine.refresh_from_db()
    forged.refresh_from_db()
    assert made == 1
    assert genuine.outcome == Outcome.GRANTED
    assert (forged.state, forged.outcome) == (State.RECEIVED, "")
    assert list_verified_duplicates(genuine) == []


@pytest.mark.parametrize("role", list(ActorRole))
@pytest.mark.parametrize("state", sorted(set(State) - PROVEN))
def test_nothing_that_discloses_or_changes_leads_out_of_an_unproven_state(
    file_request: FileRequest, cene: Actor, now: Any, role: ActorRole, state: State
) -> None:
    case = file_request(actor=cene, channel=Channel.LETTER)
    Case.objects.filter(pk=case.pk).update(state=state)
    harmless = {Event.IDENTITY_ASKED, Event.VERIFIED, Event.REFUSED}

    for event in set(Event) - harmless:
        case.refresh_from_db()
        with pytest.raises(DsarRefused):
            advance(case, event, actor=make_actor(role, "anybody"), now=now, reason="code")
        case.refresh_from_db()
        assert case.state == state


def test_a_forged_job_of_an_unverified_case_makes_no_package(
    file_request: FileRequest, cene: Actor, now: Any
) -> None:
    case = file_request(actor=cene, channel=Channel.LETTER)
    Fulfilment.objects.create(case=case, requested_at=now, next_attempt_at=now)

    assert fulfil_cases(now) == 0

    assert not Package.objects.exists()


@pytest.mark.rule("C8")
@pytest.mark.parametrize(
    ("shown", "gap"),
    [
        ((), "control"),
        ((Proof.DOCUMENT_MATCHES,), "control"),
        ((Proof.EID,), "control"),
        ((Proof.KNOWN_FACT,), "control"),
        ((Proof.CARD_PRESENTED,), "fact"),
        ((Proof.CARD_PRESENTED, Proof.DOCUMENT_MATCHES), "fact"),
        ((Proof.CARD_PRESENTED, Proof.KNOWN_FACT), ""),
        ((Proof.CONTACT_CODE,), ""),
    ],
)
def test_what_proves_a_declared_relation(
    file_request: FileRequest, cene: Actor, now: Any, shown: tuple[Proof, ...], gap: str
) -> None:
    case = file_request(actor=cene, channel=Channel.COUNTER)

    if not gap:
        verify_identity(actor=cene, case_id=case.pk, shown=shown, now=now)
        case.refresh_from_db()
        assert case.state == State.VERIFIED
        return
    with pytest.raises(IdentityNotProven) as refused:
        verify_identity(actor=cene, case_id=case.pk, shown=shown, now=now)
    assert refused.value.facts["missing"] == gap
    case.refresh_from_db()
    assert case.state == State.RECEIVED


@pytest.mark.rule("C8")
def test_a_document_counts_where_the_relation_rests_on_one() -> None:
    def gap(relation: Assurance, *shown: Proof) -> ProofGap:
        return find_proof_gap(
            right=Right.ACCESS,
            relation=relation,
            shown=shown,
            contact_changed_on=None,
            today=ANA.birth_date,
        )

    assert gap(Assurance.DOCUMENT_SEEN, Proof.DOCUMENT_MATCHES) is ProofGap.NONE
    assert gap(Assurance.EID, Proof.EID) is ProofGap.NONE
    assert gap(Assurance.DOCUMENT_SEEN, Proof.EID) is ProofGap.CONTROL
    assert gap(Assurance.CONTACT_PROVEN, Proof.DOCUMENT_MATCHES) is ProofGap.CONTROL


@pytest.mark.parametrize("right", list(Right))
def test_a_fresh_contact_proves_nothing_but_what_protects(right: Right, now: Any) -> None:
    today = now.date()

    def gap(days: int) -> ProofGap:
        return find_proof_gap(
            right=right,
            relation=Assurance.DECLARED,
            shown=[Proof.CONTACT_CODE],
            contact_changed_on=today - timedelta(days=days),
            today=today,
        )

    expected = ProofGap.NONE if right in PROTECTIVE else ProofGap.OLD_CONTACT
    assert gap(13) is expected
    assert gap(14) is ProofGap.NONE


def test_the_table_of_steps_lets_nobody_past_proof() -> None:
    unproven = set(State) - PROVEN
    leaving = {
        (event, step.to) for (state, event), step in TRANSITIONS.items() if state in unproven
    }

    assert leaving == {
        (Event.IDENTITY_ASKED, State.IDENTITY_PENDING),
        (Event.VERIFIED, State.VERIFIED),
        (Event.REFUSED, State.DECIDED),
    }


def test_nothing_happened_to_the_neighbour(
    file_request: FileRequest, holder: Holder, neighbour: Holder, now: Any
) -> None:
    before = DataSubject.objects.filter(pk=neighbour.subject_id).values().get()

    file_request()
    fulfil_cases(now)

    assert Package.objects.filter(subject_id=holder.subject_id).exists()
    assert DataSubject.objects.filter(pk=neighbour.subject_id).values().get() == before


@pytest.mark.rule("C1")
def test_a_processors_account_decides_nothing_whatever_role_it_was_given(
    file_request: FileRequest, now: Any
) -> None:
    case = file_request()
    Case.objects.filter(pk=case.pk).update(state=State.IN_WORK)
    theirs = make_actor(ActorRole.CONTROLLER, "officer", organisation="knjiznica")
    deciding = {event for (_, event), step in TRANSITIONS.items() if step.roles == {theirs.role}}
    assert Event.REFUSED in deciding

    for event in deciding:
        case.refresh_from_db()
        with pytest.raises(DsarRefused):
            advance(case, event, actor=theirs, now=now, reason="code")


def test_a_doubt_ends_the_package_that_was_made(
    file_request: FileRequest, holder: Holder, cene: Actor, now: Any
) -> None:
    case = file_request()
    fulfil_cases(now)
    assert fetch(holder, now).startswith(b"%PDF")
    Case.objects.filter(pk=case.pk).update(state=State.VERIFIED)

    doubt_identity(actor=cene, case_id=case.pk, doubt=Doubt.OTHER_CLAIMANT, now=now)

    with pytest.raises(PackageEnded):
        fetch(holder, now)
