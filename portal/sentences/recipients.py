"""Refusals about recipients of data."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.recipient_unreachable": _(
        "The recipient of the data does not answer. The service tries again by itself."
    ),
    "dsar.wire_refused": _(
        "What came from the other side does not fit (%(reason)s). Nothing was changed. Compare the "
        "keys and addresses in the register."
    ),
    "dsar.instruction_unknown": _("There is no such instruction to this recipient."),
}
