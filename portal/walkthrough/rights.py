"""The first weeks: sign-in, the access request and its package, who looked, consent, the log."""

import re
import time
from datetime import timedelta
from typing import Any

from consent.queries import consent_stands
from dsar.models import Case, Fulfilment, Package
from dsar.operations.filing import file_request
from dsar.operations.fulfilment import fulfil
from dsar.operations.packages import download_package
from dsar.package.check import check_files
from dsar.rules import Right, deadlines
from dsar.tasks import fulfil_task
from portal.delivery import read_demo_messages
from portal.errors import CodeWrong
from portal.models import HolderAccount
from portal.people import Holder
from portal.usecases import own_consents, sign_in
from portal.usecases.own_data import reveal_own_data
from portal.walkthrough.story import CLERK, DPO, SYSTEM, Story, prove
from records.access import sealing
from records.access.errors import AccessRefused
from records.access.gate import open_gate
from records.access.purposes import ActorRole, DataCategory, Purpose
from records.access.queries import list_entries_about
from records.access.verification import verify_log
from records.documents.signing import read_attachments, verify_pdf
from records.identity.queries import reveal_person
from records.legal_days import legal_day

WORKER_SECONDS = 60.0


def sign_in_by_code(story: Story) -> dict[str, Any]:
    """Ana signs in with her card number and the code sent to her; a wrong code is refused."""
    card = story.kept["ana"]
    typed = sign_in.Typed("card", card.holder_id)
    challenge = sign_in.ask_for_code(
        typed=typed, address="127.0.0.1", task="sign_in", language="sl", now=story.now
    )
    sign_in.send_code(challenge_id=challenge, now=story.now)
    code = re.findall(r"\d{3} ?\d{3}", read_demo_messages()[0]["text"])[0].replace(" ", "")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    try:
        sign_in.check_code(challenge_id=challenge, code=wrong, task="sign_in", now=story.now)
        prove(False, "a wrong code must be refused")
    except CodeWrong as refusal:
        tries_left = refusal.facts["tries_left"]
    subject = sign_in.check_code(challenge_id=challenge, code=code, task="sign_in", now=story.now)
    sign_in.get_or_create_user(subject_id=subject)
    account = HolderAccount.objects.get(subject_id=subject)
    story.kept["holder"] = Holder(account_id=account.pk, subject_id=subject)
    return {"tries_left_after_a_wrong_code": tries_left, "account": "random, nothing personal"}


def see_own_data(story: Story) -> dict[str, Any]:
    """Ana sees her data at once, with purpose and period; a clerk looks her up for a task."""
    groups = reveal_own_data(holder=story.kept["holder"], now=story.now)
    shown = {fact.value for group in groups for row in group.rows for fact in row}
    person = story.kept["facts"]["ana"]
    prove({person.given_name, person.family_name, person.residence} <= shown, "her data is shown")
    prove(
        all(group.purposes and group.kept for group in groups), "each group says why and how long"
    )
    holder = story.kept["holder"]
    grant = open_gate(
        actor=CLERK,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[holder.subject_id],
        categories={DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE,
                    DataCategory.CONTACT},
        task="walkthrough:look-up",
        now=story.now,
    )  # fmt: skip
    prove(
        reveal_person(grant, holder.subject_id).family_name == person.family_name, "the clerk reads"
    )
    return {"groups": len(groups)}


