"""Giving and withdrawing a consent in the portal."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from consent.operations import give_consent, withdraw_consent
from consent.queries import get_notice_on
from consent.rules import WORDING_OF, Channel
from dsar.errors import ObjectionStands
from dsar.queries import objects_to
from portal.people import Holder
from records.access.purposes import Purpose
from records.legal_days import legal_day

TITLES = {Purpose.NEWS: _("News about the city card")}
SCREEN = "me/consents"


def change(*, holder: Holder, purpose: Purpose, give: bool, language: str, now: datetime) -> None:
    """Give or withdraw the holder's consent for a purpose; raises the consent floor's refusals."""
    common = {
        "actor": holder.actor,
        "subject_id": holder.subject_id,
        "purpose": purpose,
        "screen": SCREEN,
        "channel": Channel.PORTAL,
        "now": now,
    }
    if give:
        # A standing objection is taken back first, by an act of its own (GDPR 21(3)).
        if objects_to(subject_id=holder.subject_id, purpose=purpose):
            raise ObjectionStands(purpose=purpose.value, people=1)
        notice = get_notice_on(kind=WORDING_OF[purpose], language=language, day=legal_day(now))
        give_consent(notice=notice, **common)
    else:
        withdraw_consent(language=language, **common)
