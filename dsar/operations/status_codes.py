"""The acknowledgement on paper, and the code with which a request is followed without an
account.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from dsar.intake_queries import is_requester, status_mac
from dsar.letters.compose import Block
from dsar.letters.kinds import LetterKind
from dsar.letters.texts import say
from dsar.models import Case, StatusCode
from dsar.operations.history import lock_case, record
from dsar.operations.intake import addressee_of
from dsar.operations.letters import keep_letter, prepare_letter, typeset_letter
from dsar.qr import follow_address, qr_svg
from dsar.queries import PackageFile, get_case
from dsar.rules import AnswerWay, Event
from dsar.rules.intake import make_status_code
from dsar.rules.states import PROVEN
from records.access.grants import Actor

_FOLLOW_PAUSE_SECONDS = 3600
"""A look at the status is a line of history, but no more than one in an hour."""


def issue_status_code(*, case_id: UUID, now: datetime) -> str:
    """Make a new status code and return it, for this once; an earlier one stops working."""
    code = make_status_code(secrets.choice)
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        StatusCode.objects.update_or_create(
            case=case, defaults={"code_mac": status_mac(case.pk, code), "issued_at": now}
        )
    return code


def print_acknowledgement(
    *, actor: Actor, case_id: UUID, now: datetime, bare: bool = False
) -> PackageFile:
    """Return the acknowledgement to print: reference, deadline, and a fresh status code, also as a
    picture to be scanned (C16, C8).

    The copy that is kept holds no code: that stands on the paper alone. A `bare` one names nobody:
    staff of another city hand it over, who are shown nothing of the person (threat 35).
    """
    case = get_case(case_id)
    addressee = _addressee(case, actor, now, bare=bare)
    kept = prepare_letter(
        case=case,
        kind=LetterKind.ACKNOWLEDGEMENT,
        actor=actor,
        now=now,
        addressee=addressee,
    )
    code = issue_status_code(case_id=case_id, now=now)
    to = addressee or [say(case.language, "addressee.bearer", reference=case.reference)]
    handed = typeset_letter(
        case=case,
        kind=LetterKind.ACKNOWLEDGEMENT,
        addressee=to,
        blocks=code_blocks(case, code),
        now=now,
    )
    with transaction.atomic(durable=True):
        keep_letter(kept, case=lock_case(case_id), actor=actor, now=now)
    name = f"{case.reference}-{LetterKind.ACKNOWLEDGEMENT}.pdf"
    pdf = handed.data
    return PackageFile(name, "", len(pdf), "application/pdf", lambda: iter([pdf]))


def code_blocks(case: Case, code: str) -> Sequence[Block]:
    """Return what the paper says about following the request: where, with what, and a picture."""
    language, address = case.language, f"{settings.SITE_URL.rstrip('/')}/follow/"
    return (
        {
            "kind": "facts",
            "label": say(language, "follow.title"),
            "summary": say(language, "follow.text"),
            "rows": [
                [say(language, "follow.where"), address],
                [say(language, "fact.reference"), case.reference],
                [say(language, "follow.code"), code],
            ],
        },
        {
            "kind": "picture",
            "svg": qr_svg(follow_address(address, case.reference, code)),
            "alt": say(language, "follow.picture"),
            "width_cm": 3.6,
        },
    )


def note_followed(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Write into the history that somebody with the code looked at the status."""
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        last = case.events.filter(event=Event.FOLLOWED).order_by("-number").first()
        if last is None or (now - last.at).total_seconds() >= _FOLLOW_PAUSE_SECONDS:
            record(case, Event.FOLLOWED, actor=actor, now=now)


def _addressee(case: Case, actor: Actor, now: datetime, *, bare: bool) -> Sequence[str] | None:
    """Return None, for the person's own name and address, where they are known to be the person, or
    the letter goes to no other address; else who brought the paper.
    """
    if bare:
        return [say(case.language, "addressee.bearer", reference=case.reference)]
    posted = case.answer_way == AnswerWay.POST and not is_requester(case.subject_id)
    proven = case.state in [state.value for state in PROVEN]
    return None if posted or proven else addressee_of(case, actor=actor, now=now)
