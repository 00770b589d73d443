"""Changes of records that are about nobody stand in the same log; a value of a personal field never
does.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.context import set_actor
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction

from records.access import changes
from records.access.changes import (
    acting_as,
    is_not_personal,
    list_wrongly_tracked,
    track_changes,
)
from records.access.errors import InsideTransaction, PersonalTableNotTracked
from records.access.grants import Actor
from records.access.models import LogEntry
from records.access.sealing import seal_log
from records.access.verification import verify_log
from tests.factories import ALL_STORES

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


@pytest.fixture
def tracked(keyring: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Groups are declared to hold nothing personal, whatever upper floors say, and are tracked."""
    real = changes.is_not_personal
    monkeypatch.setattr(changes, "is_not_personal", lambda model: model is Group or real(model))
    already = auditlog.contains(Group)
    if not already:
        track_changes(Group, m2m_fields={"permissions"})
    yield track_changes
    if not already:
        auditlog.unregister(Group)


def test_a_change_is_an_entry_with_its_values(tracked: Any, cene: Actor, now: datetime) -> None:
    with acting_as(cene, now=now):
        group = Group.objects.create(name="cashiers")
        group.name = "clerks"
        group.save()

    created, changed = LogEntry.objects.filter(record=f"auth.Group:{group.pk}").order_by("id")
    assert created.action == LogEntry.Action.CREATE
    assert changed.changes["name"] == ["cashiers", "clerks"]
    assert (changed.timestamp, changed.organisation) == (now, "novo-mesto")


def test_deleting_is_an_entry(tracked: Any) -> None:
    group = Group.objects.create(name="clerks")
    pk = group.pk
    group.delete()

    newest = LogEntry.objects.filter(record=f"auth.Group:{pk}").order_by("-id").first()
    assert newest.action == LogEntry.Action.DELETE


def test_a_many_to_many_change_names_keys_not_texts(tracked: Any) -> None:
    group = Group.objects.create(name="clerks")
    permission = Permission.objects.order_by("pk").first()

    group.permissions.add(permission)

    newest = LogEntry.objects.get_for_object(group).order_by("-id").first()
    assert newest.changes["permissions"]["objects"] == [str(permission.pk)]
    assert permission.name not in newest.details


def test_a_bulk_insert_is_one_entry(tracked: Any, cene: Actor, now: datetime) -> None:
    groups = Group.objects.bulk_create(Group(name=f"group {number}") for number in range(20))
    before = LogEntry.objects.count()

    with acting_as(cene, now=now):
        entry = LogEntry.objects.log_bulk_create(groups)

    assert LogEntry.objects.count() == before + 1
    assert entry.record == "auth.Group:*"
    assert '"rows":20' in entry.details


def test_a_personal_record_is_named_by_its_fields_only(keyring: Any) -> None:
    from records.identity.models import DataSubject

    subject = DataSubject()
    sent = {"family_name": ["None", "Žužek Črnič"], "assurance": ["0", "1"]}

    entry = LogEntry.objects.log_create(subject, action=1, changes=sent)
    bulk = LogEntry.objects.log_bulk_create([subject])

    assert entry.changes == {"family_name": None, "assurance": None}
    assert entry.record == "identity.DataSubject:-"
    assert "Žužek" not in entry.details
    assert "\\u" not in entry.details
    assert bulk.details == '{"rows":1}'


def test_a_personal_table_is_not_tracked() -> None:
    from records.identity.models import DataSubject

    assert not is_not_personal(DataSubject)
    with pytest.raises(PersonalTableNotTracked):
        track_changes(DataSubject)
    assert not auditlog.contains(DataSubject)


def test_a_personal_table_registered_behind_our_back_stops_the_start(tracked: Any) -> None:
    from django.core.management.base import SystemCheckError

    from records.identity.models import DataSubject

    assert "identity.DataSubject" not in list_wrongly_tracked()
    auditlog.register(DataSubject)
    try:
        assert "identity.DataSubject" in list_wrongly_tracked()
        with pytest.raises(SystemCheckError, match=r"access\.E001"):
            call_command("check", stderr=StringIO())
    finally:
        auditlog.unregister(DataSubject)


def test_a_nested_actor_does_not_leak_out(
    tracked: Any, cene: Actor, heda: Actor, now: datetime
) -> None:
    """Stock django-auditlog loses the outer actor here and leaves its receiver connected."""
    with acting_as(cene, now=now):
        with acting_as(heda, now=now):
            inner = Group.objects.create(name="inner")
        outer = Group.objects.create(name="outer")
    after = Group.objects.create(name="after")

    actors = [LogEntry.objects.get_for_object(one).get().actor for one in (inner, outer, after)]
    assert len(set(actors)) == 3


def test_auditlogs_own_actor_writes_nothing_personal(tracked: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    with set_actor(AnonymousUser(), remote_addr="192.0.2.7"):
        group = Group.objects.create(name="clerks")

    entry = LogEntry.objects.get_for_object(group).get()
    assert "192.0.2.7" not in repr(vars(entry))


@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_a_rollback_does_not_take_the_entry_back(tracked: Any) -> None:
    class BrokenError(Exception):
        pass

    def act_and_break() -> None:
        with transaction.atomic():
            Group.objects.create(name="clerks")
            raise BrokenError

    with pytest.raises(BrokenError):
        act_and_break()

    assert not Group.objects.exists()
    assert LogEntry.objects.filter(record__startswith="auth.Group:").count() == 1


@pytest.mark.django_db(databases=ALL_STORES, transaction=True)
def test_a_change_is_not_logged_where_a_rollback_could_take_it_back(tracked: Any) -> None:
    with transaction.atomic(using="audit"), pytest.raises(InsideTransaction):
        Group.objects.create(name="clerks")


def test_both_kinds_of_entry_are_in_one_tree(tracked: Any, now: datetime, outside: Path) -> None:
    with acting_as(changes.UNKNOWN, now=now):
        Group.objects.create(name="clerks")
    seal_log(now=now)

    verdict = verify_log(now=now)
    assert verdict.intact
    assert verdict.years[-1].sealed == 1


def test_auditlogs_queries_still_find_their_entries(tracked: Any) -> None:
    one, two = Group.objects.create(name="one"), Group.objects.create(name="two")

    assert LogEntry.objects.get_for_object(one).count() == 1
    assert LogEntry.objects.get_for_objects(Group.objects.filter(pk=two.pk)).count() == 1
    assert LogEntry.objects.get_for_model(Group).count() == 2
    assert "collect" in str(LogEntry.objects.get_for_object(one).get())
