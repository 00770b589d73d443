"""The information part of an answer (GDPR 15(1)), generated from the inventory and the register.
Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dsar.package.texts import name_of, say
from records.access.inventory import Personal, Table
from records.access.purposes import PURPOSES, Action, DataCategory, Purpose

RIGHTS = ("rectification", "erasure", "restriction", "portability", "objection", "withdrawal")


@dataclass(frozen=True, slots=True)
class ControllerCard:
    """The identity card of a controller (PP1a)."""

    code: str
    name: str
    address: str
    registration_number: str
    tax_number: str
    website: str
    email: str
    phone: str
    dpo: str
    dpo_email: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A processor that handles the data under a contract: by name, not by kind (C-154/21, PP1b)."""

    name: str
    address: str
    task: str
    contract: str
    acts_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """Who really received data, by the log: how often, for which purpose, when last (C-154/21)."""

    organisation: str
    """Its code; the report shows its name."""
    role: str
    purpose: Purpose
    action: Action
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class KindOfData:
    """One category: where it comes from, why and how long it is kept."""

    category: DataCategory
    provenances: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    retentions: tuple[str, ...]


def kinds_of_data(tables: Iterable[Table]) -> tuple[KindOfData, ...]:
    """Return every category that the tables declare, in the order of the closed list."""
    found: dict[DataCategory, list[Personal]] = {}
    for table in tables:
        for column in table.personal():
            found.setdefault(column.category, []).append(column)
    return tuple(
        KindOfData(
            category,
            _unique(column.provenance.value for column in found[category]),
            tuple(
                purpose
                for purpose in Purpose
                if any(purpose in column.purposes for column in found[category])
            ),
            _unique(column.retention for column in found[category]),
        )
        for category in DataCategory
        if category in found
    )


def purposes_of(
    kinds: Sequence[KindOfData],
) -> tuple[tuple[Purpose, tuple[DataCategory, ...]], ...]:
    """Return every purpose that is in use, with the categories it may open among these."""
    present = [kind.category for kind in kinds]
    used = {purpose for kind in kinds for purpose in kind.purposes}
    return tuple(
        (purpose, tuple(one for one in present if one in PURPOSES[purpose].categories))
        for purpose in Purpose
        if purpose in used
    )


def information_as_dict(
    language: str,
    tables: Sequence[Table],
    recipients: Sequence[Recipient],
    received: Sequence[Received] = (),
) -> dict[str, object]:
    """Return the information part for the JSON file: codes with their words (E-A9)."""
    kinds = kinds_of_data(tables)
    return {
        "purposes": [
            {
                "purpose": purpose.value,
                "words": name_of(language, "purpose", purpose.value),
                "legal_basis": f"GDPR {PURPOSES[purpose].basis.value}",
                "categories": [category.value for category in categories],
            }
            for purpose, categories in purposes_of(kinds)
        ],
        "categories": [
            {
                "category": kind.category.value,
                "words": name_of(language, "category", kind.category.value),
                "source": list(kind.provenances),
                "purposes": [purpose.value for purpose in kind.purposes],
                "kept": [name_of(language, "retention", code) for code in kind.retentions],
            }
            for kind in kinds
        ],
        "recipients": [
            {
                "name": recipient.name,
                "address": recipient.address,
                "task": recipient.task,
                "contract": recipient.contract,
                "acts_for": list(recipient.acts_for),
            }
            for recipient in recipients
        ],
        "received_by": [
            {
                "organisation": one.organisation,
                "role": one.role,
                "purpose": one.purpose.value,
                "action": one.action.value,
                "times": one.times,
                "last": one.last.isoformat().replace("+00:00", "Z"),
            }
            for one in received
        ],
        "automated_decisions": say(language, "decisions.text"),
        "transfers": say(language, "transfers.text"),
        "rights": [say(language, f"rights.{right}").rstrip(",.") for right in RIGHTS],
        "complaint": say(language, "complaint.text"),
        "remedy": say(language, "complaint.court"),
    }


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
