"""Who looked at a former holder's data, in everyday words (H6, docs/adr/0010)."""

from datetime import datetime

from dsar.operations.claim_codes import PAGE
from dsar.operations.claim_codes import list_remaining as list_entries
from portal.sealing import index
from portal.usecases.own_log import Page, write_line

_ADDRESS = "remaining-log/address"


def list_remaining(*, code: str, address: str, before: int | None, now: datetime) -> Page:
    """Return a page of looks, newest first; raises ClaimRefused, ClaimTooOften."""
    found = list_entries(
        code=code,
        address_index=index(name=_ADDRESS, value=address),
        before=before,
        now=now,
        limit=PAGE + 1,
    )
    older = str(found[PAGE - 1].entry_id) if len(found) > PAGE else ""
    return Page(lines=tuple(write_line(line) for line in found[:PAGE]), older=older)
