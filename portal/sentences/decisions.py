"""Refusals of questions, decisions and linked cases."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.ground_unknown": _(
        "This ground is not of the list, or cannot stand against this right. Choose another."
    ),
    "dsar.same_person": _(
        "You prepared or decided this yourself. Another officer of a controller has to look at it."
    ),
    "dsar.parts_unclear": _(
        "A partial answer names what is granted and what is not. Choose both, and nothing twice."
    ),
    "dsar.decision_unknown": _(
        "There is no such decision to confirm: it was confirmed, returned or changed meanwhile. "
        "Look at the case again."
    ),
    "dsar.decision_waits": _(
        "A decision is prepared already. It is confirmed or returned before another is prepared."
    ),
    "dsar.no_question": _("No question waits for your answer. You have nothing to do."),
    "dsar.review_not_possible": _(
        "This request cannot be reviewed now: it is not answered yet, a review is under way, or it "
        "is a review itself. You may complain to the Information Commissioner at any time."
    ),
    "dsar.procedure_not_possible": _(
        "This cannot be noted like this. Look at the dates and at how far the procedure is."
    ),
}
