"""Asking every source, under one Grant, and making the sealed file from what they hand over."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dsar.models import Case
from dsar.operations.typesetting import SealedPackage, seal_package
from dsar.package.assembly import make_contents
from dsar.package.content import Collected, Sheet, collect_source
from dsar.package.information import ControllerCard, Received, Recipient
from dsar.package.manifest import Entry, Status, describe, given_columns, requested_columns
from dsar.package.portable import tables_for
from dsar.package.report import Header
from dsar.queries import personal_tables, scope_to_answer
from dsar.rules import FiledBy, Right
from dsar.spool import keep_rows
from records.access.grants import Grant
from records.access.inventory import Table
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.access.queries import iterate_entries_about
from records.access.registry import Source, SubjectContext, sources
from records.contracts.queries import subject_context
from records.documents.seals import SealSettings
from records.errors import Refusal
from records.identity.queries import (
    list_controllers,
    list_processors,
    list_registration_points,
    reveal_columns,
)
from records.legal_days import add_years

GROWN_UP_YEARS = 18

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the sources: by which right, and which kinds of data (none: all)."""

    right: Right
    scope: tuple[DataCategory, ...] = ()

    @classmethod
    def of(cls, case: Case) -> "Question":
        """Return what a case asks."""
        return cls(Right(case.right), tuple(map(DataCategory, scope_to_answer(case))))

    def tables(self, source: Source) -> list[Table]:
        """Return the source's tables as the right gives them."""
        return [tables_for(self.right, table) for table in source.tables]

    def asks(self, source: Source) -> bool:
        """Return whether the source holds something that is asked for; for portability, something
        that is given.
        """
        choose = given_columns if self.right is Right.PORTABILITY else requested_columns
        return any(choose(table, self.scope) for table in self.tables(source))


def asked_sources(question: Question) -> list[Source]:
    """Return the sources that hold a table with something asked for."""
    return [source for source in sources() if question.asks(source)]


def asked_categories(question: Question) -> frozenset[DataCategory]:
    """Return every kind of data that must be opened to answer: whole tables, as their sources read
    them.
    """
    found = {
        column.category
        for source in asked_sources(question)
        for table in source.tables
        for column in table.personal()
    }
    extra = {DataCategory.CASE}
    if question.right is Right.ACCESS:
        # Whoever is under 18 reads other words, and everybody is told who received data (GDPR
        # 12(1), 15(1)(c)).
        extra |= {DataCategory.BIRTH_DATE, DataCategory.ACCESS_LOG}
    if _needs_wallets(question):
        extra |= {DataCategory.CARD, DataCategory.WALLET}
    return frozenset(found | extra)


def context_of(grant: Grant, subject_id: UUID, question: Question) -> SubjectContext:
    """Return the person under their names in the stores that are asked; the wallets only where they
    are needed.
    """
    if _needs_wallets(question):
        return subject_context(grant, subject_id)
    return SubjectContext(subject_id=subject_id)


def list_received(
    grant: Grant, context: SubjectContext, question: Question
) -> list[Received] | None:
    """Return who really received the person's data, by the log: whom it was disclosed to, and which
    organisation that is not a controller opened it. None where the answer does not tell it.
    """
    if question.right is not Right.ACCESS:
        return None
    controllers = {one.code for one in list_controllers()}
    found: dict[tuple[str, str, Purpose, Action], tuple[int, datetime]] = {}
    for line in iterate_entries_about(
        grant, subjects=[context.subject_id], wallets=context.wallets
    ):
        outside = line.organisation and line.organisation not in controllers
        if line.own or line.purpose is None or line.outcome in {"refused", "failed"}:
            continue
        if not outside and (
            line.action is not Action.DISCLOSE or line.purpose is Purpose.RIGHTS_REQUEST
        ):
            continue
        key = (line.organisation, line.role.value, line.purpose, line.action)
        times, last = found.get(key, (0, line.at))
        found[key] = (times + 1, max(last, line.at))
    return [Received(*key, *counted) for key, counted in sorted(found.items())]


