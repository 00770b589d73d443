"""Refusals of notices, acceptances and consents."""

from records.access.errors import AccessRefused
from records.errors import Refusal


class NoticeTooSoon(Refusal):
    """A change binds holders too soon (C2, T11.5).

    Announce it to every holder first and let it take effect at the earliest on the day named in the
    facts.
    """

    code = "consent.notice_too_soon"


class NoticeUnannounced(Refusal):
    """A material change has no day on which it was announced (C2, T11.5). Announce it first."""

    code = "consent.notice_unannounced"


class NoticeChanged(Refusal):
    """A published text was changed. Publish a new version: what people accepted stays as it was."""

    code = "consent.notice_changed"


class NoticeNotInForce(Refusal):
    """The text is not the one in force on this day. Show the one that is, and ask again."""

    code = "consent.notice_not_in_force"


class NoticeMissing(Refusal):
    """No version of this text applies on this day in this language. Publish the texts first."""

    code = "consent.notice_missing"


class AlreadyAccepted(Refusal):
    """This version was accepted before. Nothing is to be done."""

    code = "consent.already_accepted"


class NotAConsentPurpose(Refusal):
    """This purpose does not rest on consent, so it cannot be given or withdrawn (GDPR 7(4))."""

    code = "consent.not_a_consent_purpose"


class ConsentStandsAlready(Refusal):
    """Consent for this purpose stands already. Show the state as it is."""

    code = "consent.stands_already"


class ConsentDoesNotStand(Refusal):
    """There is no standing consent to withdraw. Show the state as it is."""

    code = "consent.does_not_stand"


class ConsentMissing(AccessRefused):
    """The purpose rests on consent, and somebody among the people asked for has not given it.

    Leave those people out; `people` says how many (GDPR 6(1)(a), 7(3)).
    """

    code = "consent.missing"
