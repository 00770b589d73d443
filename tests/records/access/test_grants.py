"""A Grant covers what it was opened for, for a short while, in this process; nobody else makes
one.
"""

import copy
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from records.access import grants
from records.access.errors import (
    GrantCannotTravel,
    GrantDoesNotCover,
    GrantExpired,
    GrantNotLive,
)
from records.access.grants import Actor, Grant, make_grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from tests.records.access.conftest import ANA, BOR


@pytest.fixture
def grant() -> Grant:
    return make_grant(
        entry_id=1,
        actor=Actor(role=ActorRole.CLERK, id="cene", organisation="novo-mesto"),
        purpose=Purpose.CARD_ADMINISTRATION,
        action=Action.CONSULT,
        task="application 7",
        subjects=frozenset({ANA}),
        wallets=frozenset(),
        categories=frozenset({DataCategory.NAME}),
        opened_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def test_it_covers_its_subject_and_category(grant: Grant) -> None:
    grant.require(Store.IDENTITY, ANA, DataCategory.NAME)
    grant.require_all(Store.IDENTITY, frozenset({ANA}), frozenset({DataCategory.NAME}))


def test_it_does_not_cover_another_subject(grant: Grant) -> None:
    with pytest.raises(GrantDoesNotCover):
        grant.require(Store.IDENTITY, BOR, DataCategory.NAME)
    with pytest.raises(GrantDoesNotCover):
        grant.require_all(Store.IDENTITY, frozenset({ANA, BOR}), frozenset({DataCategory.NAME}))


def test_it_does_not_cover_another_category(grant: Grant) -> None:
    with pytest.raises(GrantDoesNotCover):
        grant.require(Store.IDENTITY, ANA, DataCategory.CONTACT)


def test_it_does_not_cover_the_same_name_in_another_store(grant: Grant) -> None:
    with pytest.raises(GrantDoesNotCover):
        grant.require(Store.PAYMENTS, ANA, DataCategory.NAME)


def test_it_covers_a_derived_name_only_after_the_links_added_it(grant: Grant) -> None:
    wallet = uuid4()
    with pytest.raises(GrantDoesNotCover):
        grant.require(Store.PAYMENTS, wallet, DataCategory.NAME)

    grant.extend(Store.PAYMENTS, wallet)

    grant.require(Store.PAYMENTS, wallet, DataCategory.NAME)


def test_a_grant_for_looking_is_none_for_searching(grant: Grant) -> None:
    with pytest.raises(GrantDoesNotCover):
        grant.require_search()


def test_it_expires(grant: Grant, monkeypatch: pytest.MonkeyPatch) -> None:
    grant.require(Store.IDENTITY, ANA, DataCategory.NAME)
    later = grants.monotonic() + grants.GRANT_LIFE_SECONDS

    monkeypatch.setattr(grants, "monotonic", lambda: later)

    with pytest.raises(GrantExpired):
        grant.require(Store.IDENTITY, ANA, DataCategory.NAME)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(grant: Grant, protocol: int) -> None:
    with pytest.raises(GrantCannotTravel):
        pickle.dumps(grant, protocol=protocol)


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy])
def test_it_is_not_copied(grant: Grant, copier: Any) -> None:
    with pytest.raises(GrantCannotTravel):
        copier(grant)


def test_it_is_not_made_by_its_class() -> None:
    with pytest.raises(GrantNotLive):
        Grant()


def test_one_forged_field_by_field_opens_nothing(grant: Grant) -> None:
    forged = object.__new__(Grant)
    for name in Grant.__slots__:
        if name != "__weakref__":
            object.__setattr__(forged, name, getattr(grant, name))

    with pytest.raises(GrantNotLive):
        forged.require(Store.IDENTITY, ANA, DataCategory.NAME)


def test_a_look_alike_opens_nothing() -> None:
    class LookAlike:
        categories = frozenset(DataCategory)

        def require(self, *anything: object) -> None:
            """Agree to everything."""

    with pytest.raises(GrantNotLive):
        Grant.require(LookAlike(), Store.IDENTITY, ANA, DataCategory.NAME)  # type: ignore[arg-type]


def test_its_fields_are_not_changed(grant: Grant) -> None:
    with pytest.raises(GrantNotLive):
        grant.categories = frozenset(DataCategory)
    with pytest.raises(GrantDoesNotCover):
        grant.require(Store.IDENTITY, ANA, DataCategory.CONTACT)


def test_it_does_not_print_whose_data_it_opens(grant: Grant) -> None:
    assert "Grant 1" in repr(grant)
    assert str(ANA) not in repr(grant)


def test_a_forked_process_does_not_inherit_it() -> None:
    script = """
import os, sys
from datetime import UTC, datetime
from uuid import UUID
from records.access.errors import GrantNotLive
from records.access.grants import Actor, make_grant
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
one = UUID(int=1)
grant = make_grant(entry_id=1, actor=Actor(ActorRole.CLERK, "cene", ""), purpose=Purpose.NEWS,
    action=Action.CONSULT, task="", subjects=frozenset({one}), wallets=frozenset(),
    categories=frozenset({DataCategory.NAME}), opened_at=datetime.now(UTC))
grant.require(Store.IDENTITY, one, DataCategory.NAME)
if os.fork() == 0:
    try:
        grant.require(Store.IDENTITY, one, DataCategory.NAME)
    except GrantNotLive:
        os._exit(0)
    os._exit(1)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""

    ended = subprocess.run([sys.executable, "-c", script], check=False)

    assert ended.returncode == 0
