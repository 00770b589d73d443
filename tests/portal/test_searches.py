"""Whoever searches leaves an entry, whether anybody is found or not."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from records.access.codes import ACTIONS
from records.access.models import LogEntry
from records.access.purposes import Action
from records.cards.rules import make_holder_id
from tests import factories

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)
NOBODY = {"family_name": "Nobody", "birth_date": "29. 2. 1984"}


@pytest.mark.parametrize(
    ("role", "page", "facts"),
    [
        ("clerk", "look_up", {"task": "question"} | NOBODY),
        ("clerk", "look_up", {"task": "question", "card": make_holder_id()}),
        ("dpo", "log_search", {"card": make_holder_id()}),
    ],
    ids=["facts", "card", "log"],
)
def test_a_search_that_finds_nobody_stands_in_the_log(
    staff: Callable[..., Client], role: str, page: str, facts: dict[str, str]
) -> None:
    assert staff(role).post(reverse(page), facts).status_code in (200, 422)

    (entry,) = LogEntry.objects.all()
    assert entry.action == ACTIONS[Action.SEARCH]
