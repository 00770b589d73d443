"""Work on the keys themselves: rolling KEK epochs, re-encrypting subjects, rebuilding indexes.

Each part follows one plan: make the new, move everything to it, and destroy the old when it is due,
that is, when nobody can need it any more. Each may be killed at any point and run again: what is
done is read from the data itself, or from a row that counts it.
"""

from records.keys.maintenance.indexes import IndexReport, rebuild_indexes
from records.keys.maintenance.keks import KekReport, roll_kek_epoch
from records.keys.maintenance.subjects import SubjectReport, re_encrypt_subject

__all__ = [
    "IndexReport",
    "KekReport",
    "SubjectReport",
    "re_encrypt_subject",
    "rebuild_indexes",
    "roll_kek_epoch",
]
