"""How requests came in: declared, handed over (without the files), removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dsar.intake_queries import reveal_requester
from dsar.models import Case, Intake, Requester, StatusCode, Upload
from dsar.source.declaring import (
    CASE_POINTER,
    MACHINE,
    ROW,
    SUBJECT,
    case_column,
    raw_delete,
    record_of,
)
from records.access.grants import Grant
from records.access.inventory import Provenance, Section, Table, not_personal
from records.access.purposes import Store
from records.keys.queries import reveal_values

_GIVEN = Provenance.PROVIDED

_INTAKES = Table(
    model="dsar.Intake",
    store=Store.IDENTITY,
    label="Registration of requests",
    columns=(
        *not_personal(["id"], ROW),
        case_column("case", "case number"),
        case_column("city", "city that registered it"),
        case_column("proved_at", "received no later than"),
        case_column("written_on", "day on which it was written", _GIVEN),
    ),
)
_CODES = Table(
    model="dsar.StatusCode",
    store=Store.IDENTITY,
    label="Status codes of requests",
    columns=(
        *not_personal(["id"], ROW),
        case_column("case", "case number"),
        case_column("issued_at", "when the code was given"),
        case_column("code_mac", "check value of the code", withheld="security"),
    ),
)
_REQUESTERS = Table(
    model="dsar.Requester",
    store=Store.IDENTITY,
    label="People who could not be found",
    columns=(
        *not_personal(["id"], SUBJECT),
        case_column("created_at", "when it was registered"),
        case_column("name", "name", _GIVEN),
        case_column("address", "address for the answer", _GIVEN),
        case_column("facts", "facts that were given", _GIVEN),
    ),
)
_DRAFTS = Table(
    model="dsar.MailDraft",
    store=Store.IDENTITY,
    label="E-mails that may be requests",
    columns=(
        *not_personal(["id"], "the random number of the e-mail; its data key is filed under it"),
        *not_personal(["message_mac"], "a keyed check value of the message's own number"),
        *not_personal(
            ["source", "city", "state", "reason", "settled_at", "size", "problems"], MACHINE
        ),
        case_column("received_at", "when it was received", retention="job"),
        case_column("written_at", "when it was written", _GIVEN, retention="job"),
        case_column("taken_at", "when it was taken in", retention="job"),
        case_column("sender", "sender", _GIVEN, retention="job"),
        case_column("subject", "subject line", _GIVEN, retention="job"),
        case_column("text", "text of the e-mail", _GIVEN, retention="job"),
    ),
)
_UPLOADS = Table(
    model="dsar.Upload",
    store=Store.IDENTITY,
    label="Attachments of requests",
    columns=(
        *not_personal(["id", "file_name"], ROW),
        *not_personal(["owner_id"], SUBJECT),
        *not_personal(["draft"], CASE_POINTER),
        case_column("case", "case number", retention="job"),
        case_column("number", "place in the e-mail", retention="job"),
        case_column("kind", "type that the sender named", _GIVEN, retention="job"),
        case_column("size", "size in bytes", retention="job"),
        case_column("sha256", "fingerprint", retention="job"),
        case_column("name", "file name", _GIVEN, retention="job"),
        case_column("content_key", "key of the file", retention="job", withheld="security"),
    ),
)


class IntakePart:
    """How requests came in, and with what.

    An e-mail that is no case yet is nobody's: it has a key of its own and ends by itself. What
    stands under the person's own key goes with `erase_rows_of`.
    """

    tables: tuple[Table, ...] = (_INTAKES, _CODES, _REQUESTERS, _DRAFTS, _UPLOADS)

    def collect(self, grant: Grant, cases: Sequence[Case], now: datetime) -> Sequence[Section]:
        """Return how these requests came in."""
        keys = [case.pk for case in cases]
        references = {case.pk: case.reference for case in cases}
        intakes = Intake.objects.filter(case__in=keys).order_by("case__received_at", "id")
        codes = StatusCode.objects.filter(case__in=keys).order_by("issued_at", "id")
        uploads = list(Upload.objects.filter(case__in=keys).order_by("case", "number"))
        names = reveal_values(grant, uploads, ["name"])
        return (
            Section(
                _INTAKES, tuple(record_of(_INTAKES, r, references[r.case_id]) for r in intakes)
            ),
            Section(_CODES, tuple(record_of(_CODES, r, references[r.case_id]) for r in codes)),
            self._requesters(grant, cases),
            Section(_DRAFTS, ()),
            Section(
                _UPLOADS,
                tuple(
                    record_of(
                        _UPLOADS, row, references[row.case_id] if row.case_id else "", name=name
                    )
                    for row, (name,) in zip(uploads, names, strict=True)
                ),
            ),
        )

    def _requesters(self, grant: Grant, cases: Sequence[Case]) -> Section:
        rows = Requester.objects.filter(pk__in={case.subject_id for case in cases})
        records = []
        for row in rows:
            said = reveal_requester(grant, row.pk)
            records.append(
                record_of(
                    _REQUESTERS, row, "", name=said.name, address=said.address, facts=said.facts
                )
            )
        return Section(_REQUESTERS, tuple(records))

    def erase(self, cases: Sequence[UUID], now: datetime) -> tuple[dict[str, int], list[str]]:
        """Delete what hangs on these cases."""
        uploads = Upload.objects.filter(case__in=cases)
        files = list(uploads.values_list("file_name", flat=True))
        return {
            _INTAKES.model: raw_delete(Intake.objects.filter(case__in=cases)),
            _CODES.model: raw_delete(StatusCode.objects.filter(case__in=cases)),
            _UPLOADS.model: raw_delete(uploads),
        }, files
