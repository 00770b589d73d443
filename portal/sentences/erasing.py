"""Refusals of erasure and of claim codes."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.order_unknown": _("There is no such request for erasure, or it is not yours."),
    "dsar.order_not_open": _(
        "This is not possible any more, or not yet: the erasure is in another state. Load the page "
        "again."
    ),
    "dsar.cancel_too_late": _(
        "The 72 hours in which the erasure can be cancelled are over. Write to the data protection "
        "officer at once if you did not mean it."
    ),
    "dsar.not_an_approver": _(
        "An erasure is approved by a clerk of the person’s city and a controller’s officer."
    ),
    "dsar.approved_before": _("You have approved this plan already. A second person is needed."),
    "dsar.plan_is_another": _("The plan has changed since you read it. Read the new one first."),
    "dsar.counts_differ": _(
        "What was erased was not what was planned, so nothing was kept of it. A controller’s "
        "officer has to make a new plan."
    ),
    "dsar.leftover_found": _(
        "The check after the erasure has found something that should be gone. It is tried again; "
        "have the named place looked at."
    ),
    "dsar.breaker_open": _(
        "More is to be erased today than is usual. A controller’s officer has to look why, and "
        "release it."
    ),
    "dsar.claim_refused": _(
        "This code does not open anything: a sign is wrong, or its time is over. Check it against "
        "your receipt."
    ),
    "dsar.claim_too_often": _("Too many wrong codes. Wait %(minutes)s minutes and try again."),
    "identity.last_contact": _(
        "One contact is needed as long as the contract’s data is kept. Erase the other one."
    ),
}
