"""Refusals of the doors through which requests come in."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.receipt_disproved": _(
        "The day of receipt does not fit what proves it (%(proved)s): it cannot lie after the "
        "stamp or the mail server’s own time, nor before the day on which it was written. Enter "
        "the true day."
    ),
    "dsar.draft_unknown": _("There is no such e-mail, or it is with another city."),
    "dsar.draft_settled": _("This e-mail was made a request or set aside already."),
    "dsar.mail_unreadable": _(
        "This is not an e-mail, or it is too large. Save the message from the mail program again, "
        "as .eml, and choose that file."
    ),
    "dsar.mailbox_unavailable": _(
        "The mailbox does not answer as it should. Nothing is lost: what was not fetched is still "
        "unread there, and is fetched later."
    ),
    "dsar.requester_missing": _(
        "Nobody was found under these facts. Enter the name that was given, so that the request "
        "can be kept and answered."
    ),
    "dsar.not_on_paper": _(
        "The person wants the answer on the portal, so that it is not printed. If they want it on "
        "paper after all, register that wish as a request of its own."
    ),
    "portal.follow_wrong": _(
        "Case number and status code do not belong together, or there is no such request. Read "
        "both from the paper again."
    ),
    "portal.follow_locked": _(
        "This number was tried in vain too often. Try again in half an hour, or ask at a "
        "registration point."
    ),
}
