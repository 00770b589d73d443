"""Refusals of corrections, restrictions and objections."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.field_locked": _(
        "This value cannot be replaced. You can add a statement that stays beside it."
    ),
    "dsar.nothing_to_correct": _(
        "What you wrote is what we already keep. Change at least one value, or write what is wrong."
    ),
    "dsar.correction_unknown": _("There is no such correction, or it is decided already."),
    "dsar.restriction_unknown": _(
        "There is no such restriction, or it was lifted or announced already."
    ),
    "dsar.objection_stands": _(
        "The person objects to this use of their data, so it stands still. It opens again when "
        "they take the objection back, or when a controller has weighed it."
    ),
    "dsar.objection_not_open": _(
        "There is no such objection, or nothing is left to decide about it."
    ),
}
