"""Years later: the contract ends, a run purges Ana, her neighbour stays, the log verifies."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from portal.demo.holders import terms_reference
from portal.sweeps import run_all
from portal.walkthrough.scan import as_text, find_in_files, find_in_stores
from portal.walkthrough.story import (
    CITY,
    CLERK,
    FIRST_CONTROLLER,
    POINT,
    SECOND_CONTROLLER,
    Story,
    prove,
)
from records.access import sealing
from records.access.errors import AccessRefused
from records.access.gate import open_gate
from records.access.purposes import DataCategory, Purpose, Store
from records.access.verification import verify_log
from records.cards.models import Card
from records.cards.operations import ApplicationDetails
from records.cards.rules import ApplicationPurpose, Channel
from records.contracts.operations import (
    accept_application,
    activate_card,
    deliver_card,
    issue_card,
    submit_application,
)
from records.errors import Refusal
from records.identity.models import DataSubject
from records.identity.queries import reveal_person
from records.keys.links import presentation_digest, wallet_pseudonym_for_blocking
from records.keys.models import DataKey
from records.legal_days import add_years, legal_day
from records.wallet.models import Terminal
from records.wallet.operations import top_up
from retention.models import SubjectClock
from retention.operations import approve_plan, confirm_clock, make_plan, run_plan
from retention.queries.orphans import count_orphans

_MORNING = time(6, tzinfo=UTC)
_YEARS_AFTER = 5


def expire_cards(story: Story) -> dict[str, Any]:
    """Five years on the cards expire. Bor renews and goes on; Ana's rest is never claimed."""
    cards = {name: Card.objects.get(pk=UUID(story.kept[name].card_id)) for name in ("ana", "bor")}
    story.kept["subjects"] = {name: card.subject_id for name, card in cards.items()}
    valid_until = cards["ana"].valid_until
    prove(valid_until == add_years(legal_day(story.now), _YEARS_AFTER), "valid for five years")
    _go_to(story, valid_until + timedelta(days=1))
    _sweep(story)
    cards["ana"].refresh_from_db()
    prove(cards["ana"].state == "expired", "the card has expired")
    _renew(story, story.kept["subjects"]["bor"])
    _sweep(story)
    story.kept["valid_until"] = valid_until
    return {"valid_until": valid_until.isoformat(), "state": cards["ana"].state}


def end_contract(story: Story) -> dict[str, Any]:
    """Sixty months after that, the open rest lets the contract end; five years of keeping begin."""
    ended_on = add_years(story.kept["valid_until"], _YEARS_AFTER)
    _go_to(story, ended_on + timedelta(days=40))
    _sweep(story)
    clock = SubjectClock.objects.get(pk=story.kept["subjects"]["ana"])
    prove(clock.contract_end == ended_on, f"contract end {clock.contract_end}, not {ended_on}")
    prove(clock.last_day_kept == add_years(ended_on, _YEARS_AFTER), "kept five more years (PP5)")
    prove(_opens(story, "ana"), "until then the gate opens")
    story.kept["clock"] = clock
    return {
        "contract_end": clock.contract_end.isoformat(),
        "last_day_kept": clock.last_day_kept.isoformat(),
        "purge_from": clock.purge_from.isoformat(),
        "open": clock.open,
    }


def plan_the_purge(story: Story) -> dict[str, Any]:
    """From the next day on the gate refuses; a plan lists who is due and waits for approvals."""
    _go_to(story, story.kept["clock"].last_day_kept + timedelta(days=1))
    prove(not _opens(story, "ana"), "from purge_from on the gate refuses")
    prove(_opens(story, "bor"), "the neighbour's opens")
    plan = make_plan(actor=FIRST_CONTROLLER, now=story.now)
    approve_plan(actor=FIRST_CONTROLLER, plan_id=plan.pk, now=story.now)
    story.now += timedelta(days=7, minutes=1)
    confirm_clock(actor=FIRST_CONTROLLER, now=story.now)
    refused = _refusal_of(lambda: run_plan(plan_id=plan.pk, now=story.now))
    prove(refused, "one approval is not enough")
    approve_plan(actor=SECOND_CONTROLLER, plan_id=plan.pk, now=story.now)
    story.kept["plan"] = plan
    return {"due": plan.due, "people": plan.people, "with_one_approval": refused}


def purge(story: Story) -> dict[str, Any]:
    """The run erases Ana in every store and destroys her keys; a certificate says what was done."""
    needles = _needles(story)
    before = find_in_stores(needles)
    missing = {as_text(needle) for needle in needles} - set(before)
    prove(not missing, f"{len(missing)} of her identifiers are not where they should be before")
    keys = DataKey.objects.count()
    certificate = run_plan(plan_id=story.kept["plan"].pk, now=story.now)
    _empty_journals()
    after = find_in_stores(needles)
    prove(not after, f"nothing of hers in any store: {after}")
    in_files = _in_embedded_files(needles)
    prove(not in_files, f"nor in the files of the embedded stores: {in_files}")
    orphans = {name: count for name, count in count_orphans().items() if count}
    prove(not orphans, f"no orphans across the stores: {orphans}")
    prove(_reveals_bor(story), "the neighbour is untouched")
    return {
        "identifiers_found_before": len(before),
        "identifiers_found_after": 0,
        "data_keys_destroyed": keys - DataKey.objects.count(),
        "certificate_sha256": certificate.sha256,
        "orphans": 0,
    }


