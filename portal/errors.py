"""Refusals of the doors."""

from records.errors import Refusal


class PortalRefused(Refusal):
    """A door does not open. Read `code`."""

    code = "portal.refused"


class TooManyRequests(PortalRefused):
    """Too many codes were asked for, for this number, from this address or altogether. Wait, then
    ask again.
    """

    code = "portal.too_many_requests"


class CodeWrong(PortalRefused):
    """The code is not the one that was sent, or nothing was sent: both are answered alike. Type it
    again.
    """

    code = "portal.code_wrong"


class CodeExpired(PortalRefused):
    """The code is too old, was used, or was typed wrongly too often. Ask for a new one."""

    code = "portal.code_expired"


class OtherCity(PortalRefused):
    """The person belongs to another city. Block the card if need be; the rest is that city's."""

    code = "portal.other_city"


class TaskNeeded(PortalRefused):
    """A person is opened only for a task that was chosen before (C1). Look the person up again."""

    code = "portal.task_needed"


class LookUpTooWide(PortalRefused):
    """More than one person fits the facts; nobody is shown. Ask for the card ID."""

    code = "portal.look_up_too_wide"


class NotDelivered(PortalRefused):
    """The message could not be handed to the channel. The sweep tries again."""

    code = "portal.not_delivered"


class FollowWrong(PortalRefused):
    """Reference and status code do not belong together, or there is no such request: both are
    answered alike. Read them from the paper again.
    """

    code = "portal.follow_wrong"


class FollowLocked(PortalRefused):
    """This reference was tried in vain too often. Wait, or ask at a registration point."""

    code = "portal.follow_locked"
