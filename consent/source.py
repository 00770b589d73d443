"""What consent holds about a person, how it is handed over and removed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from consent.models import Acceptance, ConsentEvent
from consent.operations import end_and_remove
from consent.queries import count_standing, evidence_ref
from records.access.grants import Grant
from records.access.inventory import (
    Erasure,
    Personal,
    Provenance,
    Receipt,
    Record,
    Section,
    Table,
    not_personal,
)
from records.access.partial import ErasablePart, Traces
from records.access.purposes import DataCategory, LegalBasis, Purpose, Store
from records.access.registry import SubjectContext

_CONTRACT = (Purpose.CARD_APPLICATION,)
_CONSENT = (Purpose.CONSENT_ADMINISTRATION,)


def _accepted(name: str, label: str, provenance: Provenance = Provenance.OBSERVED) -> Personal:
    return Personal(
        name, DataCategory.CONSENT, label, _CONTRACT, retention="contract", provenance=provenance
    )


def _consented(name: str, label: str, provenance: Provenance = Provenance.OBSERVED) -> Personal:
    return Personal(
        name,
        DataCategory.CONSENT,
        label,
        _CONSENT,
        basis=LegalBasis.LEGAL_OBLIGATION,
        recipients=(),
        retention="consent",
        provenance=provenance,
        erasure=Erasure.KEEP_UNNAMED,
    )


NOTICES = Table(
    model="consent.NoticeVersion",
    store=Store.IDENTITY,
    label="Published texts",
    whole_because="texts that the controllers publish for everybody; they say nothing about a "
    "person",
)
ACCEPTANCES = Table(
    model="consent.Acceptance",
    store=Store.IDENTITY,
    label="Accepted terms and notices",
    columns=(
        *not_personal(["id"], "a random number that only this row bears"),
        *not_personal(["subject_id"], "the person's random number; it points to their other rows"),
        *not_personal(["application_id"], "the application's random number; it points to its row"),
        _accepted("notice", "text and version"),
        _accepted("text_sha256", "fingerprint of the exact text"),
        _accepted("issuers", "issuers, the other party of the contract"),
        _accepted("deemed", "agreed by silence"),
        _accepted("channel", "where it was accepted", Provenance.PROVIDED),
        _accepted("actor_role", "who recorded it"),
        _accepted("accepted_at", "when it was accepted", Provenance.PROVIDED),
    ),
)
EVENTS = Table(
    model="consent.ConsentEvent",
    store=Store.IDENTITY,
    label="Consents given and withdrawn",
    columns=(
        *not_personal(["id"], "a random number that only this row bears"),
        *not_personal(["evidence_ref"], "a keyed pseudonym that only the ledger of consents uses"),
        _consented("purpose", "purpose", Provenance.PROVIDED),
        _consented("number", "running number of the entry"),
        _consented("kind", "given or withdrawn", Provenance.PROVIDED),
        _consented("notice", "wording and version"),
        _consented("text_sha256", "fingerprint of the exact wording"),
        _consented("language", "language"),
        _consented("screen", "screen on which it was said"),
        _consented("channel", "channel", Provenance.PROVIDED),
        _consented("actor_role", "who recorded it"),
        _consented("at", "when it was said", Provenance.PROVIDED),
    ),
)
WINDOWS = Table(
    model="consent.ErasureWindow",
    store=Store.IDENTITY,
    label="Erasures in progress",
    columns=not_personal(
        ["evidence_ref"], "exists inside one transaction only; no committed row is ever seen"
    ),
)


STANDING = ErasablePart("consent.standing", EVENTS.model, ())
"""No column: a consent that is withdrawn leaves a line without a name, as proof (C25)."""


class ConsentSource:
    """Accepted texts go with the contract; the ledger's lines once they are no evidence (C25)."""

    code = "consent"
    tables: tuple[Table, ...] = (NOTICES, ACCEPTANCES, EVENTS, WINDOWS)
    parts: tuple[ErasablePart, ...] = (STANDING,)

    def count(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Counts protocol's signature
    ) -> Mapping[str, int]:
        """Return how many rows there are about the person."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONSENT)
        said = ConsentEvent.objects.filter(evidence_ref=evidence_ref(context.subject_id))
        return {
            ACCEPTANCES.model: Acceptance.objects.filter(subject_id=context.subject_id).count(),
            EVENTS.model: said.count(),
        }

    def preview(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """Return how many consents stand: they end with an erasure (GDPR 17(1)(b), C25)."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONSENT)
        return {STANDING.code: count_standing(context.subject_id)}

    def traces(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Traces:
        """Return nothing: the ledger's lines hold no value of a person, and stay as proof."""
        return Traces()

    def erase_columns(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """End the consents that stand, and remove what is no proof any more."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONSENT)
        if STANDING.code not in parts:
            return {}
        stood = count_standing(context.subject_id)
        end_and_remove(subject_id=context.subject_id, now=now)
        return {STANDING.code: stood - count_standing(context.subject_id)}

    def collect(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # the Source protocol's signature
    ) -> Sequence[Section]:
        """Return what was accepted, and every consent given and withdrawn."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONSENT)
        accepted = Acceptance.objects.filter(subject_id=context.subject_id).select_related("notice")
        said = ConsentEvent.objects.filter(
            evidence_ref=evidence_ref(context.subject_id)
        ).select_related("notice")
        return (
            Section(ACCEPTANCES, tuple(map(_acceptance, accepted.order_by("accepted_at", "id")))),
            Section(EVENTS, tuple(map(_event, said.order_by("purpose", "number")))),
        )

    def erase(self, grant: Grant, context: SubjectContext, now: datetime) -> Receipt:
        """Delete the acceptances; end what consent still stands, and keep the ledger's lines as
        long as they are evidence (C25).
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONSENT)
        with transaction.atomic():
            accepted, _ = Acceptance.objects.filter(subject_id=context.subject_id).delete()
            removed, left = end_and_remove(subject_id=context.subject_id, now=now)
        kept = {EVENTS.model: (left, "consent")} if left else {}
        return Receipt(
            self.code, deleted={ACCEPTANCES.model: accepted, EVENTS.model: removed}, kept=kept
        )


def _acceptance(row: Acceptance) -> Record:
    return Record(
        {
            "notice": f"{row.notice.kind} {row.notice.version} ({row.notice.language})",
            "text_sha256": row.text_sha256,
            "issuers": row.issuers,
            "deemed": row.deemed,
            "channel": row.channel,
            "actor_role": row.actor_role,
            "accepted_at": row.accepted_at,
        }
    )


def _event(row: ConsentEvent) -> Record:
    return Record(
        {
            "purpose": row.purpose,
            "number": row.number,
            "kind": row.kind,
            "notice": f"{row.notice.kind} {row.notice.version} ({row.notice.language})",
            "text_sha256": row.text_sha256,
            "language": row.language,
            "screen": row.screen,
            "channel": row.channel,
            "actor_role": row.actor_role,
            "at": row.at,
        }
    )
