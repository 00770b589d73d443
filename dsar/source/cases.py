"""Cases and their history: declared, handed over, removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.models import Case, CaseEvent
from dsar.rules import FiledBy
from dsar.source.declaring import ROW, SUBJECT, case_column, raw_delete, record_of
from records.access.grants import Grant
from records.access.inventory import Provenance, Section, Table, not_personal
from records.access.purposes import Store
from records.keys.queries import reveal_values

THIRD_PARTY = "third_party"
"""The code under which a value about another person is withheld."""

_CASES = Table(
    model="dsar.Case",
    store=Store.IDENTITY,
    label="Requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["subject_id"], SUBJECT),
        *not_personal(["waits", "circle"], "derived from other columns, for the queue"),
        case_column("reference", "case number"),
        case_column("right", "right that was used", Provenance.PROVIDED),
        case_column("state", "state"),
        case_column("outcome", "decision"),
        case_column("ground", "ground of a refusal"),
        case_column("filed_by", "who asked", Provenance.PROVIDED),
        case_column("parent", "the request that it follows up"),
        case_column("answer_way", "how the answer travels", Provenance.PROVIDED),
        case_column("arrived_at", "where it first arrived"),
        case_column("details", "what was written", Provenance.PROVIDED),
        case_column("channel", "how it arrived", Provenance.PROVIDED),
        case_column("language", "language", Provenance.PROVIDED),
        case_column("scope", "kinds of data asked for", Provenance.PROVIDED),
        case_column("controllers", "joint controllers"),
        case_column("answered_by", "controller that answers"),
        case_column("received_at", "when it was received", Provenance.PROVIDED),
        case_column("received_on", "day of receipt", Provenance.DERIVED),
        case_column("registered_at", "when it was registered"),
        case_column("due_on", "answer due", Provenance.DERIVED),
        case_column("legal_max_on", "last day if extended", Provenance.DERIVED),
        case_column("target_on", "internal target", Provenance.DERIVED),
        case_column("extended", "extended"),
        case_column("assurance", "how well the identity was checked then"),
        case_column("closed_at", "when it was closed"),
    ),
)
_EVENTS = Table(
    model="dsar.CaseEvent",
    store=Store.IDENTITY,
    label="History of requests",
    columns=(
        *not_personal(["id"], ROW),
        *not_personal(["number"], "the place of the line in its history"),
        case_column("case", "case number"),
        case_column("event", "what happened"),
        case_column("state", "state after it"),
        case_column("at", "when"),
        case_column("actor_role", "role of who did it"),
        case_column("organisation", "organisation"),
        case_column("reason", "reason, as a code"),
        case_column("package_sha256", "fingerprint of the package"),
    ),
)


def _readable(case: Case, written: object) -> object:
    """Return what was written; what somebody else wrote tells about them, too, and is withheld by
    name (GDPR 15(4)).
    """
    if written and case.filed_by != FiledBy.SELF:
        return {"withheld": THIRD_PARTY}
    return written


class CasesPart:
    """The cases themselves; their history may only go after them (the database enforces it)."""

    tables: tuple[Table, ...] = (_CASES, _EVENTS)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return the person's cases and their history."""
        details = reveal_values(grant, list(cases), ["details"])
        events = CaseEvent.objects.filter(case__in=[case.pk for case in cases])
        ordered = events.select_related("case").order_by("case__received_at", "case", "number")
        references = dict(
            Case.objects.filter(linked__in=[case.pk for case in cases]).values_list(
                "pk", "reference"
            )
        )
        return (
            Section(
                _CASES,
                tuple(
                    record_of(
                        _CASES,
                        case,
                        case.reference,
                        details=_readable(case, written),
                        parent=references.get(case.parent_id, "") if case.parent_id else "",
                    )
                    for case, (written,) in zip(cases, details, strict=True)
                ),
            ),
            Section(
                _EVENTS,
                (
                    record_of(_EVENTS, event, event.case.reference)
                    for event in ordered.iterator(chunk_size=1_000)
                ),
            ),
        )

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete cases, then their history."""
        return {
            _CASES.model: raw_delete(Case.objects.filter(pk__in=cases)),
            _EVENTS.model: raw_delete(CaseEvent.objects.filter(case__in=cases)),
        }, []
