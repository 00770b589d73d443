"""Cards for invented people, through the same operations that a clerk's desk uses."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from consent.operations import accept_notice
from consent.queries import list_contract_notices
from consent.rules import Channel as ConsentChannel
from records.access.grants import Actor
from records.cards.operations import ApplicationDetails
from records.cards.rules import Channel
from records.contracts.operations import (
    accept_application,
    activate_card,
    deliver_card,
    issue_card,
    submit_application,
)
from records.identity.rules import PersonDetails
from records.legal_days import legal_day


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A card of the demo: what its holder types to sign in, what its chip says."""

    city: str
    name: str = field(repr=False)
    holder_id: str
    card_id: str
    chip_token: str = field(repr=False)

    def as_json(self) -> dict[str, str]:
        """Return it as the demo's file keeps it."""
        return asdict(self)


def terms_reference(day: date) -> str:
    """Return the reference of the terms in force on a day, as an application names it."""
    terms = list_contract_notices(language="sl", day=day)[0]
    return f"{terms.kind}/{terms.version}"


def give_card(
    *, clerk: Actor, person: PersonDetails, city: str, point: str, now: datetime
) -> DemoCard:
    """Take an application at the counter and bring its card into use."""
    today = legal_day(now)
    standing = submit_application(
        actor=clerk,
        details=ApplicationDetails(
            chosen_city=city, delivery_method="post", terms_reference=terms_reference(today)
        ),
        person=person,
        point=point,
        received_on=today,
        channel=Channel.COUNTER,
        now=now,
    )
    accept_notice(
        actor=clerk,
        subject_id=standing.subject_id,
        notices=list_contract_notices(language="sl", day=today),
        channel=ConsentChannel.COUNTER,
        application_id=standing.application_id,
        now=now,
    )
    accept_application(actor=clerk, application_id=standing.application_id, now=now)
    issued = issue_card(actor=clerk, application_id=standing.application_id, now=now)
    deliver_card(actor=clerk, card_id=issued.card_id, now=now)
    activate_card(actor=clerk, card_id=issued.card_id, now=now)
    return DemoCard(
        city=city,
        name=f"{person.given_name} {person.family_name}",
        holder_id=issued.holder_id,
        card_id=str(issued.card_id),
        chip_token=issued.presentation_token.hex(),
    )
