"""Who looked at a holder's data, as the holder reads it (H6, GDPR 15, C-579/21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from portal import words
from portal.people import Holder
from portal.register import organisation_names
from portal.writing import role_name
from records.access.gate import open_gate
from records.access.purposes import DataCategory, Purpose
from records.access.queries import LogLine, list_entries_about
from records.cards.queries import list_cards
from records.keys.links import wallet_pseudonym

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One look in everyday words; no name of an employee."""

    time: datetime
    own: bool
    who: str
    why: str
    act: str
    what: str
    result: str
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of looks, and where the next one starts; empty where there is none."""

    lines: tuple[Line, ...]
    older: str


def list_own_entries(*, holder: Holder, before: int | None, now: datetime) -> Page:
    """Return a page of who looked at the holder's data, newest first; looking at it is an entry
    itself.
    """
    grant = open_gate(
        actor=holder.actor,
        purpose=Purpose.OWN_DATA,
        subjects=[holder.subject_id],
        categories={DataCategory.ACCESS_LOG, DataCategory.CARD, DataCategory.WALLET},
        task="who-looked",
        now=now,
    )
    wallets = [
        wallet_pseudonym(grant, card_id=card.pk, subject_id=holder.subject_id)
        for card in list_cards(subject_id=holder.subject_id)
    ]
    found = list_entries_about(
        grant, subjects=[holder.subject_id], wallets=wallets, limit=PAGE_SIZE + 1, before=before
    )
    older = str(found[PAGE_SIZE - 1].entry_id) if len(found) > PAGE_SIZE else ""
    return Page(lines=tuple(write_line(line) for line in found[:PAGE_SIZE]), older=older)


def write_line(line: LogLine, *, purposes: Mapping[Purpose, object] = words.PURPOSES) -> Line:
    """Return a line of the log in everyday words; staff are shown purposes in their own words."""
    names = organisation_names()
    organisation = names.get(line.organisation, line.organisation)
    results = {"failed": gettext("not completed"), "refused": gettext("refused")}
    return Line(
        time=line.at,
        own=line.own,
        who=", ".join(part for part in (organisation, role_name(line.role)) if part),
        why=str(purposes[line.purpose])
        if line.purpose
        else gettext("A record about nobody changed"),
        act=str(words.ACTIONS[line.action]),
        what=", ".join(str(words.CATEGORIES[c]) for c in DataCategory if c in line.categories),
        result=results.get(line.outcome, ""),
        entry_id=line.entry_id,
    )
