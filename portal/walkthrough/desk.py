"""The first day: a card is applied for and issued, topped up, and pays."""

import secrets
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from portal.demo.holders import give_card, terms_reference
from portal.walkthrough.scan import find_in_files, find_in_stores
from portal.walkthrough.story import CITY, CLERK, FIRST_CONTROLLER, POINT, Story, prove
from records.cards.operations import ApplicationDetails
from records.cards.rules import Channel
from records.contracts.operations import issue_card, submit_application, withdraw_application
from records.errors import Refusal
from records.identity.models import DataSubject
from records.identity.rules import PersonDetails
from records.keys.links import presentation_digest, wallet_pseudonym_for_blocking
from records.legal_days import legal_day
from records.wallet.models import Terminal
from records.wallet.operations import authorise_payment, register_terminal, top_up
from records.wallet.queries import get_balance
from retention.operations import confirm_clock


def _person(marker: str, given: str, birth: date) -> PersonDetails:
    return PersonDetails(
        given_name=f"{given}{marker}",
        family_name=f"Primer{marker}",
        residence=f"Sončna pot {marker} 998, 8000 Novo mesto",
        birth_date=birth,
        email=f"{given.lower()}.{marker.lower()}@example.org",
    )


def _marker() -> str:
    return "".join(secrets.choice("ABCDEFGHJKLMNPRSTUVZ") for _ in range(10))


def apply_incompletely(story: Story) -> dict[str, Any]:
    """A clerk takes an application in which something is missing; it is named, and no card is
    issued.
    """
    confirm_clock(actor=FIRST_CONTROLLER, now=story.now)
    person = _person(_marker(), "Iva", date(1990, 5, 17))
    standing = submit_application(
        actor=CLERK,
        details=ApplicationDetails(
            chosen_city=CITY, terms_reference=terms_reference(legal_day(story.now))
        ),
        person=PersonDetails(given_name=person.given_name, family_name=person.family_name),
        point=POINT,
        received_on=legal_day(story.now),
        channel=Channel.COUNTER,
        now=story.now,
    )
    story.kept["incomplete"] = standing.subject_id
    try:
        issue_card(actor=CLERK, application_id=standing.application_id, now=story.now)
        prove(False, "an incomplete application must not be issued")
    except Refusal as refusal:
        code = refusal.code
    prove("residence" in standing.missing, "the missing fields are named")
    withdraw_application(actor=CLERK, application_id=standing.application_id, now=story.now)
    return {"missing": list(standing.missing), "issue_refused": code}


def issue_cards(story: Story) -> dict[str, Any]:
    """The clerk issues a card to Ana and one to her neighbour Bor; their data is sealed."""
    ana, bor = _marker(), _marker()
    facts = {
        "ana": _person(ana, "Ana", date(1984, 2, 29)),
        "bor": _person(bor, "Bor", date(1981, 7, 5)),
    }
    for name, person in facts.items():
        story.kept[name] = give_card(
            clerk=CLERK, person=person, city=CITY, point=POINT, now=story.now
        )
    story.kept["markers"] = {"ana": ana, "bor": bor}
    story.kept["facts"] = facts
    clear = [value for person in facts.values() for value in (person.given_name, person.residence)]
    in_files, in_stores = find_in_files(clear), find_in_stores(clear)
    prove(
        not in_files and not in_stores, f"no plaintext in stores or files: {in_files} {in_stores}"
    )
    prove(DataSubject.objects.count() >= len(facts), "the data subjects are there")
    card = story.kept["ana"]
    return {"card": card.holder_id, "plaintext_found": 0, "wallet_opened_under": "a pseudonym"}


def top_up_and_pay(story: Story) -> dict[str, Any]:
    """Ana tops up 30 EUR in cash, pays 4,20 EUR; a replay books nothing, the ceiling holds."""
    made = register_terminal(
        organisation="knjiznica", name="walkthrough", can_topup=True, can_sell=True
    )
    terminal = Terminal.objects.get(pk=made.id)
    story.kept["terminal"] = made.id
    presentation = presentation_digest(bytes.fromhex(story.kept["ana"].chip_token))
    common: dict[str, Any] = {"terminal": terminal, "presentation": presentation, "currency": "EUR"}
    key = secrets.token_hex(8)
    first = top_up(amount_minor=3000, idempotency_key=f"{key}-1", now=story.now, **common)
    later = story.now + timedelta(seconds=5)
    paid = authorise_payment(amount_minor=420, idempotency_key=f"{key}-2", now=later, **common)
    again = authorise_payment(amount_minor=420, idempotency_key=f"{key}-2", now=later, **common)
    over = top_up(amount_minor=3000, idempotency_key=f"{key}-3", now=later, **common)
    balance = get_balance(_wallet(story))
    prove(first.approved and paid.approved, "top-up and payment are approved")
    prove(
        again.replayed and again.id == paid.id, "a repeated request is answered, not booked again"
    )
    prove(not over.approved, "a top-up over the ceiling is declined in full")
    prove(balance.balance_minor == 2580, "the balance is exact to the cent")
    return {
        "balance_minor": balance.balance_minor,
        "month_payments_minor": balance.month_payments_minor,
        "declined": over.reason,
        "replayed": again.replayed,
    }


def _wallet(story: Story) -> UUID:
    return wallet_pseudonym_for_blocking(UUID(story.kept["ana"].card_id))


FIRST_DAY = [apply_incompletely, issue_cards, top_up_and_pay]
