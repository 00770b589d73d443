"""The copy of what the service holds about a member of staff: they have the same right to their own
data (GDPR 15). No case is needed: they are signed in with two factors, and it is made at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dsar.operations.collecting import controller_cards, organisation_names, recipients
from dsar.operations.typesetting import SealedPackage, seal_package
from dsar.package.assembly import make_contents
from dsar.package.content import Collected, collect_source
from dsar.package.report import Header
from dsar.rules import deadlines
from dsar.spool import keep_rows
from records.access.grants import Grant
from records.access.inventory import Section
from records.access.purposes import DataCategory, Purpose
from records.documents.seals import SealSettings
from records.legal_days import legal_day


def make_staff_copy(
    *,
    grant: Grant,
    sections: Mapping[str, Sequence[Section]],
    controller: str,
    reference: str,
    language: str,
    now: datetime,
) -> SealedPackage:
    """Return the sealed copy of these sections (by source), which were read under the Grant of
    STAFF_OWN_DATA.
    """
    grant.require_purpose(Purpose.STAFF_OWN_DATA, DataCategory.STAFF)
    found = [
        collect_source(source, [one.table for one in some], some, (), keep_rows)
        for source, some in sections.items()
    ]
    seal = SealSettings.configured()
    today = legal_day(now)
    header = Header(
        reference=reference,
        language=language,
        received_on=today,
        due_on=deadlines(today).due,
        as_of=now,
        scope=(),
        answered_by=controller,
        level=seal.level,
        demo_seal=seal.provider == "demo",
        staff=True,
    )
    contents = make_contents(
        header=header,
        controllers=controller_cards(),
        recipients=recipients(),
        tables={
            one.table.model: (source, one.table)
            for source, some in sections.items()
            for one in some
        },
        collected=Collected(
            tuple(sheet for one in found for sheet in one.sheets),
            tuple(line for one in found for line in one.manifest),
        ),
        names=organisation_names(),
    )
    return seal_package(contents, now=now)
