"""Refusals of rights requests."""

from records.access.errors import AccessRefused
from records.errors import Refusal


class DsarRefused(Refusal):
    """The base of all refusals of rights requests."""

    code = "dsar.refused"


class BadReceiptDate(DsarRefused):
    """The day of receipt cannot be read, or lies in the future. Give it as YYYY-MM-DD."""

    code = "dsar.bad_receipt_date"


class BadReference(DsarRefused):
    """No case bears this reference: a letter or digit in it is wrong."""

    code = "dsar.bad_reference"


class CaseUnknown(DsarRefused):
    """There is no such case, or it is not this person's."""

    code = "dsar.case_unknown"


class StepNotPossible(DsarRefused):
    """The case is in a state from which this step does not lead anywhere."""

    code = "dsar.step_not_possible"


class StepNotYours(DsarRefused):
    """This step is reserved for other roles: a controller decides refusals and extensions (C1)."""

    code = "dsar.step_not_yours"


class ReasonMissing(DsarRefused):
    """This step needs a reason that can be told to the person (GDPR 12(3), 12(4))."""

    code = "dsar.reason_missing"


class TooLateToExtend(DsarRefused):
    """An extension must be told within the first month, and only once (GDPR 12(3), D4)."""

    code = "dsar.too_late_to_extend"


class IdentityNotProven(DsarRefused):
    """What was shown does not prove that the person is the holder (C8). Ask for a code to the
    enrolled contact, or for the card and a fact that the holder knows; `missing` says which.
    """

    code = "dsar.identity_not_proven"


class ScopeUnknown(DsarRefused):
    """The request names a kind of data that does not exist. Leave the scope empty for
    everything.
    """

    code = "dsar.scope_unknown"


class CaseHasHoles(DsarRefused):
    """A source has not answered, so the case is not done. Mend the source; the sweep tries
    again.
    """

    code = "dsar.case_has_holes"


class UndeclaredData(DsarRefused):
    """A source handed over a column that the inventory does not declare. Declare it in its
    source.py.
    """

    code = "dsar.undeclared_data"


class PackageUnknown(DsarRefused):
    """There is no such package, or it is not this person's."""

    code = "dsar.package_unknown"


class PackageEnded(DsarRefused):
    """The package can no longer be opened: its seven days are over, or it was disabled. Ask for a
    new one.
    """

    code = "dsar.package_ended"


class PackageDamaged(DsarRefused):
    """The stored package is missing or is not what was sealed. Ask for a new one and look at the
    disk.
    """

    code = "dsar.package_damaged"


class LeaseLost(DsarRefused):
    """Another worker has taken this job over; this one stops without writing."""

    code = "dsar.lease_lost"


class RequestPending(AccessRefused):
    """The person waits for an answer to a verified request; what it asks for is not erased
    meanwhile.
    """

    code = "dsar.request_pending"


class LetterUnknown(DsarRefused):
    """There is no such letter, or it is not this person's."""

    code = "dsar.letter_unknown"


class LetterNotDelivered(DsarRefused):
    """The letter has not reached the person, so what it says is not in force. Deliver it another
    way.
    """

    code = "dsar.letter_not_delivered"


class RightUnknown(DsarRefused):
    """There is no such right, or it is not asked for in this way."""

    code = "dsar.right_unknown"


class FieldLocked(DsarRefused):
    """This value is not changed at the person's word; a statement can stand beside it (GDPR 16)."""

    code = "dsar.field_locked"


class NothingToCorrect(DsarRefused):
    """What was proposed is what is already there, or nothing was proposed."""

    code = "dsar.nothing_to_correct"


class CorrectionUnknown(DsarRefused):
    """There is no such correction, it is decided already, or it is not this person's."""

    code = "dsar.correction_unknown"


class RestrictionUnknown(DsarRefused):
    """There is no such restriction, or it does not stand."""

    code = "dsar.restriction_unknown"


class ObjectionStands(AccessRefused):
    """The person objects to this purpose; it stands still until they take that back or a controller
    has weighed it (GDPR 21).
    """

    code = "dsar.objection_stands"


class ObjectionNotOpen(DsarRefused):
    """There is no such objection, or it is not one that a person weighs."""

    code = "dsar.objection_not_open"


class RecipientUnreachable(DsarRefused):
    """A recipient of data does not answer, or with an error; the sweep tries again."""

    code = "dsar.recipient_unreachable"


class WireRefused(DsarRefused):
    """What came from outside, or was to go there, does not fit: signature, sender, kind, content or
    an address without TLS.
    """

    code = "dsar.wire_refused"


class InstructionUnknown(DsarRefused):
    """There is no such instruction to this recipient."""

    code = "dsar.instruction_unknown"


class AuthorityMissing(DsarRefused):
    """Whoever filed this for another person has not shown an authority that reaches, or it is over.
    Record the representation, have it confirmed, and show it for this case.
    """

    code = "dsar.authority_missing"


class ReceiptDisproved(DsarRefused):
    """The day of receipt is later than the stamp or the mail server proves, or earlier than the
    sender wrote (C16). Give the true day.
    """

    code = "dsar.receipt_disproved"


