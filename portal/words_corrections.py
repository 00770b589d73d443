"""Corrections, restriction, objection in everyday words; joined to the other words of cases."""

from django.utils.translation import gettext_lazy as _

from dsar.rules.corrections import LiftingReason, LockedBecause, RejectionGround, RestrictionGround
from records.access.inventory import Rectification

CLASSES = {
    Rectification.FREE: _("You change it yourself, and it counts at once."),
    Rectification.REVIEWED: _(
        "You propose, a clerk looks at it. Until then this kind of data is not used."
    ),
}
LOCKED = {
    LockedBecause.COMPUTED: _(
        "It is worked out from other data. Correct those, or tell us what is wrong."
    ),
    LockedBecause.REQUIRED_BY_LAW: _(
        "The law asks us to keep this record as it is. You can add a statement to it."
    ),
    LockedBecause.RECORD_OF_EVENT: _(
        "It records what happened and when. If it did not happen so, tell us: we look at it and "
        "keep your statement beside it."
    ),
    LockedBecause.PART_OF_APPLICATION: _(
        "It is what was said in an application then. You can add a statement to it, or hand in a "
        "new application."
    ),
}
GROUNDS = {
    RestrictionGround.ACCURACY: _("The data is wrong, and I want it to rest until it is checked"),
    RestrictionGround.UNLAWFUL: _(
        "It is used unlawfully, but I do not want it erased – only not used"
    ),
    RestrictionGround.CLAIMS: _(
        "You no longer need it, but I need it for a legal claim, so keep it for me"
    ),
    RestrictionGround.OBJECTION: _(
        "I have objected, and I want it to rest until it is clear whose reasons prevail"
    ),
}
REJECTIONS = {
    RejectionGround.PROVEN_RIGHT: _("the value that is kept is proven right"),
    RejectionGround.NO_EVIDENCE: _("the proposed value could not be confirmed"),
    RejectionGround.RECORD_OF_EVENT: _("a record of what happened"),
    RejectionGround.REQUIRED_BY_LAW: _("the law asks for the record as it is"),
}
LIFTINGS = {
    LiftingReason.SETTLED: _("the data was checked and is right now"),
    LiftingReason.LAWFUL: _("the processing was found to be lawful"),
    LiftingReason.CLAIM_OVER: _("the legal claim is over"),
    LiftingReason.OVERRULED: _("the objection was weighed and overruled"),
    LiftingReason.ASKED: _("the person asked for it"),
}
CASE_WORDS = {
    **{ground.value: text for ground, text in REJECTIONS.items()},
    **{reason.value: text for reason, text in LIFTINGS.items()},
    "accuracy": _("the accuracy is contested"),
    "unlawful": _("unlawful use"),
    "claims": _("needed for a legal claim"),
    "proposed": _("proposed"),
    "applied": _("corrected"),
    "rejected": _("not corrected"),
    "stated": _("statement added"),
    "corrected": _("correction"),
    "restricted": _("restriction"),
    "contact_replaced": _("to the contact before the change"),
    "objection_upheld": _("the objection was upheld"),
    "overruled": _("the objection was overruled"),
    "taken_back": _("the objection was taken back"),
    "identity_card": _("identity card"),
    "passport": _("passport"),
    "driving_licence": _("driving licence"),
    "other": _("another document"),
    "declined_payment": _("A payment was declined"),
    "blocked_card": _("My card or account was blocked"),
    "other_decision": _("Something else was decided without a person"),
    "understand": _("I do not understand this look"),
    "object": _("I think that this look was not allowed"),
}
