"""What the audit store knows about a person: who looked at their data. And the inventory of its
tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from records.access.grants import Grant
from records.access.inventory import (
    Erasure,
    NotPersonal,
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.models import LogEntry
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.queries import (
    LogLine,
    count_entries_about,
    iterate_entries_about,
    iterate_entries_by,
)
from records.access.registry import SubjectContext

_CODE: Final = "access"
_CHAIN: Final = "makes the log tamper-evident; a number or hash that says nothing by itself"
_LINK: Final = (
    "a keyed pseudonym of the log year, by which a person's entries are found; its key dies with"
    " the log year"
)


def _seen(name: str, label: str, *, withheld: str = "") -> Personal:
    return Personal(
        name,
        DataCategory.ACCESS_LOG,
        label,
        (Purpose.LOG_REVIEW, Purpose.OWN_DATA, Purpose.RIGHTS_REQUEST),
        basis=LegalBasis.LEGAL_OBLIGATION,
        recipients=("controller",),
        retention="access_log",
        provenance=Provenance.OBSERVED,
        erasure=Erasure.KEEP_UNNAMED,
        withheld=withheld,
    )


LOG: Final = Table(
    LogEntry._meta.label,
    Store.AUDIT,
    "Who looked at your data",
    (
        _seen("timestamp", "Date and time"),
        _seen("stage", "Outcome"),
        _seen("action", "What was done"),
        _seen("purpose", "Purpose"),
        _seen("role", "Role of who acted"),
        _seen("organisation", "Organisation"),
        _seen("categories", "Kinds of data"),
        _seen("actor", "Who acted, as a pseudonym", withheld="rights_of_others"),
        _seen("task", "Reference of the task, as a pseudonym", withheld="internal_reference"),
        NotPersonal("id", "log year and running number"),
        NotPersonal("tag", _CHAIN),
        NotPersonal("subjects", _LINK),
        NotPersonal("intent", "joins an outcome to its entry"),
        NotPersonal("record", "names a record that is about nobody"),
        NotPersonal("details", "names of fields and counts; values only of records about nobody"),
    ),
)
TABLES: Final[tuple[Table, ...]] = (
    LOG,
    Table(
        "access.EntrySubject",
        Store.AUDIT,
        "Index of the log",
        not_personal(("subject", "entry_id"), _LINK),
    ),
    Table(
        "access.TreeHead",
        Store.AUDIT,
        "Sealed tree heads",
        whole_because="hashes and signatures over log entries",
    ),
    Table(
        "access.DisposedYear",
        Store.AUDIT,
        "Disposed log years",
        whole_because="says which log year was disposed of and when",
    ),
    Table(
        "access.ErasureLedgerEntry",
        Store.AUDIT,
        "Erasure ledger",
        whole_because="keyed marks of pseudonyms whose people are erased; they lead back to nobody",
    ),
    Table(
        "access.RestrictionEvent",
        Store.AUDIT,
        "Restrictions of processing",
        not_personal(
            ("id", "subject", "cause", "categories", "placed", "ground", "at", "entry_id"),
            "filed under a keyed pseudonym; the case in which it was placed tells the person",
        ),
    ),
)


def _record(line: LogLine) -> Record:
    return Record(
        {
            "timestamp": line.at,
            "stage": line.outcome,
            "action": line.action.value,
            "purpose": line.purpose.value if line.purpose else "",
            "role": line.role.value,
            "organisation": line.organisation,
            "categories": ", ".join(sorted(category.value for category in line.categories)),
        }
    )


ACTS: Final = replace(LOG, label="What you did")
"""The log as a member of staff reads their own lines; whom they looked at is withheld."""


def collect_acts(grant: Grant, *, actor_id: str) -> Section:
    """Return everything that the log says an actor did, for that actor alone."""
    return Section(ACTS, map(_record, iterate_entries_by(grant, actor_id=actor_id)))


class AccessSource:
    """The data source of the log (GDPR 15, C-579/21: dates and purposes of each consultation)."""

    code = _CODE
    tables: tuple[Table, ...] = TABLES

    def count(self, grant: Grant, context: SubjectContext, now: datetime) -> Mapping[str, int]:
        """Return how many lines there are about the person, in all years that still stand."""
        return {LOG.model: count_entries_about(grant, subject=context.subject_id)}

    def collect(self, grant: Grant, context: SubjectContext, now: datetime) -> Sequence[Section]:
        """Return every line about the person, newest first, in all years that still stand."""
        return [
            Section(
                LOG,
                map(
                    _record,
                    iterate_entries_about(
                        grant, subjects=[context.subject_id], wallets=context.wallets
                    ),
                ),
            )
        ]

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete nothing: the log lives and dies by the year, under pseudonyms (ZVOP-2 22, rules
        C24).
        """
        return Receipt(source=_CODE, deleted={}, kept={LOG.model: (0, "access_log")})