def ask_for_data(story: Story) -> dict[str, Any]:
    """Ana asks for her data and receives a sealed package; it verifies, with no hole in its
    manifest.
    """
    holder = story.kept["holder"]
    case = file_request(
        actor=holder.actor,
        subject_id=holder.subject_id,
        right=Right.ACCESS,
        now=story.now,
    )
    due = deadlines(legal_day(story.now))
    story.kept["case_reference"] = case.reference
    prove(case.due_on == due.due, "the deadline is the one of the algorithm")
    started = time.monotonic()
    by = _answer(story, case)
    seconds = round(time.monotonic() - started, 2)
    package = Package.objects.get(case=case, ended_at=None)
    file = download_package(
        actor=holder.actor, subject_id=holder.subject_id, package_id=package.pk,
        device="walkthrough", now=story.now,
    )  # fmt: skip
    verdict = verify_pdf(file.data, now=story.now)
    findings = check_files(read_attachments(file.data))
    prove(verdict.ok, f"the seal verifies: {verdict.problems}")
    prove(not findings.problems, f"manifest and attachments agree: {findings.problems}")
    broken = bytearray(file.data)
    broken[len(broken) // 3] ^= 1
    prove(not verify_pdf(bytes(broken), now=story.now).ok, "a flipped bit breaks the seal")
    attachments = b"".join(read_attachments(file.data).values()).decode("utf-8", "replace")
    person = story.kept["facts"]["ana"]
    prove(
        person.family_name in attachments and person.residence in attachments, "her data is in it"
    )
    prove(story.kept["markers"]["bor"] not in attachments, "nothing of her neighbour is in it")
    return {
        "reference": case.reference, "received": legal_day(story.now).isoformat(),
        "due": due.due.isoformat(), "answered_by": by, "seconds": seconds, "seal": verdict.level,
        "tables": findings.tables, "rows": findings.rows, "sha256": file.sha256,
    }  # fmt: skip


def _answer(story: Story, case: Case) -> str:
    """Let the worker answer where one must; otherwise run the job here, as a sweep would."""
    job = Fulfilment.objects.get(case=case)
    if not story.with_worker:
        prove(fulfil(fulfilment_id=job.pk, now=story.now) is not None, "the package is made")
        return "sweep"
    fulfil_task.delay(str(job.pk))
    until = time.monotonic() + WORKER_SECONDS
    while time.monotonic() < until:
        if Package.objects.filter(case=case, ended_at=None).exists():
            return "worker"
        time.sleep(0.1)
    prove(False, "the worker answers")
    return ""


def see_who_looked(story: Story) -> dict[str, Any]:
    """Ana sees who looked at her data, and why; the clerk's look is there."""
    holder = story.kept["holder"]
    grant = open_gate(
        actor=holder.actor, purpose=Purpose.OWN_DATA, subjects=[holder.subject_id],
        categories={DataCategory.ACCESS_LOG}, task="walkthrough:who-looked", now=story.now,
    )  # fmt: skip
    lines = list_entries_about(grant, subjects=[holder.subject_id], limit=200)
    by_clerk = [line for line in lines if line.role is ActorRole.CLERK]
    prove(by_clerk, "the clerk's looks are listed")
    prove(all(line.purpose and line.organisation for line in by_clerk), "each says who and why")
    return {"lines": len(lines), "by_clerks": len(by_clerk), "newest": lines[0].at.isoformat()}


def withdraw_consent(story: Story) -> dict[str, Any]:
    """Ana consents to news and withdraws; from that moment the gate refuses the purpose to
    everybody.
    """
    holder = story.kept["holder"]
    common: dict[str, Any] = {"holder": holder, "purpose": Purpose.NEWS, "language": "sl"}
    prove(not _news_opens(story), "off by default")
    own_consents.change(give=True, now=story.now, **common)
    prove(_news_opens(story), "the gate opens while consent stands")
    story.now += timedelta(minutes=1)
    own_consents.change(give=False, now=story.now, **common)
    refused = _news_opens(story)
    prove(not refused, "the gate refuses after the withdrawal")
    before = story.now - timedelta(seconds=30)
    stood = consent_stands(subject_id=holder.subject_id, purpose=Purpose.NEWS, at=before)
    prove(stood, "the ledger still says that consent stood before")
    return {"gate_before": "refused", "gate_while_given": "open", "gate_after": "refused"}


def _news_opens(story: Story) -> bool:
    try:
        open_gate(
            actor=SYSTEM, purpose=Purpose.NEWS, subjects=[story.kept["holder"].subject_id],
            categories={DataCategory.CONTACT}, task="walkthrough:news", now=story.now,
        )  # fmt: skip
    except AccessRefused:
        return False
    return True


def check_log(story: Story) -> dict[str, Any]:
    """The log is sealed under signed tree heads for both controllers, and verifies."""
    story.now += timedelta(minutes=1)
    sealed = sealing.seal_log(now=story.now)
    report = verify_log(now=story.now)
    prove(report.intact, f"the log verifies: {report.problems[:1]}")
    return {"newly_sealed": sum(one.entries for one in sealed), "years": len(report.years),
            "reviewed_by": DPO.role.value}  # fmt: skip


FIRST_WEEKS = [
    sign_in_by_code,
    see_own_data,
    ask_for_data,
    see_who_looked,
    withdraw_consent,
    check_log,
]
