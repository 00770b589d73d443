"""Refusals of what spans card and wallet."""

from records.errors import Refusal


class ContractsRefusal(Refusal):
    """The base of everything that card and wallet together refuse."""

    code = "contracts.refused"


class IssueRunning(ContractsRefusal):
    """The card of this application is being made; wait for it, then cancel the card instead."""

    code = "contracts.issue_running"


class Busy(ContractsRefusal):
    """Somebody is at this very card at this moment. Try again in a minute; what was begun is
    finished then.
    """

    code = "contracts.busy"


class AlreadyHandedOver(ContractsRefusal):
    """The card has left the desk: its token is not made twice. Block it and issue a new one."""

    code = "contracts.already_handed_over"


class SubjectGiven(ContractsRefusal):
    """A new person needs details, a known one must not have any: change them by themselves."""

    code = "contracts.subject_given"


class FormDiffers(ContractsRefusal):
    """The known person holds the other form of the card; the two forms are never joined (C6,
    T4.3.6).
    """

    code = "contracts.form_differs"


class DeliveryUnknown(ContractsRefusal):
    """The register knows no such way of delivery (T4.1.4b)."""

    code = "contracts.delivery_unknown"
