"""Refusals about who may act for a holder."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "identity.representation_unknown": _("There is no such representative of this holder."),
    "identity.representation_invalid": _(
        "The representative cannot be recorded like this: look at the field that is marked "
        "(%(field)s)."
    ),
    "identity.representation_not_yours": _(
        "You recorded this representative yourself. A second person looks at the evidence and "
        "confirms it."
    ),
    "identity.no_authority": _(
        "This representative may not act in this matter today. Look at basis, scope and dates "
        "(%(gap)s)."
    ),
    "dsar.authority_missing": _(
        "Nobody has shown an authority that reaches for this request. Record the representative, "
        "have it confirmed by a second person, and note here that it was shown."
    ),
}
