"""When an application is complete, who may apply alone, and what may happen to it (T4.1, C4,
C5).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from records.access.purposes import CardForm
from records.cards.errors import (
    ApplicationStateRefused,
    CityMismatchUnconfirmed,
    GuardianRequired,
    ReceivedInFuture,
    StatusWithoutGround,
)
from records.legal_days import add_years

GUARDIAN_UNDER_YEARS = 15
"""From the 15th birthday on a person applies alone (T4.2.1, C4)."""
ISSUE_DAYS = 10
"""T4.1.9a."""


class ApplicationState(StrEnum):
    """Where an application stands."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    ACCEPTED = "accepted"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ApplicationAction(StrEnum):
    """What can be done with an application. `submit` makes it."""

    SUBMIT = "submit"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    ISSUE = "issue"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class ApplicationPurpose(StrEnum):
    """What the application is for (T4.1.4c)."""

    FIRST = "first"
    RENEWAL = "renewal"
    REPLACEMENT = "replacement"
    SPECIAL_STATUS = "special_status"


class Channel(StrEnum):
    """How something reached us; any of them counts (T4.1.6, T4.4.2a, C16)."""

    COUNTER = "counter"
    POST = "post"
    PHONE = "phone"
    EMAIL = "email"
    PORTAL = "portal"


class ClaimedStatus(StrEnum):
    """The special statuses (T7.2.2)."""

    RESIDENT = "resident"
    PENSIONER = "pensioner"
    YOUNG = "young"
    DISABLED = "disabled"


class RefusalReason(StrEnum):
    """Why an application is refused. A closed list: free text would hold personal data."""

    DATA_NOT_CONFIRMED = "data_not_confirmed"
    DUPLICATE = "duplicate"
    NO_COMPLETION = "no_completion"
    NOT_ENTITLED = "not_entitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """What an application has, field by field: whether it is there, never what it says."""

    given_name: bool = False
    family_name: bool = False
    residence: bool = False
    birth_date: bool = False
    phone: bool = False
    email: bool = False
    my_city: bool = False
    terms: bool = False
    delivery_method: bool = False
    delivery_point: bool = False
    purpose: bool = False
    status_claimed: bool = False
    status_data: bool = False
    needs_delivery_point: bool = False


_ALWAYS = ("given_name", "family_name", "residence", "birth_date", "my_city", "terms")
MANDATORY: dict[CardForm, tuple[str, ...]] = {
    CardForm.PHYSICAL: (*_ALWAYS, "delivery_method", "purpose"),
    CardForm.VIRTUAL: (*_ALWAYS, "phone"),
}
"""What each form always needs (T4.1.4a; T5.1.5a, C7). No other field may become mandatory
(T4.1.4e).
"""


def missing_fields(facts: ApplicationFacts, *, form: CardForm) -> tuple[str, ...]:
    """Return the names of the fields without which the application is incomplete, in the order of
    the form.

    Beside the ones that are always needed: a contact (mobile or e-mail) for a physical card, the
    evidence where a status is claimed (C7), and the point where the card is to be collected
    (T4.1.4a, T4.1.4b).
    """
    missing = [name for name in MANDATORY[form] if not getattr(facts, name)]
    if form is CardForm.PHYSICAL and not (facts.phone or facts.email):
        missing.append("contact")
    if facts.status_claimed and not facts.status_data:
        missing.append("status_data")
    if facts.needs_delivery_point and not facts.delivery_point:
        missing.append("delivery_point")
    return tuple(missing)


def check_age(*, birth_date: date | None, on: date) -> None:
    """Raise GuardianRequired for a person who is not yet 15 on that day (T4.2.1, C4).

    Somebody born on 29 February turns 15 on 28 February of a common year, as periods do (Regulation
    1182/71).
    """
    if birth_date is not None and on < add_years(birth_date, GUARDIAN_UNDER_YEARS):
        raise GuardianRequired(under_years=GUARDIAN_UNDER_YEARS)


def check_received(*, received_on: date, today: date) -> None:
    """Raise ReceivedInFuture; a day long past is the true one of a letter that was registered late
    (C16).
    """
    if received_on > today:
        raise ReceivedInFuture(received_on=received_on.isoformat(), today=today.isoformat())


def check_city(*, filed_at: str, chosen: str, confirmed: bool) -> None:
    """Raise CityMismatchUnconfirmed where the chosen city is another than that of filing, and
    nobody has asked (C5).
    """
    if filed_at != chosen and not confirmed:
        raise CityMismatchUnconfirmed(filed_at=filed_at, chosen=chosen)


def check_status_ground(status: ClaimedStatus | None) -> None:
    """Raise StatusWithoutGround for a status that says something about health (T7.2.6, C20).

    There is no place yet where explicit consent for it is taken; until there is, it is not
    collected at all.
    """
    if status is ClaimedStatus.DISABLED:
        raise StatusWithoutGround(status=status.value)


def issue_due_date(completed_on: date) -> date:
    """Return the last day on which the card must be issued: ten days after the application was
    complete (T4.1.9a).
    """
    return completed_on + timedelta(days=ISSUE_DAYS)


_OPEN = (ApplicationState.INCOMPLETE, ApplicationState.COMPLETE, ApplicationState.ACCEPTED)


def next_application_state(
    state: ApplicationState | None,
    action: ApplicationAction,
    *,
    missing: tuple[str, ...] = (),
) -> ApplicationState:
    """Return the state after the action; raise ApplicationStateRefused for everything that is not
    written here.

    `submit` and `supplement` end in `incomplete` or `complete`, by what is missing (T4.1.8).
    """
    by_content = ApplicationState.INCOMPLETE if missing else ApplicationState.COMPLETE
    table: dict[ApplicationAction, tuple[tuple[ApplicationState | None, ...], ApplicationState]] = {
        ApplicationAction.SUBMIT: ((None,), by_content),
        ApplicationAction.SUPPLEMENT: (
            (ApplicationState.INCOMPLETE, ApplicationState.COMPLETE),
            by_content,
        ),
        ApplicationAction.ACCEPT: ((ApplicationState.COMPLETE,), ApplicationState.ACCEPTED),
        ApplicationAction.ISSUE: ((ApplicationState.ACCEPTED,), ApplicationState.ISSUED),
        ApplicationAction.REFUSE: (_OPEN, ApplicationState.REFUSED),
        ApplicationAction.WITHDRAW: (_OPEN, ApplicationState.WITHDRAWN),
    }
    sources, target = table[action]
    if state not in sources:
        raise ApplicationStateRefused(state=state.value if state else "new", action=action.value)
    return target
