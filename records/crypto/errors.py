"""Refusals of the pure cryptography."""

from records.errors import Refusal


class CannotOpen(Refusal):
    """A sealed value did not open: a wrong key, a moved cell, a cut or a changed byte.

    It is one failure for every cause and carries no facts, so that nobody learns from it which
    cause it was. Nothing of the value may be used; look for the cause in the row's place and key,
    not in this error.
    """

    code = "crypto.cannot_open"


class UnusableKey(Refusal):
    """The key has the wrong length. Only keys from the keyring or from `new_key` are used."""

    code = "crypto.unusable_key"


class IndexLeaks(Refusal):
    """A blind index of that many bits says too much or finds too much among that many rows.

    Choose `bits` so that one value has at least 2 and fewer than the square root of all rows as
    candidates.
    """

    code = "crypto.index_leaks"


class BadSignature(Refusal):
    """The note was not signed by that key, or is no signed note. Do not believe its text."""

    code = "crypto.bad_signature"


class NotACheckpoint(Refusal):
    """The text is not a checkpoint (C2SP tlog-checkpoint): origin, size and root, one a line."""

    code = "crypto.not_a_checkpoint"


class NoSuchLeaf(Refusal):
    """The proof asks for a leaf or a size that the tree does not have."""

    code = "crypto.no_such_leaf"


class NotAFrontier(Refusal):
    """The bytes are not a serialised frontier: the count of hashes does not fit the size."""

    code = "crypto.not_a_frontier"