def reads_as_child(grant: Grant, case: Case) -> bool:
    """Return whether the holder filed this themself, before the day on which they turned 18."""
    if case.right != Right.ACCESS or case.filed_by != FiledBy.SELF:
        return False
    ((born,),) = reveal_columns(grant, [case.subject_id], columns=["birth_date"])
    return isinstance(born, date) and case.received_on < add_years(born, GROWN_UP_YEARS)


def _needs_wallets(question: Question) -> bool:
    stores = {table.store for source in asked_sources(question) for table in source.tables}
    return question.right is Right.ACCESS or bool(stores & {Store.PAYMENTS, Store.AUDIT})


def collect_all(
    grant: Grant, context: SubjectContext, question: Question, now: datetime
) -> Collected:
    """Return what all sources hand over, with a manifest line for each personal table.

    A source that raises is a hole with the code of its refusal; the others are asked all the same,
    so that one attempt shows everything that is to be mended.
    """
    sheets: list[Sheet] = []
    manifest: list[Entry] = []
    for source in sources():
        if question.asks(source):
            found = _collect_one(source, grant, context, question, now)
        else:
            found = collect_not_asked(source, question)
        sheets += found.sheets
        manifest += found.manifest
    return Collected(tuple(sheets), tuple(manifest))


def collect_not_asked(source: Source, question: Question) -> Collected:
    """Return the manifest lines of a source that holds nothing of what was asked for: not
    requested, or withheld with the reason.
    """
    lines = [
        describe(source.code, table, question.scope, 0)
        for table in question.tables(source)
        if table.personal()
    ]
    return Collected((), tuple(lines))


def _collect_one(
    source: Source,
    grant: Grant,
    context: SubjectContext,
    question: Question,
    now: datetime,
) -> Collected:
    try:
        sections = source.collect(grant, context, now)
        tables = question.tables(source)
        return collect_source(source.code, tables, sections, question.scope, keep_rows)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a hole, and the case waits
        code = error.code if isinstance(error, Refusal) else type(error).__name__
        logger.warning("a source failed", extra={"source": source.code, "code": code})
        lines = [
            Entry(source.code, table.model, Status.FAILED, reason=code)
            for table in source.tables
            if table.personal()
        ]
        return Collected((), tuple(lines))


def make_sealed_package(
    case: Case,
    collected: Collected,
    now: datetime,
    *,
    received: Sequence[Received] | None = None,
    child: bool = False,
) -> SealedPackage:
    """Return the typeset and sealed file of a case from what was collected without a hole.

    `received` is who really received data; `child` chooses the words for somebody under 18.
    """
    seal = SealSettings.configured()
    right = Right(case.right)
    header = Header(
        reference=case.reference,
        language=case.language,
        received_on=case.received_on,
        due_on=case.due_on,
        as_of=now,
        scope=tuple(DataCategory(kind) for kind in scope_to_answer(case)),
        answered_by=case.answered_by,
        level=seal.level,
        demo_seal=seal.provider == "demo",
        right=right,
        child=child,
    )
    contents = make_contents(
        header=header,
        controllers=controller_cards(),
        recipients=recipients(),
        tables=personal_tables(right),
        collected=collected,
        names=organisation_names(),
        received=received,
    )
    return seal_package(contents, now=now)


def controller_cards() -> list[ControllerCard]:
    """Return the identity card of each joint controller (PP1a)."""
    return [
        ControllerCard(
            code=one.code,
            name=one.name,
            address=one.address,
            registration_number=one.registration_number,
            tax_number=one.tax_number,
            website=one.website,
            email=one.email,
            phone=one.phone,
            dpo=one.dpo_name,
            dpo_email=one.dpo_email,
        )
        for one in list_controllers()
    ]


def organisation_names() -> dict[str, str]:
    """Return the names of all organisations and registration points by their codes."""
    organisations = {one.code: one.name for one in (*list_controllers(), *list_processors())}
    return organisations | {point.code: point.name for point in list_registration_points()}


def recipients() -> list[Recipient]:
    """Return the processors of the register."""
    return [
        Recipient(
            name=one.name,
            address=one.address,
            task=one.task,
            contract=one.contract_reference,
            acts_for=tuple(sorted(controller.code for controller in one.acts_for.all())),
        )
        for one in list_processors()
    ]
