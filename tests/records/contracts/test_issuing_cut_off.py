"""Issuing a card where the process dies between any two steps, or several begin at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from records.cards.models import Card, CardEvent
from records.contracts import errors
from records.contracts.models import CardSaga
from records.contracts.operations import (
    accept_application,
    activate_card,
    deliver_card,
    issue_card,
    issuing,
)
from records.contracts.operations.sagas import run_saga
from records.keys.links import presentation_digest, wallet_pseudonym_for_blocking
from records.keys.models import DataKey
from records.wallet.models import Account, Instrument
from tests import factories
from tests.records.contracts.conftest import Tills

pytestmark = [
    pytest.mark.django_db(databases=factories.ALL_STORES),
    pytest.mark.usefixtures("world"),
]

AFTER_THE_LEASE = timedelta(minutes=2)


class Killed(BaseException):
    """The process dies here: nothing below may tidy up."""


def _accepted(cene: Any, now: Any, person: factories.Person = factories.ANA) -> UUID:
    standing = factories.submit(actor=cene, person=person)
    accept_application(actor=cene, application_id=standing.application_id, now=now)
    application_id: UUID = standing.application_id
    return application_id


STEPS = 4
MOMENTS = [
    ("begun", 0),
    *[(moment, step) for step in range(STEPS) for moment in ("before", "after")],
    ("done", STEPS),
]


def _dying(moment: str, at: int) -> Callable[..., None]:
    """Return run_saga of a process that dies before a step, or after its commit and before its
    note.
    """

    def run(grant: Any, saga: Any, steps: Sequence[Any], *, now: Any) -> None:
        def wrap(number: int, step: Any) -> Any:
            def dying_step(*arguments: Any) -> None:
                if (moment, at) == ("before", number):
                    raise Killed
                step(*arguments)
                if (moment, at) == ("after", number):
                    raise Killed

            return dying_step

        if moment == "begun":
            raise Killed
        run_saga(grant, saga, [wrap(*item) for item in enumerate(steps)], now=now)
        raise Killed

    return run


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
@pytest.mark.parametrize(("moment", "at"), MOMENTS)
def test_the_next_run_finishes_what_a_killed_one_began(
    cene: Any, now: Any, tills: Tills, monkeypatch: pytest.MonkeyPatch, moment: str, at: int
) -> None:
    application_id = _accepted(cene, now)
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "run_saga", _dying(moment, at))
        with pytest.raises(Killed):
            issue_card(actor=cene, application_id=application_id, now=now)
    begun = Card.objects.get()

    issued = issue_card(actor=cene, application_id=application_id, now=now + AFTER_THE_LEASE)

    card = Card.objects.get()
    assert (card.pk, card.holder_id, card.state) == (begun.pk, begun.holder_id, "issued")
    assert [event.action for event in CardEvent.objects.order_by("number")] == ["order", "issue"]
    wallet = wallet_pseudonym_for_blocking(card.pk)
    assert [row.pk for row in Account.objects.filter(kind="wallet")] == [wallet]
    assert DataKey.objects.count() == 2
    living = Instrument.objects.exclude(state="dead")
    assert [row.digest for row in living] == [presentation_digest(issued.presentation_token)]
    assert not CardSaga.objects.exists()
    deliver_card(actor=cene, card_id=card.pk, now=now)
    activate_card(actor=cene, card_id=card.pk, now=now)
    assert tills.top_up(issued.presentation_token).approved


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_while_somebody_is_at_it_nobody_else_begins(
    cene: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    application_id = _accepted(cene, now)
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "run_saga", _dying("before", 1))
        with pytest.raises(Killed):
            issue_card(actor=cene, application_id=application_id, now=now)

    with pytest.raises(errors.Busy):
        issue_card(actor=cene, application_id=application_id, now=now + timedelta(seconds=5))


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
def test_a_step_that_fails_gives_the_work_back_at_once(
    cene: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    application_id = _accepted(cene, now)

    def fail(**_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "open_wallet", fail)
        with pytest.raises(ConnectionError):
            issue_card(actor=cene, application_id=application_id, now=now)

    issued = issue_card(actor=cene, application_id=application_id, now=now)

    assert Card.objects.get().holder_id == issued.holder_id


@pytest.mark.django_db(databases=factories.ALL_STORES, transaction=True)
@pytest.mark.rule("T4.1.9b")
def test_four_clerks_at_once_make_one_card(cene: Any, now: Any) -> None:
    application_id = _accepted(cene, now)

    def attempt(_: int) -> bytes | None:
        try:
            return issue_card(actor=cene, application_id=application_id, now=now).presentation_token
        except errors.Busy:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as clerks:
        tokens = [token for token in clerks.map(attempt, range(4)) if token]

    assert tokens
    assert Card.objects.count() == 1
    assert Account.objects.filter(kind="wallet").count() == 1
    (living,) = Instrument.objects.exclude(state="dead")
    assert living.digest in {presentation_digest(token) for token in tokens}
    assert not CardSaga.objects.exists()
