"""Registering a request that came to a desk, by whatever door, and answering who is not known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from dsar.errors import NotOnPaper, PackageUnknown, RequesterMissing, StepNotPossible
from dsar.intake_queries import is_requester, reveal_requester
from dsar.letters.kinds import LetterKind
from dsar.letters.texts import say
from dsar.models import Case, Fulfilment, Intake, Letter, Package, Requester
from dsar.operations.authority import require_case_authority
from dsar.operations.filing import file_request
from dsar.operations.history import advance, lock_case, record
from dsar.operations.letters import drop_letter, keep_letter, mark_delivered, prepare_letter
from dsar.queries import PackageFile, get_case, reveal_package
from dsar.rules import AnswerWay, Channel, Event, FiledBy, Right, State
from dsar.rules.intake import Receipt
from dsar.rules.states import PROVEN
from records.access.gate import open_gate, report_outcome
from records.access.grants import Actor
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.keys.operations import create_data_keys, seal_values

NOT_FOUND = "no_data_found"
"""The ground of the answer to somebody under whose facts nobody was found."""
PRINTED, HANDED_OVER = "printed", "handed_over"
ANSWERS = frozenset({LetterKind.GRANTED, LetterKind.PARTIAL, LetterKind.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody who asks and cannot be found, as they gave themselves."""

    name: str = field(repr=False)
    address: str = field(default="", repr=False)
    facts: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a request reached us, and what proves when (C16)."""

    channel: Channel
    receipt: Receipt
    arrived_at: str
    """Code of the registration point or organisation that it first reached."""
    proved_at: datetime | None = None
    written_on: date | None = None


def register_request(
    *,
    actor: Actor,
    city: str,
    right: Right,
    arrival: Arrival,
    case_id: UUID,
    now: datetime,
    subject_id: UUID | None = None,
    stranger: Stranger | None = None,
    text: str = "",
    language: str = "sl",
    answer_way: AnswerWay = AnswerWay.PORTAL,
    filed_by: FiledBy = FiledBy.SELF,
    scope: Collection[DataCategory] = (),
    more: Mapping[str, object] | None = None,
) -> Case:
    """Register a request on behalf of who sent it; the same `case_id` makes one case (C16, PP6c).

    Either the person was found (`subject_id`, of any city: that city answers, PP6b), or what they
    said of themselves is kept as it is (`stranger`), and this city answers. Nothing is disclosed by
    it: identity is shown later. Raises RequesterMissing, and as file_request.
    """
    if subject_id is None:
        subject_id = _keep_stranger(actor, stranger, case_id, now)
    case = file_request(
        actor=actor,
        subject_id=subject_id,
        right=right,
        scope=scope,
        details={"text": text, **(more or {})} if text or more else None,
        channel=arrival.channel,
        language=language,
        answer_way=answer_way,
        filed_by=filed_by,
        arrived_at=arrival.arrived_at,
        received_at=arrival.receipt.at,
        case_id=case_id,
        unknown_in=city if stranger is not None else "",
        now=now,
    )
    Intake.objects.get_or_create(
        case=case,
        defaults={
            "city": city,
            "proved_at": arrival.proved_at,
            "written_on": arrival.written_on,
        },
    )
    return case


def _keep_stranger(actor: Actor, stranger: Stranger | None, case_id: UUID, now: datetime) -> UUID:
    """Keep who could not be found, under a data key of their own; return the id."""
    if stranger is None or not stranger.name.strip():
        raise RequesterMissing
    there = Case.objects.filter(pk=case_id).values_list("subject_id", flat=True).first()
    if there is not None:
        return there
    row = Requester(id=uuid4(), created_at=now)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[row.pk],
        categories=[DataCategory.CASE],
        action=Action.COLLECT,
        task=str(case_id),
        now=now,
    )
    create_data_keys(grant, store=Store.IDENTITY, subjects=[row.pk])
    said = {
        "name": stranger.name.strip(),
        "address": stranger.address.strip() or None,
        "facts": stranger.facts.strip() or None,
    }
    seal_values(grant, [row], [said])
    row.save(force_insert=True)
    report_outcome(grant, done=True, now=now, counts={"requesters": 1})
    return row.pk


def answer_not_found(*, actor: Actor, case_id: UUID, now: datetime) -> Letter:
    """Answer, as a controller, somebody under whose facts nobody can be found: in words that say
    the same whether or not such a person holds a card (GDPR 11(2), 12(2), threat 9).

    Raises StepNotYours, StepNotPossible and as prepare_letter.
    """
    case = get_case(case_id)
    prepared = prepare_letter(
        case=case,
        kind=LetterKind.REFUSED,
        actor=actor,
        now=now,
        reasons=[say(case.language, f"ground.{NOT_FOUND}")],
        addressee=addressee_of(case, actor=actor, now=now),
    )
    try:
        with transaction.atomic(durable=True):
            case = lock_case(case_id)
            if case.state == State.RECEIVED:
                advance(case, Event.IDENTITY_ASKED, actor=actor, now=now)
            advance(case, Event.REFUSED, actor=actor, now=now, reason=NOT_FOUND)
            case.ground = NOT_FOUND
            case.save(update_fields=["ground"])
            return keep_letter(prepared, case=case, actor=actor, now=now)
    except BaseException:
        drop_letter(prepared)
        raise


def addressee_of(case: Case, *, actor: Actor, now: datetime) -> list[str]:
    """Return to whom a letter goes before anybody has shown who they are: where the answer is
    posted, to what a stranger gave; over the counter to nobody by name, for a name and an address
    are more than the paper said.
    """
    if not is_requester(case.subject_id) or case.answer_way != AnswerWay.POST:
        return [say(case.language, "addressee.bearer", reference=case.reference)]
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        task=str(case.pk),
        now=now,
    )
    said = reveal_requester(grant, case.subject_id)
    lines = said.address.replace("\n", ",").split(",")
    return [said.name, *(line.strip() for line in lines if line.strip())]


# -- The answer on paper


def print_package(*, actor: Actor, case_id: UUID, now: datetime) -> PackageFile:
    """Return the sealed package to staff who print it for the person, who asked for paper (GDPR
    12(3)); logged, and in the history. Raises NotOnPaper, PackageUnknown, PackageEnded,
    StepNotPossible, AuthorityMissing.
    """
    case = get_case(case_id)
    if case.answer_way == AnswerWay.PORTAL:
        raise NotOnPaper(case_id=case_id)
    require_case_authority(case, now=now)
    package = _newest(case)
    if State(case.state) not in PROVEN:
        raise StepNotPossible(state=case.state, step=Event.PACKAGE_DOWNLOADED.value)
    require_case_authority(case, now=now)
    grant = open_gate(
        actor=actor,
        purpose=Purpose.RIGHTS_REQUEST,
        subjects=[case.subject_id],
        categories=[DataCategory.CASE],
        action=Action.DISCLOSE,
        task=str(package.pk),
        now=now,
    )
    file = reveal_package(grant, package.pk, now=now)
    with transaction.atomic(durable=True):
        record(
            lock_case(case_id),
            Event.PACKAGE_DOWNLOADED,
            actor=actor,
            now=now,
            reason=PRINTED,
            sha256=file.sha256,
        )
    report_outcome(grant, done=True, now=now, counts={"printed": 1})
    return file


def hand_over_package(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """Note that the printed package was handed over, or has reached the person by post: from now on
    the request is answered. Raises NotOnPaper, PackageUnknown, StepNotPossible.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.answer_way == AnswerWay.PORTAL:
            raise NotOnPaper(case_id=case_id)
        package = _newest(case)
        advance(
            case,
            Event.DELIVERED,
            actor=actor,
            now=now,
            reason=HANDED_OVER,
            sha256=package.sha256,
        )
    return case


