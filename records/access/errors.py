"""Refusals of the gate and the log."""

from records.errors import Refusal


class AccessRefused(Refusal):
    """The gate does not open. Read `code` and facts; ask for another purpose, or put the reason in
    order.
    """

    code = "access.refused"


class PurposeNotAllowed(AccessRefused):
    """This purpose does not open these categories, to this role, for this action
    (records.access.purposes).
    """

    code = "access.purpose_not_allowed"


class SubjectsMissing(AccessRefused):
    """Say whose data is opened. Only a search may name nobody."""

    code = "access.subjects_missing"


class SubjectRestricted(AccessRefused):
    """Processing is restricted (GDPR 18): the data is kept, and used only for storage, claims and
    the person's rights.
    """

    code = "access.subject_restricted"


class LogUnavailable(AccessRefused):
    """The log could not be written, so nothing is shown. Mend the audit store and ask again."""

    code = "access.log_unavailable"


class InsideTransaction(AccessRefused):
    """The gate was opened inside a transaction of the audit store, where a rollback could take the
    entry back.
    """

    code = "access.inside_transaction"


class GrantRefused(AccessRefused):
    """The base of the refusals of a Grant that is there but does not help."""

    code = "access.grant_refused"


class GrantDoesNotCover(GrantRefused):
    """The Grant was opened for other people, or for other kinds of data. Open the gate for
    these.
    """

    code = "access.grant_does_not_cover"


class GrantExpired(GrantRefused):
    """The Grant has lived its short life. Open the gate again."""

    code = "access.grant_expired"


class GrantNotLive(GrantRefused):
    """The gate of this process did not make this Grant. Only `open_gate` makes Grants."""

    code = "access.grant_not_live"


class GrantCannotTravel(GrantRefused):
    """A Grant is not copied, pickled or sent. Open the gate where the data is needed."""

    code = "access.grant_cannot_travel"


class OutcomeNotExpected(AccessRefused):
    """The outcome of this Grant has been reported already."""

    code = "access.outcome_not_expected"


class AppendOnly(Refusal):
    """Rows of the log are appended, never changed or deleted. A year is disposed of whole, by the
    owner of the store.
    """

    code = "access.append_only"


class PersonalTableNotTracked(Refusal):
    """Changes are tracked value by value only where a table is declared to hold nothing personal
    (source.py).
    """

    code = "access.personal_table_not_tracked"


class RestrictionStands(Refusal):
    """The restriction stands already, or there is none to lift."""

    code = "access.restriction_unchanged"


class LedgerUnavailable(Refusal):
    """The erasure ledger could not be written, so nothing may be erased. Mend the store or the file
    and run again.
    """

    code = "access.ledger_unavailable"


class SealingBusy(Refusal):
    """A writer holds its transaction open, or another sweep is sealing. The next sweep seals what
    is left.
    """

    code = "access.sealing_busy"


class NoSuchHead(Refusal):
    """There is no sealed tree head of that year and size."""

    code = "access.no_such_head"


class EntryNotSealed(Refusal):
    """The entry does not exist, or has not been sealed yet. Wait for the next sweep."""

    code = "access.entry_not_sealed"


class YearNotDue(Refusal):
    """The log of this year may not be disposed of yet, must be sealed first, or is gone (ZVOP-2
    22).
    """

    code = "access.year_not_due"
