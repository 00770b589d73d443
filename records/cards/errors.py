"""Refusals of applications and cards."""

from records.errors import Refusal


class CardsRefusal(Refusal):
    """The base of everything that applications and cards refuse."""

    code = "cards.refused"


class GuardianRequired(CardsRefusal):
    """The person is under 15: a parent or guardian applies for them (T4.2.1, C4). Nothing was
    stored.
    """

    code = "cards.guardian_required"


class ReceivedInFuture(CardsRefusal):
    """The day of receipt lies ahead. Enter the day on which the application arrived anywhere
    (T4.1.6).
    """

    code = "cards.received_in_future"


class ApplicationIncomplete(CardsRefusal):
    """Required fields are missing; `missing` names them. Call for them, then supplement the
    application (T4.1.8).
    """

    code = "cards.application_incomplete"


class CityMismatchUnconfirmed(CardsRefusal):
    """The chosen city is not where the application was filed: confirm with the holder which is
    meant (C5).
    """

    code = "cards.city_mismatch_unconfirmed"


class StatusWithoutGround(CardsRefusal):
    """This status says something about health and needs explicit consent or a statute first (C20,
    GDPR 9).
    """

    code = "cards.status_without_ground"


class NothingToReplace(CardsRefusal):
    """A replacement or renewal needs an earlier card of the same person that is of no more use
    (T4.1.4c).
    """

    code = "cards.nothing_to_replace"


class ApplicationUnknown(CardsRefusal):
    """There is no such application, or it has been erased."""

    code = "cards.application_unknown"


class CardUnknown(CardsRefusal):
    """There is no such card, or it has been erased."""

    code = "cards.card_unknown"


class ReportUnknown(CardsRefusal):
    """There is no such report of loss, theft, abuse or damage, or it has been erased."""

    code = "cards.report_unknown"


class ApplicationStateRefused(CardsRefusal):
    """An application in this state cannot do that; facts: `state`, `action`."""

    code = "cards.application_state"


class CardStateRefused(CardsRefusal):
    """A card in this state cannot do that: what is not in the table of transitions is refused;
    facts: `state`, `action`.
    """

    code = "cards.card_state"


class ValidityFixed(CardsRefusal):
    """The validity of an issued card cannot be changed (T4.6.2)."""

    code = "cards.validity_fixed"


class ValidityReasonMissing(CardsRefusal):
    """A validity other than five years needs its reason (T4.6.1b)."""

    code = "cards.validity_reason_missing"


class NoticeMissing(CardsRefusal):
    """The issuer cancels a card only after a stored prior written notice (T4.6.4)."""

    code = "cards.notice_missing"


class PickupStillOpen(CardsRefusal):
    """The holder may still come for the card; it is destroyed only after the deadline (T4.1.11b);
    fact: `last_day`.
    """

    code = "cards.pickup_open"


class HolderIdInvalid(CardsRefusal):
    """Not a holder ID: its check digit is wrong. Ask to read it again from the card (T2.12)."""

    code = "cards.holder_id_invalid"


class HolderIdsExhausted(CardsRefusal):
    """No unused holder ID was found in many draws. This should never happen; look at the random
    source.
    """

    code = "cards.holder_ids_exhausted"
