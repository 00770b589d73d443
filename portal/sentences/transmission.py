"""Refusals of handing data to another controller directly."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.peers_invalid": _(
        "The list of other services cannot be used (%(where)s). Mend the file that "
        "VARUH_PEERS_FILE names."
    ),
    "dsar.peer_unknown": _("We cannot send data to that service. Choose one from the page."),
    "dsar.portable_unusable": _(
        "The data is not of the published format or not about one person (%(reason)s)."
    ),
    "dsar.portable_too_large": _(
        "There is too much data to be sent directly. Download the package and take it there."
    ),
    "dsar.reception_busy": _("The same data is being received at this moment. Try again shortly."),
    "dsar.sent_before": _(
        "The same data has arrived before. Nothing was made of it a second time."
    ),
}