class DraftUnknown(DsarRefused):
    """There is no such e-mail, or it is not this desk's."""

    code = "dsar.draft_unknown"


class DraftSettled(DsarRefused):
    """The e-mail was made a request, or set aside, already."""

    code = "dsar.draft_settled"


class MailUnreadable(DsarRefused):
    """The file is not an e-mail, or is too large. Save the message from the mail program again, as
    .eml.
    """

    code = "dsar.mail_unreadable"


class MailboxUnavailable(DsarRefused):
    """The mailbox does not answer, or not as it should. Nothing is lost: what was not fetched is
    still unread there.
    """

    code = "dsar.mailbox_unavailable"


class RequesterMissing(DsarRefused):
    """Somebody who cannot be found needs a name, so that they can be answered."""

    code = "dsar.requester_missing"


class NotOnPaper(DsarRefused):
    """The answer travels by the portal, so that nothing is printed for anybody else."""

    code = "dsar.not_on_paper"


class GroundUnknown(DsarRefused):
    """The ground is not of the closed list, or cannot stand against this right (GDPR 12(4))."""

    code = "dsar.ground_unknown"


class SamePerson(DsarRefused):
    """Nobody confirms what they prepared, or reviews what they decided: it takes a second person
    (C9).
    """

    code = "dsar.same_person"


class PartsUnclear(DsarRefused):
    """A partial answer names what is granted and what is not: both, and nothing twice."""

    code = "dsar.parts_unclear"


class DecisionUnknown(DsarRefused):
    """There is no prepared decision to confirm, or it changed while you looked at it."""

    code = "dsar.decision_unknown"


class DecisionWaits(DsarRefused):
    """A decision is prepared already; it is confirmed or returned before another is prepared."""

    code = "dsar.decision_waits"


class NoQuestion(DsarRefused):
    """No question waits for an answer."""

    code = "dsar.no_question"


class ReviewNotPossible(DsarRefused):
    """Only an answered request is reviewed, once at a time, and a review is not reviewed again
    (H16).
    """

    code = "dsar.review_not_possible"


class ProcedureNotPossible(DsarRefused):
    """The procedure cannot be opened or ended like this: look at its dates and its state."""

    code = "dsar.procedure_not_possible"


class UnsafeFileName(DsarRefused):
    """A file's name would leave its folder or hide what it is. Nothing was written."""

    code = "dsar.unsafe_file_name"


class OrderUnknown(DsarRefused):
    """There is no order to erase for this case, or it is not this person's."""

    code = "dsar.order_unknown"


class OrderNotOpen(DsarRefused):
    """The order is not in a state in which this can be done; `state` says in which it is."""

    code = "dsar.order_not_open"


class CancelTooLate(DsarRefused):
    """The 72 hours in which the erasure can be cancelled are over (H15)."""

    code = "dsar.cancel_too_late"


class NotAnApprover(DsarRefused):
    """An erasure is approved by a clerk of the person's city or a controller's officer."""

    code = "dsar.not_an_approver"


class ApprovedBefore(DsarRefused):
    """The same person has approved this plan before. Ask a second one."""

    code = "dsar.approved_before"


class PlanIsAnother(DsarRefused):
    """The plan on the page is not the one that stands now. Read it again, then approve."""

    code = "dsar.plan_is_another"


class CountsDiffer(DsarRefused):
    """What was erased is not what was predicted; nothing was kept of it. Make a new plan."""

    code = "dsar.counts_differ"


class LeftoverFound(DsarRefused):
    """The check after the erasure has found something that should be gone; `where` names the
    place.
    """

    code = "dsar.leftover_found"


class BreakerOpen(DsarRefused):
    """More is to be erased today than is usual. A controller's officer checks why and releases
    it.
    """

    code = "dsar.breaker_open"


class ClaimRefused(DsarRefused):
    """The code is wrong, or its time is over: the service says no more than that."""

    code = "dsar.claim_refused"


class ClaimTooOften(DsarRefused):
    """Too many wrong codes. Wait a quarter of an hour."""

    code = "dsar.claim_too_often"


class PeersInvalid(DsarRefused):
    """The file of the other installations cannot be used; `where` names the entry. Mend it."""

    code = "dsar.peers_invalid"


class PeerUnknown(DsarRefused):
    """No other installation of that code may be sent to. Choose one of those on the page."""

    code = "dsar.peer_unknown"


class PortableUnusable(DsarRefused):
    """The portable data is not of the published format, or not about one person; `reason` says
    where.
    """

    code = "dsar.portable_unusable"


class PortableTooLarge(DsarRefused):
    """There is too much data to be handed over directly. Carry the package yourself."""

    code = "dsar.portable_too_large"


class ReceptionBusy(DsarRefused):
    """The same data is being received at this moment. Send it again shortly."""

    code = "dsar.reception_busy"


class SentBefore(DsarRefused):
    """The same data has come from there before, under another number. Nothing was made of it."""

    code = "dsar.sent_before"
