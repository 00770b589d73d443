"""Refusals of rights requests and their letters."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.letter_unknown": _("There is no such letter, or it is not yours."),
    "dsar.letter_not_delivered": _(
        "The letter has not reached the person yet, so what it says is not in force. Hand it over "
        "at the counter or send it by post, and note that here."
    ),
    "dsar.right_unknown": _(
        "This right cannot be asked for in this way. Choose one of the rights on the page."
    ),
}
