"""`python -m tests.journeys.city_worker`: the process of one installation of test_transmission. It
does what a line of JSON on its input says, and answers with one.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from django.core.management import call_command  # noqa: E402  # after setup

from portal.clock import read_clock  # noqa: E402
from records.access.grants import Actor  # noqa: E402
from records.access.purposes import ActorRole  # noqa: E402
from tests import factories  # noqa: E402

CLERK = Actor(ActorRole.CLERK, str(uuid4()), factories.HOME_CITY)


def migrate() -> None:
    """Make the four stores."""
    from records.access.purposes import Store

    for store in Store:
        call_command("migrate", database=store.value, verbosity=0, interactive=False)


def prepare() -> list[str]:
    """Make the keys, load register and texts."""
    from portal.installation import prepare_installation

    return list(prepare_installation(now=read_clock()))


def give_ana_a_card() -> str:
    """Return the number on Ana's card."""
    from portal.demo.holders import give_card

    card = give_card(
        clerk=CLERK,
        person=factories.make_details(),
        city=factories.HOME_CITY,
        point=factories.POINT,
        now=read_clock(),
    )
    return card.holder_id


def sweep(name: str, minutes: int = 0) -> str:
    """Run one sweep, so many minutes from now."""
    from portal.sweeps import run_named

    return str(run_named(name=name, now=read_clock() + timedelta(minutes=minutes)))


def order_again(case_id: str, peer: str) -> str:
    """Order the same package for the same receiver once more."""
    from dsar.models import Case
    from dsar.operations.transmitting import order_transmission

    case = Case.objects.get(pk=case_id)
    actor = Actor(ActorRole.HOLDER, str(case.subject_id), case.answered_by)
    row = order_transmission(
        actor=actor, subject_id=case.subject_id, case_id=case.pk, peer=peer, now=read_clock()
    )
    return str(row.pk)


def transmissions() -> list[list[object]]:
    """Return each transmission: tried, whether it counts as sent, the last error."""
    from dsar.models import Transmission

    rows = Transmission.objects.order_by("created_at")
    return [[row.attempts, row.sent_at is not None, row.last_error] for row in rows]


def events(case_id: str) -> list[str]:
    """Return the history of a case."""
    from dsar.queries import list_events

    return [event.event for event in list_events(UUID(case_id))]


def applications() -> list[dict[str, Any]]:
    """Return every application with what it says about its person."""
    from records.access.gate import open_gate
    from records.access.purposes import DataCategory, Purpose
    from records.cards.models import Application
    from records.identity.queries import reveal_columns

    columns = ["given_name", "family_name", "residence", "birth_date", "phone", "email"]
    found = []
    for row in Application.objects.order_by("received_on", "pk"):
        grant = open_gate(
            actor=CLERK,
            purpose=Purpose.CARD_APPLICATION,
            subjects=[row.subject_id],
            categories=[
                DataCategory.NAME,
                DataCategory.RESIDENCE,
                DataCategory.BIRTH_DATE,
                DataCategory.CONTACT,
            ],
            task="test",
            now=read_clock(),
        )
        (values,) = reveal_columns(grant, [row.subject_id], columns=columns)
        said = dict(zip(columns, map(str, values), strict=True))
        found.append({"state": row.state, "missing": row.missing, "person": said})
    return found


DEEDS: dict[str, Callable[..., object]] = {
    deed.__name__: deed
    for deed in (
        prepare,
        give_ana_a_card,
        sweep,
        order_again,
        transmissions,
        events,
        applications,
    )
}


def main() -> None:
    """Answer line by line until the input ends."""
    # What the service prints itself must not get among the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        given = json.loads(line)
        said = DEEDS[given.pop("do")](**given)
        print(json.dumps(said, default=str), file=answers, flush=True)


if __name__ == "__main__":
    migrate() if sys.argv[1:] == ["migrate"] else main()
