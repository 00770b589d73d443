"""A sealed evidence pack of a case and of the cases linked to it, for the data protection officer,
the controller and the supervisor (GDPR 5(2), 31, ZVOP-2 30).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from dsar.letters.evidence import CaseEvidence, evidence_data, evidence_title, write_instant
from dsar.letters.texts import say
from dsar.models import Advice, Case, Decision, Question
from dsar.operations.history import lock_case, record
from dsar.operations.opening import open_case
from dsar.package.words import VALUES
from dsar.queries import (
    PackageFile,
    get_case,
    list_events,
    list_letters,
    reveal_details,
    reveal_letter,
    standing,
)
from dsar.rules import Event
from dsar.rules.duties import Duty, require_duty
from dsar.rules.grounds import GROUNDS, say_ground
from records.access.gate import report_outcome
from records.access.grants import Actor, Grant
from records.access.purposes import Action
from records.access.verification import LogReport
from records.documents.rendering import Attachment, render_pdf
from records.documents.seals import SealSettings
from records.documents.signing import seal_pdf
from records.identity.queries import list_controllers, list_processors
from records.keys.queries import reveal_values


def make_evidence(*, actor: Actor, case_id: UUID, log: LogReport, now: datetime) -> PackageFile:
    """Return a sealed PDF/A-3 with the timeline, clocks, advice, decisions and letters of a case
    and all linked to it, and the verdict on the log; note in the history that it was made.

    It is opened through the gate, so that the person sees it, and is kept nowhere. `log` is what
    verify_log found. Raises StepNotYours, CaseUnknown, PackageDamaged where a letter is not what
    was sealed.
    """
    case = get_case(case_id)
    require_duty(Duty.MAKE_EVIDENCE, actor=actor, controllers=case.controllers)
    grant = open_case(case, actor=actor, action=Action.DISCLOSE, now=now)
    try:
        file = _make(grant, case, log, now)
        with transaction.atomic(durable=True):
            record(
                lock_case(case_id), Event.EVIDENCE_MADE, actor=actor, now=now, sha256=file.sha256
            )
    except BaseException:
        report_outcome(grant, done=False, now=now)
        raise
    report_outcome(grant, done=True, now=now, counts={"evidence": 1})
    return file


def _make(grant: Grant, case: Case, log: LogReport, now: datetime) -> PackageFile:
    letters: list[Attachment] = []
    gathered = [_gather(grant, one, letters, now) for one in _family(case)]
    machine = {
        "as_of": now.isoformat(),
        "cases": [_as_json(one) for one in gathered],
        "log": {
            "checked_at": log.checked_at.isoformat(),
            "intact": log.intact,
            "problems": [{"code": p.code.value, "year": p.year} for p in log.problems],
            "years": [{"year": y.year, "entries": y.entries, "root": y.root} for y in log.years],
        },
    }
    attachments = [
        Attachment(
            "evidence.json",
            json.dumps(machine, ensure_ascii=False, indent=1).encode(),
            "application/json",
            "Evidence for machines",
        ),
        *letters,
    ]
    seal = SealSettings.configured()
    language = case.language
    title = evidence_title(language, case.reference)
    data = evidence_data(
        gathered,
        language=language,
        log=log,
        as_of=now,
        organisation=_organisations().get(grant.actor.organisation, grant.actor.organisation),
        seal=_seal_sentence(language, seal),
    )
    pdf = render_pdf(
        template="report",
        data=data,
        attachments=attachments,
        language=language,
        title=title,
        created_at=now,
    )
    sealed = seal_pdf(pdf, reason=title, now=now, seal=seal)
    attached = Attachment("", sealed.data, "application/pdf", "")
    name = f"{case.reference}-evidence.pdf"
    pdf = sealed.data
    return PackageFile(name, attached.sha256, len(pdf), "application/pdf", lambda: iter([pdf]))


def _family(case: Case) -> list[Case]:
    """Return the case first, then all that it follows up or that follow it up, oldest first."""
    root = case
    while root.parent is not None:
        root = root.parent
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop(0)
        found.append(one)
        waiting += list(one.linked.order_by("received_at", "id"))
    return [case, *(one for one in found if one.pk != case.pk)]


def _gather(grant: Grant, case: Case, letters: list[Attachment], now: datetime) -> CaseEvidence:
    clock = standing(case, now=now).clock
    names = _organisations()
    return CaseEvidence(
        reference=case.reference,
        right=case.right,
        facts={
            "received": write_instant(case.received_at),
            "due": clock.due.isoformat(),
            "statutory_due": clock.statutory_due.isoformat(),
            "legal_max": clock.legal_max.isoformat(),
            "extension": clock.extension.value,
            "overdue_since": clock.overdue_since.isoformat() if clock.overdue_since else "",
            "promise_broken": "yes" if clock.promise_broken else "no",
            "state": case.state,
            "outcome": case.outcome,
        },
        events=[
            {
                "at": write_instant(event.at),
                "event": event.event,
                "role": event.actor_role,
                "organisation": names.get(event.organisation, event.organisation),
                "reason": event.reason,
                "sha256": event.package_sha256,
            }
            for event in list_events(case.pk)
        ],
        request=reveal_details(grant, case),
        questions=_questions(grant, case),
        advice=_advice(grant, case, names),
        decisions=_decisions(grant, case, names),
        letters=_attach_letters(grant, case, letters),
    )


def _attach_letters(grant: Grant, case: Case, letters: list[Attachment]) -> list[dict[str, str]]:
    lines = []
    for number, letter in enumerate(list_letters(case.pk), start=1):
        file = reveal_letter(grant, letter.pk)
        name = f"{case.reference}-{number:02d}-{letter.kind}.pdf"
        letters.append(Attachment(name, file.data, "application/pdf", letter.kind))
        lines.append(
            {
                "name": name,
                "made": write_instant(letter.made_at),
                "delivered": write_instant(letter.delivered_at),
                "sha256": letter.sha256,
            }
        )
    return lines


def _questions(grant: Grant, case: Case) -> list[dict[str, str]]:
    rows = list(Question.objects.filter(case=case).order_by("asked_at", "id"))
    return [
        {"when": write_instant(row.asked_at), "question": _text(text), "answer": _text(answer)}
        for row, (text, answer) in zip(
            rows, reveal_values(grant, rows, ["text", "answer"]), strict=True
        )
    ]


def _advice(grant: Grant, case: Case, names: dict[str, str]) -> list[dict[str, str]]:
    rows = list(Advice.objects.filter(case=case).order_by("given_at", "id"))
    return [
        {
            "when": write_instant(row.given_at),
            "where": names.get(row.organisation, row.organisation),
            "advice": _text(text),
        }
        for row, (text,) in zip(rows, reveal_values(grant, rows, ["text"]), strict=True)
    ]


def _decisions(grant: Grant, case: Case, names: dict[str, str]) -> list[dict[str, str]]:
    """Return each decision with the roles and organisations of both people, never their names."""
    rows = list(Decision.objects.filter(case=case).order_by("prepared_at", "id"))
    opened = reveal_values(grant, rows, ["reasons", "note"])
    language = case.language
    return [
        {
            "outcome": _word(language, row.outcome),
            "state": _word(language, row.state),
            "grounds": " ".join(say_ground(GROUNDS[code], language) for code in row.grounds),
            "reasons": _text(reasons),
            "prepared": _by(
                _word(language, row.prepared_role),
                names.get(row.prepared_at_organisation, row.prepared_at_organisation),
                row.prepared_at,
            ),
            "settled": _by("", names.get(row.settled_at_organisation, ""), row.settled_at),
            "note": _text(note),
        }
        for row, (reasons, note) in zip(rows, opened, strict=True)
    ]


def _by(role: str, organisation: str, at: datetime | None) -> str:
    return ", ".join(part for part in (role, organisation, write_instant(at)) if part)


def _text(value: object) -> str:
    return str(value) if value else ""


def _word(language: str, code: str) -> str:
    return VALUES.get(code, code) if language == "sl" else code


def _organisations() -> dict[str, str]:
    return {one.code: one.name for one in (*list_controllers(), *list_processors())}


def _seal_sentence(language: str, seal: SealSettings) -> str:
    text = say(language, f"seal.{seal.level}")
    return f"{text} {say(language, 'seal.demo')}" if seal.provider == "demo" else text


def _as_json(case: CaseEvidence) -> dict[str, object]:
    parts: dict[str, Sequence[object] | object] = {
        "reference": case.reference,
        "right": case.right,
        "facts": dict(case.facts),
        "request": dict(case.request),
    }
    for name in ("events", "questions", "advice", "decisions", "letters"):
        parts[name] = [dict(item) for item in getattr(case, name)]
    return parts
