"""Refusals of data keys and sealed fields."""

from records.errors import Refusal


class KeysRefusal(Refusal):
    """The base of everything that data keys and sealed fields refuse."""

    code = "keys.refused"


class KeyDestroyed(KeysRefusal):
    """The subject has no data key in that store: it was destroyed, or never made. The value is gone
    for good.
    """

    code = "keys.destroyed"


class PlaintextRefused(KeysRefusal):
    """Something that is not a sealed cell was to be put into a sealed column.

    Seal values with records.keys.operations.seal_values; nothing else makes a cell.
    """

    code = "keys.plaintext_refused"


class LookupRefused(KeysRefusal):
    """A sealed column was to be compared, ordered, grouped or computed with; that could only give a
    wrong answer.

    Search through the model's blind index, or reveal under a Grant and compare there. `isnull` is
    allowed.
    """

    code = "keys.lookup_refused"


class WrongKind(KeysRefusal):
    """The value does not have the kind of its column (text, date or json), or is None where the
    column needs one.
    """

    code = "keys.wrong_kind"


class IndexIncomplete(KeysRefusal):
    """A blind index needs all its parts at once: give every column it is made `of`, also the
    unchanged ones.
    """

    code = "keys.index_incomplete"


class NotSealed(KeysRefusal):
    """The model or the column is not declared as sealed: see the facts and the system checks
    `keys.E…`.
    """

    code = "keys.not_sealed"


class IndexForbidden(KeysRefusal):
    """A blind index is declared in a way that would give its values away: read the reason, change
    the declaration.
    """

    code = "keys.index_forbidden"


class RollUnfinished(KeysRefusal):
    """A KEK epoch still has data keys under it and is therefore not destroyed. Run `roll_kek`
    again.
    """

    code = "keys.roll_unfinished"
