"""A package is for one person, for seven days, and noise without its row."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dsar.errors import (
    CaseUnknown,
    IdentityNotProven,
    PackageDamaged,
    PackageEnded,
    PackageUnknown,
)
from dsar.models import Case, Fulfilment, Package
from dsar.operations import (
    disable_package,
    download_package,
    expire_packages,
    renew_package,
)
from dsar.operations.packages import close_answered_cases
from dsar.queries import list_events, list_packages
from dsar.tasks import expire, fulfil_cases
from records.access.grants import Actor
from records.crypto.errors import CannotOpen
from records.identity.models import DataSubject
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES)


@pytest.fixture
def package(file_request: Callable[..., Case], now: Any) -> Package:
    """Ana's package."""
    file_request()
    fulfil_cases(now)
    return Package.objects.get()


@pytest.fixture
def download(package: Package, holder: Holder, herself: Actor, now: Any) -> Callable[..., Any]:
    """Ana's way to fetch it."""

    def run(**changes: Any) -> Any:
        given = {
            "actor": herself,
            "subject_id": holder.subject_id,
            "package_id": package.pk,
            "device": "phone",
            "now": now,
            **changes,
        }
        return download_package(**given)

    return run


def test_a_download_is_counted_and_stands_in_the_history(
    package: Package, download: Callable[..., Any]
) -> None:
    file = download()

    package.refresh_from_db()
    last = list_events(package.case_id)[-1]
    assert file.sha256 == package.sha256
    assert file.name == f"{package.case.reference}.pdf"
    assert package.downloads == 1
    assert (last.event, last.reason) == ("package:file:downloaded", "phone")
    assert "%PDF" not in repr(file)


def test_the_file_on_disk_is_not_readable(
    package: Package, folders: Path, holder: Holder, download: Callable[..., Any]
) -> None:
    plain = download().data
    (path,) = (folders / "packages").iterdir()
    stored = path.read_bytes()

    assert plain.startswith(b"%PDF")
    assert b"%PDF" not in stored
    assert plain[1_000:1_100] not in stored
    assert holder.person.email.encode() not in stored
    assert path.stat().st_mode & 0o077 == 0


def test_another_person_learns_not_even_that_it_exists(
    download: Callable[..., Any], neighbour: Holder
) -> None:
    with pytest.raises(PackageUnknown):
        download(subject_id=neighbour.subject_id)


def test_a_package_put_under_another_persons_row_does_not_open(
    package: Package, download: Callable[..., Any], neighbour: Holder
) -> None:
    """Threat 33: the subject is compared again, and the key is bound to it."""
    assert download().sha256

    Package.objects.filter(pk=package.pk).update(subject_id=neighbour.subject_id)

    with pytest.raises((PackageUnknown, CannotOpen)):
        download(subject_id=neighbour.subject_id)


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_a_damaged_file_is_refused(
    folders: Path, download: Callable[..., Any], damage: str
) -> None:
    assert download().sha256
    (path,) = (folders / "packages").iterdir()
    stored = bytearray(path.read_bytes())
    if damage == "remove":
        path.unlink()
    else:
        stored[len(stored) // 2] ^= 1
        path.write_bytes(bytes(stored if damage == "flip" else stored[:-1]))

    with pytest.raises(PackageDamaged):
        download()


def test_a_package_lives_seven_days_and_then_its_key_and_file_are_gone(
    package: Package, folders: Path, download: Callable[..., Any], now: Any
) -> None:
    last_moment = now + timedelta(days=7) - timedelta(seconds=1)
    assert download(now=last_moment).sha256

    with pytest.raises(PackageEnded):
        download(now=now + timedelta(days=7))
    ended = expire_packages(now=now + timedelta(days=7))

    package.refresh_from_db()
    assert (ended, package.content_key) == (1, None)
    assert list((folders / "packages").iterdir()) == []
    assert list_events(package.case_id)[-1].event == "package:file:expired"
    assert expire_packages(now=now + timedelta(days=8)) == 0


def test_the_holder_disables_a_package_at_once(
    package: Package,
    folders: Path,
    download: Callable[..., Any],
    holder: Holder,
    herself: Actor,
    now: Any,
) -> None:
    given = {
        "actor": herself,
        "subject_id": holder.subject_id,
        "package_id": package.pk,
        "now": now,
    }
    disable_package(**given)

    assert list((folders / "packages").iterdir()) == []
    with pytest.raises(PackageEnded):
        download()
    with pytest.raises(PackageEnded):
        disable_package(**given)


def test_a_new_package_needs_no_new_request_and_replaces_the_old_one(
    package: Package, holder: Holder, neighbour: Holder, herself: Actor, now: Any
) -> None:
    case, later = package.case, now + timedelta(days=9)
    expire_packages(now=later)
    with pytest.raises(CaseUnknown):
        renew_package(actor=herself, subject_id=neighbour.subject_id, case_id=case.pk, now=later)

    asked = {"actor": herself, "subject_id": holder.subject_id, "case_id": case.pk, "now": later}
    job = renew_package(**asked)
    assert renew_package(**asked) == job
    fulfil_cases(later)

    case.refresh_from_db()
    newest, oldest = list_packages(case.pk)
    assert (newest.created_at, newest.ended_at, oldest.ended_at) == (later, None, later)
    assert Case.objects.count() == 1
    assert case.due_on == package.case.due_on
    assert fetch(holder, later).startswith(b"%PDF")


@pytest.mark.rule("C8")
def test_who_signs_in_by_a_new_contact_gets_no_new_package_of_an_old_request(
    package: Package, holder: Holder, herself: Actor, now: Any
) -> None:
    later = now + timedelta(days=9)
    expire_packages(now=later)
    changed = DataSubject.objects.filter(pk=holder.subject_id)
    changed.update(contact_changed_at=later)
    asked = {"actor": herself, "subject_id": holder.subject_id, "case_id": package.case_id}

    with pytest.raises(IdentityNotProven):
        renew_package(**asked, now=later + timedelta(days=13))
    renew_package(**asked, now=later + timedelta(days=14))


def test_an_answered_case_closes_when_it_was_fetched(
    package: Package, download: Callable[..., Any], now: Any
) -> None:
    assert close_answered_cases(now=now) == 0

    download()

    assert close_answered_cases(now=now) == 1
    assert Case.objects.get().state == "closed"


def test_an_answered_case_closes_when_its_package_is_over(package: Package, now: Any) -> None:
    expire(now + timedelta(days=7))

    assert Case.objects.get().state == "closed"


def test_a_renewal_under_way_keeps_an_answered_case_open(
    package: Package, download: Callable[..., Any], now: Any
) -> None:
    download()
    Fulfilment.objects.create(case=package.case, requested_at=now, next_attempt_at=now)

    assert close_answered_cases(now=now) == 0


def test_a_file_that_no_row_names_is_swept_when_it_is_old(
    package: Package, folders: Path, now: Any
) -> None:
    import os

    orphan = folders / "packages" / "orphan"
    orphan.write_bytes(b"noise")
    fresh = folders / "packages" / ".part-fresh"
    fresh.write_bytes(b"noise")
    os.utime(orphan, (0, 0))
    os.utime(fresh, (now.timestamp(), now.timestamp()))

    expire_packages(now=now)

    names = {path.name for path in (folders / "packages").iterdir()}
    assert names == {package.file_name, ".part-fresh"}
