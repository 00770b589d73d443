"""Refusals of the gate and the log."""

from records.errors import Refusal


class AccessRefused(Refusal):
    """The gate does not open. Read `code` and facts; ask for another purpose, or put the reason in order."""

    code = "access.refused"