def order_package_again(*, actor: Actor, case_id: UUID, now: datetime) -> Fulfilment:
    """Order the package of an answer on paper anew: it ended before it was printed, or was lost on
    its way. Returns the job, the one that is open already if there is one. Raises NotOnPaper,
    PackageUnknown.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        if case.answer_way == AnswerWay.PORTAL:
            raise NotOnPaper(case_id=case_id)
        _newest(case)
        job = Fulfilment.objects.filter(case=case, done_at=None).first()
        if job is None:
            job = Fulfilment.objects.create(case=case, requested_at=now, next_attempt_at=now)
            record(case, Event.PACKAGE_REQUESTED, actor=actor, now=now)
    return job


def hand_over_letter(*, actor: Actor, letter: Letter, now: datetime) -> None:
    """Note that a letter has reached the person; where it is the answer, the request is answered by
    it.
    """
    with transaction.atomic(durable=True):
        case = lock_case(letter.case_id)
        mark_delivered(letter, case=case, actor=actor, now=now)
        if letter.kind in ANSWERS and case.state == State.DECIDED:
            advance(case, Event.DELIVERED, actor=actor, now=now, sha256=letter.sha256)


def _newest(case: Case) -> Package:
    found = Package.objects.filter(case_id=case.pk).order_by("-created_at").first()
    if found is None:
        raise PackageUnknown(case_id=case.pk)
    return found
