"""Ana in the identity store, sealed, on the real parts: what the tests of the gate try to read
around it.
"""

from datetime import datetime
from uuid import UUID, uuid4

from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import Action, DataCategory, Purpose
from tests.factories import ANA, HOME_CITY, make_details

PERSON = frozenset(
    {
        DataCategory.NAME,
        DataCategory.RESIDENCE,
        DataCategory.BIRTH_DATE,
        DataCategory.CONTACT,
        DataCategory.CARD,
    }
)
MARKERS = (ANA.given_name, ANA.family_name, ANA.residence, ANA.phone_e164, ANA.email, "1984-02-29")
"""What must not come out anywhere. Ana's given name is short, but nothing else in a test is called
so.
"""


def register(*, actor: Actor, now: datetime, subject_id: UUID | None = None) -> UUID:
    """Register Ana, through the gate; return her id."""
    from records.access.purposes import CardForm
    from records.identity.models import Controller
    from records.identity.operations import register_data_subject
    from tests.factories import load_demo_register

    if not Controller.objects.exists():
        load_demo_register()
    subject = subject_id or uuid4()
    grant = open_gate(
        actor=actor,
        purpose=Purpose.CARD_APPLICATION,
        subjects=[subject],
        categories=PERSON,
        action=Action.COLLECT,
        task="application",
        now=now,
    )
    register_data_subject(
        grant,
        subject_id=subject,
        details=make_details(),
        home_city=HOME_CITY,
        form=CardForm.PHYSICAL,
        now=now,
    )
    return subject


def read_name(subject: UUID, *, actor: Actor, now: datetime) -> str:
    """Read Ana's given name, through the gate."""
    from records.identity.queries import reveal_person

    grant = open_gate(
        actor=actor,
        purpose=Purpose.CARD_ADMINISTRATION,
        subjects=[subject],
        categories=PERSON,
        task="look-up",
        now=now,
    )
    return str(reveal_person(grant, subject).given_name)