def check_log_again(story: Story) -> dict[str, Any]:
    """The log of all the years still verifies, to the last entry."""
    story.now += timedelta(minutes=1)
    sealing.seal_log(now=story.now)
    report = verify_log(now=story.now)
    prove(report.intact, f"the log verifies: {report.problems[:1]}")
    return {"years": len(report.years), "intact": report.intact}


def leave_nobody(story: Story) -> dict[str, Any]:
    """Bor's time comes, too: in the end there is nobody and no key left in any store."""
    bor = story.kept["subjects"]["bor"]
    last = max(card.valid_until for card in Card.objects.filter(subject_id=bor))
    _go_to(story, add_years(last, _YEARS_AFTER) + timedelta(days=40))
    _sweep(story)
    _go_to(story, SubjectClock.objects.get(pk=bor).last_day_kept + timedelta(days=1))
    plan = make_plan(actor=FIRST_CONTROLLER, now=story.now)
    for controller in (FIRST_CONTROLLER, SECOND_CONTROLLER):
        approve_plan(actor=controller, plan_id=plan.pk, now=story.now)
    story.now += timedelta(days=7, minutes=1)
    confirm_clock(actor=FIRST_CONTROLLER, now=story.now)
    run_plan(plan_id=plan.pk, now=story.now)
    left = {"people": DataSubject.objects.count(), "data_keys": DataKey.objects.count()}
    prove(not any(left.values()), f"nobody and no key is left: {left}")
    return left


def _go_to(story: Story, day: date) -> None:
    story.now = datetime.combine(day, _MORNING)
    confirm_clock(actor=FIRST_CONTROLLER, now=story.now)


def _sweep(story: Story) -> None:
    refused = {name: did.code for name, did in run_all(now=story.now) if isinstance(did, Refusal)}
    prove(not refused, f"no sweep is refused: {refused}")


def _renew(story: Story, subject_id: UUID) -> None:
    today = legal_day(story.now)
    standing = submit_application(
        actor=CLERK,
        details=ApplicationDetails(
            purpose=ApplicationPurpose.RENEWAL,
            chosen_city=CITY,
            delivery_method="post",
            terms_reference=terms_reference(today),
        ),
        subject_id=subject_id,
        point=POINT,
        received_on=today,
        channel=Channel.COUNTER,
        now=story.now,
    )
    accept_application(actor=CLERK, application_id=standing.application_id, now=story.now)
    issued = issue_card(actor=CLERK, application_id=standing.application_id, now=story.now)
    deliver_card(actor=CLERK, card_id=issued.card_id, now=story.now)
    activate_card(actor=CLERK, card_id=issued.card_id, now=story.now)
    top_up(
        terminal=Terminal.objects.get(pk=story.kept["terminal"]),
        presentation=presentation_digest(issued.presentation_token),
        amount_minor=500,
        currency="EUR",
        idempotency_key=secrets.token_hex(8),
        now=story.now,
    )


def _opens(story: Story, name: str) -> bool:
    refused = _refusal_of(
        lambda: open_gate(
            actor=CLERK,
            purpose=Purpose.CARD_ADMINISTRATION,
            subjects=[story.kept["subjects"][name]],
            categories={DataCategory.NAME},
            task="walkthrough:still-open",
            now=story.now,
        )
    )
    return not refused


def _refusal_of(act: Any) -> str:
    try:
        act()
    except (AccessRefused, Refusal) as refusal:
        return refusal.code
    return ""


def _reveals_bor(story: Story) -> bool:
    subject_id = story.kept["subjects"]["bor"]
    grant = open_gate(
        actor=CLERK,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[subject_id],
        categories={
            DataCategory.NAME,
            DataCategory.RESIDENCE,
            DataCategory.BIRTH_DATE,
            DataCategory.CONTACT,
        },
        task="walkthrough:neighbour",
        now=story.now,
    )
    return reveal_person(grant, subject_id).family_name == story.kept["facts"]["bor"].family_name


def _needles(story: Story) -> list[str]:
    card_id = UUID(story.kept["ana"].card_id)
    return [
        story.kept["subjects"]["ana"].hex,
        card_id.hex,
        wallet_pseudonym_for_blocking(card_id).hex,
        story.kept["ana"].holder_id,
        story.kept["case_reference"],
    ]


def _empty_journals() -> None:
    for store in Store:
        connection = connections[store.value]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _in_embedded_files(needles: list[str]) -> dict[str, list[str]]:
    embedded = all(connections[store.value].vendor == "sqlite" for store in Store)
    return find_in_files(needles) if embedded else {}


LATER_YEARS = [
    expire_cards,
    end_contract,
    plan_the_purge,
    purge,
    leave_nobody,
    check_log_again,
]
