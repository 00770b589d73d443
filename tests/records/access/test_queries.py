"""Who looked at my data: newest first, an act and its outcome in one line, and the review itself
among them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from records.access.append import append_entry, name_subjects
from records.access.errors import GrantDoesNotCover, PurposeNotAllowed
from records.access.gate import report_outcome
from records.access.grants import Actor
from records.access.leaves import Content
from records.access.models import LogEntry
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Stakeholder
from records.access.queries import find_actor, list_entries_about, search_entries
from records.access.sealing import seal_log
from records.keyring.operations import destroy_log_link_key
from tests.factories import ALL_STORES, make_actor
from tests.records.access.conftest import ANA, BOR

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

Open = Callable[..., Any]


@pytest.fixture
def own(open_for: Open) -> Callable[..., Any]:
    """Open the gate as Ana, for what is known about who looked."""

    def opened(**changes: Any) -> Any:
        chosen = {
            "actor": make_actor(ActorRole.HOLDER, "ana", ""),
            "purpose": Purpose.OWN_DATA,
            "categories": [DataCategory.ACCESS_LOG],
        }
        return open_for(**{**chosen, **changes})

    return opened


@pytest.fixture
def review(open_for: Open, darja: Actor) -> Callable[..., Any]:
    """Open the gate as Darja, a data protection officer, to search the log."""

    def opened(**changes: Any) -> Any:
        chosen = {
            "actor": darja,
            "purpose": Purpose.LOG_REVIEW,
            "categories": [DataCategory.ACCESS_LOG],
            "action": Action.SEARCH,
            "subjects": [],
        }
        return open_for(**{**chosen, **changes})

    return opened


def _lines(grant: Any, **options: Any) -> Any:
    return list_entries_about(grant, **{"subjects": [ANA], "limit": 50, **options})


def test_every_entry_is_found_once_before_and_after_it_is_sealed(
    open_for: Open, own: Open, review: Open, now: datetime, outside: Path
) -> None:
    def look(*, about: UUID = ANA) -> list[int]:
        theirs, officers = own(subjects=[about]), review(subjects=[about])
        found = [line.entry_id for line in _lines(theirs, subjects=[about])]
        searched = search_entries(officers, subject=about, limit=50)
        assert [line.entry_id for line in searched] == found == sorted(set(found), reverse=True)
        return found

    page = [uuid4() for _ in range(49)]
    looked = [open_for().entry_id, open_for(subjects=[*page, ANA]).entry_id]
    open_for(subjects=page)
    for sealed in (False, True, True):
        if sealed:
            seal_log(now=now)
        assert set(looked) <= set(look())
        looked.append(open_for(subjects=[BOR, ANA]).entry_id)
    assert not set(looked[:2]) & set(look(about=BOR))
    assert len(set(looked) & set(look(about=BOR))) == 3


def test_who_asks_about_nobody_is_shown_nothing(own: Open) -> None:
    assert _lines(own(), subjects=[]) == []


def test_a_name_across_two_others_is_not_in_the_entry(
    open_for: Open, own: Open, now: datetime
) -> None:
    """Each name is looked for where one begins."""
    (name,) = name_subjects(year=2026, subjects=[ANA])
    fields = ("stage", "action", "purpose", "role", "categories", "actor", "task", "organisation")
    entry = LogEntry.objects.get(pk=open_for(subjects=[BOR]).entry_id)
    said = {field: getattr(entry, field) for field in fields}
    content = Content(timestamp=now, subjects=bytes(8) + name + bytes(8), **said)
    append_entry(year=2026, content=content)

    assert len(_lines(own())) == 1

    append_entry(year=2026, content=replace(content, subjects=bytes(16) + name))
    assert len(_lines(own())) == 3


@pytest.mark.rule("T2.6")
def test_a_line_says_who_in_which_role_why_what_and_when(
    open_for: Open, own: Open, now: datetime
) -> None:
    open_for(categories=[DataCategory.NAME, DataCategory.CONTACT], now=now)

    line = _lines(own(now=now + timedelta(minutes=1)))[1]

    assert line.at == now
    assert line.role is ActorRole.CLERK
    assert line.stakeholder is Stakeholder.OPERATOR
    assert line.organisation == "novo-mesto"
    assert line.purpose is Purpose.CARD_ADMINISTRATION
    assert line.categories == {DataCategory.NAME, DataCategory.CONTACT}
    assert not line.own


def test_newest_first_and_her_own_look_is_a_line_too(
    open_for: Open, own: Open, now: datetime
) -> None:
    for minutes in range(3):
        open_for(now=now + timedelta(minutes=minutes))

    lines = _lines(own(now=now + timedelta(minutes=5)))

    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert [line.own for line in lines] == [True, False, False, False]


def test_bors_lines_are_not_hers(open_for: Open, own: Open) -> None:
    open_for(subjects=[BOR])
    assert len(_lines(own(subjects=[BOR]), subjects=[BOR])) == 2

    assert len(_lines(own())) == 1


def test_an_outcome_is_merged_into_its_line(open_for: Open, own: Open, now: datetime) -> None:
    report_outcome(open_for(action=Action.CHANGE), done=True, now=now, counts={"rows": 2})
    report_outcome(open_for(action=Action.CHANGE), done=False, now=now)

    lines = _lines(own())

    assert [line.outcome for line in lines] == ["opened", "failed", "done"]
    assert lines[2].counts == {"rows": 2}


def test_refused_attempts_are_not_hers_to_see_but_the_officers(
    open_for: Open, own: Open, review: Open
) -> None:
    with pytest.raises(PurposeNotAllowed):
        open_for(categories=[DataCategory.PAYOUT_ACCOUNT])

    assert len(_lines(own())) == 1
    found = search_entries(review(subjects=[ANA]), subject=ANA, limit=10)
    assert [line.outcome for line in found].count("refused") == 1


def test_the_officers_review_is_visible_to_her(open_for: Open, own: Open, review: Open) -> None:
    search_entries(review(subjects=[ANA]), subject=ANA, limit=10)

    lines = _lines(own())

    assert [line.is_review for line in lines] == [False, True]
    assert lines[1].role is ActorRole.DPO


def test_pages_follow_each_other_across_years(open_for: Open, own: Open, now: datetime) -> None:
    for days in (0, 1, 60, 61):
        open_for(now=now + timedelta(days=days))
    grant = own(now=now + timedelta(days=62))

    first = _lines(grant, limit=2)
    second = _lines(grant, limit=10, before=first[-1].entry_id)

    assert [line.at for line in [*first, *second]] == [
        now + timedelta(days=days) for days in (62, 61, 60, 1, 0)
    ]


def test_a_year_whose_key_is_gone_is_gone(open_for: Open, own: Open, now: datetime) -> None:
    open_for(now=now)
    grant = own(now=now + timedelta(days=365))
    assert len(_lines(grant)) == 2

    destroy_log_link_key(year=2026)

    assert len(_lines(grant)) == 1


def test_it_takes_a_grant_for_her_log(open_for: Open, own: Open) -> None:
    with pytest.raises(GrantDoesNotCover):
        _lines(open_for())
    with pytest.raises(GrantDoesNotCover):
        _lines(own(), subjects=[BOR])


def test_the_number_of_queries_does_not_grow(
    open_for: Open, own: Open, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        open_for()
    grant = own()

    with django_assert_max_num_queries(1, using="audit"):
        assert len(_lines(grant, years=[2026])) == 11


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 4),
        ({"purpose": Purpose.NEWS}, 0),
        ({"purpose": Purpose.CARD_ADMINISTRATION}, 3),
        ({"action": Action.CHANGE}, 1),
        ({"category": DataCategory.CONTACT}, 1),
        ({"actor_id": "heda"}, 1),
        ({"limit": 2}, 2),
    ],
    ids=["all", "no purpose", "purpose", "action", "category", "actor", "limit"],
)
def test_the_officer_searches(
    open_for: Open, review: Open, asked: dict[str, Any], found: int
) -> None:
    open_for()
    open_for(action=Action.CHANGE)
    open_for(actor=make_actor(ActorRole.CLERK, "heda"), categories=[DataCategory.CONTACT])

    assert len(search_entries(review(), **{"limit": 50, **asked})) == found


def test_the_officer_searches_by_time(open_for: Open, review: Open, now: datetime) -> None:
    for hours in range(4):
        open_for(now=now + timedelta(hours=hours))
    grant = review(now=now + timedelta(days=1))

    found = search_entries(
        grant, limit=50, since=now + timedelta(hours=1), until=now + timedelta(hours=3)
    )

    assert len(found) == 2


def test_nobody_searches_without_a_review(open_for: Open) -> None:
    with pytest.raises(GrantDoesNotCover):
        search_entries(open_for(), limit=1)


def test_an_actor_is_found_only_among_named_candidates(
    open_for: Open, review: Open, cene: Actor
) -> None:
    entry = open_for().entry_id

    assert find_actor(review(), entry_id=entry, candidates=["heda", cene.id]) == cene.id
    assert find_actor(review(), entry_id=entry, candidates=["heda"]) is None
