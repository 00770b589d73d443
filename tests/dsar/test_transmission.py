"""Portable data for another service: ordered, received, forged, sent twice (GDPR 20(2))."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from dsar.errors import (
    CaseUnknown,
    IdentityNotProven,
    PackageEnded,
    PackageUnknown,
    PeersInvalid,
    PeerUnknown,
    PortableUnusable,
    WireRefused,
)
from dsar.models import Case, Package, Reception, Transmission
from dsar.operations import disable_package, download_package, receiving, transmitting
from dsar.operations.receiving import forget_receptions, receive_portable
from dsar.operations.transmitting import order_transmission, send_transmissions
from dsar.package.check import open_volumes
from dsar.queries import list_events
from dsar.rules import Event, Right
from dsar.rules.transmission import (
    FIRST_PAUSE,
    FRESH,
    LONGEST_PAUSE,
    REMEMBERED,
    digest_of,
    is_fresh,
    pause_after,
    read_peers,
)
from dsar.tasks import fulfil_cases
from dsar.wire import PORTABLE, PORTABLE_RECEIPT, PORTABLE_SIGNER, portable_key, read_note
from dsar.wire import write_note as write
from records.access.grants import Actor
from records.cards.models import Application
from records.crypto.checkpoints import SigningKey
from records.identity.models import DataSubject
from tests.factories import ALL_STORES, OTHER_CITY, OTHER_POINT, Holder

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
OURS, THEIRS = "mesto-a", "mesto-b"
KEY = SigningKey(bytes(range(32)), PORTABLE_SIGNER)
TOML = """
own_code = "{own}"
[[peers]]
code = "{code}"
name = "Mesto B"
url = "{url}"
public_key = "{key}"
receives = {receives}
sends = {sends}
point = "{point}"
"""


def configure(settings: Any, folder: Path, **changes: str) -> None:
    said = {
        "own": OURS,
        "code": THEIRS,
        "url": "http://127.0.0.1:9",
        "key": b64encode(KEY.public_key).decode(),
        "receives": "true",
        "sends": "true",
        "point": OTHER_POINT,
    }
    path = folder / f"peers-{uuid4()}.toml"
    path.write_text(TOML.format(**{**said, **changes}))
    settings.PEERS_FILE = path


@pytest.fixture(autouse=True)
def _peers(settings: Any, folders: Path) -> None:
    configure(settings, folders)


@pytest.fixture
def case(file_request: Callable[..., Case], now: datetime) -> Case:
    """Ana's answered portability case, with its package."""
    found = file_request(right=Right.PORTABILITY)
    fulfil_cases(now)
    return found


@pytest.fixture
def files(case: Case, holder: Holder, herself: Actor, now: datetime) -> bytes:
    """The zip of files for computers."""
    return download_package(
        actor=herself,
        subject_id=holder.subject_id,
        package_id=Package.objects.get().pk,
        device="computer",
        files_only=True,
        now=now,
    ).data


@pytest.fixture
def data(files: bytes) -> dict[str, Any]:
    return json.loads(open_volumes(files)["data.json"])


def note_of(data: Any, now: datetime, *, key: SigningKey = KEY, **changes: Any) -> str:
    content = {
        "id": str(uuid4()),
        "sender": THEIRS,
        "receiver": OURS,
        "created_at": now.isoformat(),
        "data": data,
        "sha256": digest_of(data),
    }
    return write(PORTABLE, {**content, **changes}, key)


def receive(note: str, now: datetime) -> dict[str, Any]:
    receipt = receive_portable(sender=THEIRS, note=note, now=now)
    ours = portable_key()
    return read_note(PORTABLE_RECEIPT, receipt, name=ours.name, public_key=ours.public_key)


@pytest.mark.rule("PP6a")
def test_what_arrives_is_an_application_that_accepts_nothing(
    data: dict[str, Any], holder: Holder, now: datetime
) -> None:
    before = set(Application.objects.values_list("pk", flat=True))
    subject = DataSubject.objects.get(pk=holder.subject_id)

    receipt = receive(note_of(data, now), now)

    made = Application.objects.exclude(pk__in=before).get()
    assert receipt["result"] == "kept"
    assert receipt["sha256"] == digest_of(data)
    assert (made.state, made.receiving_point) == ("incomplete", OTHER_POINT)
    assert made.chosen_city == OTHER_CITY
    assert {"terms", "delivery_method"} <= set(made.missing)
    assert not {"given_name", "birth_date", "residence"} & set(made.missing)
    assert made.subject_id != holder.subject_id
    assert DataSubject.objects.get(pk=made.subject_id).person_index == subject.person_index
    row = Reception.objects.get()
    assert (row.application_id, row.result) == (None, "kept")
    assert row.mark != digest_of(data)


def test_the_same_id_gets_the_same_receipt_and_makes_no_second_application(
    data: dict[str, Any], now: datetime
) -> None:
    note = note_of(data, now)
    first = receive(note, now)
    count = Application.objects.count()

    again = receive(note, now + timedelta(minutes=5))

    assert again == first
    assert Application.objects.count() == count


def test_the_same_content_under_another_id_makes_nothing(
    data: dict[str, Any], now: datetime
) -> None:
    receive(note_of(data, now), now)
    count = Application.objects.count()

    replayed = receive(note_of(data, now), now)

    assert (replayed["result"], replayed["reason"]) == ("refused", "dsar.sent_before")
    assert Application.objects.count() == count


def test_other_content_under_a_known_id_is_refused(data: dict[str, Any], now: datetime) -> None:
    key = str(uuid4())
    receive(note_of(data, now, id=key), now)

    with pytest.raises(WireRefused) as refused:
        receive(note_of({**data, "reference": "another"}, now, id=key), now)

    assert refused.value.facts == {"reason": "id"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": "mesto-c"}, "sender"),
        ({"receiver": "mesto-c"}, "receiver"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"created_at": "yesterday"}, "age"),
        ({"created_at": "2026-11-21T09:00:00"}, "age"),
        ({"id": "x"}, "id"),
        ({"key": SigningKey(bytes(32), PORTABLE_SIGNER)}, "signature"),
    ],
)
def test_what_is_not_proven_leaves_nothing(
    db: None, keyring: Any, now: datetime, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(WireRefused) as refused:
        receive(note_of({"any": "thing"}, now, **changes), now)

    assert refused.value.facts == {"reason": reason}
    assert not Reception.objects.exists()


def test_an_old_note_is_refused(db: None, keyring: Any, now: datetime) -> None:
    with pytest.raises(WireRefused):
        receive(note_of({}, now), now + FRESH + timedelta(seconds=1))


def test_a_tampered_body_is_refused(data: dict[str, Any], now: datetime) -> None:
    note = note_of(data, now)
    tampered = note.replace("Cvelbarjeva ulica 998", "Cvelbarjeva ulica 999")
    assert tampered != note
    count = Application.objects.count()

    with pytest.raises(WireRefused):
        receive(tampered, now)

    assert Application.objects.count() == count


def test_a_sender_that_only_receives_is_not_believed(
    settings: Any, folders: Path, db: None, keyring: Any, now: datetime
) -> None:
    configure(settings, folders, sends="false")

    with pytest.raises(WireRefused):
        receive(note_of({}, now), now)


def test_data_of_another_shape_is_refused_for_good(
    holder: Holder, data: dict[str, Any], now: datetime
) -> None:
    data["data"]["identity"]["identity.DataSubject"][0]["shoe_size"] = 43
    count = Application.objects.count()

    receipt = receive(note_of(data, now), now)

    assert (receipt["result"], receipt["reason"]) == ("refused", PortableUnusable.code)
    assert Application.objects.count() == count


def test_a_crash_after_the_application_makes_no_second_one(
    data: dict[str, Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def die(*_args: object) -> None:
        raise Killed

    note = note_of(data, now)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "_finish", die)
        with pytest.raises(Killed):
            receive(note, now)
    count = Application.objects.count()
    assert Reception.objects.get().application_id is not None

    receipt = receive(note, now + timedelta(minutes=3))

    assert receipt["result"] == "kept"
    assert Application.objects.count() == count
    assert Reception.objects.get().application_id is None


def test_arrivals_are_forgotten_after_thirty_days(data: dict[str, Any], now: datetime) -> None:
    receive(note_of(data, now), now)

    assert forget_receptions(now=now + REMEMBERED - timedelta(days=1)) == 0
    assert forget_receptions(now=now + REMEMBERED) == 1


# -- Sending


def order(case: Case, holder: Holder, herself: Actor, now: datetime, peer: str = THEIRS) -> Any:
    return order_transmission(
        actor=herself, subject_id=holder.subject_id, case_id=case.pk, peer=peer, now=now
    )


def test_nobody_else_orders_and_only_to_those_who_receive(
    case: Case, holder: Holder, neighbour: Holder, herself: Actor, now: datetime
) -> None:
    with pytest.raises(CaseUnknown):
        order_transmission(
            actor=herself, subject_id=neighbour.subject_id, case_id=case.pk, peer=THEIRS, now=now
        )
    with pytest.raises(PeerUnknown):
        order(case, holder, herself, now, peer="mesto-c")
    assert not Transmission.objects.exists()


def test_an_access_package_is_not_handed_on(
    file_request: Callable[..., Case], holder: Holder, herself: Actor, now: datetime
) -> None:
    access = file_request()
    fulfil_cases(now)

    with pytest.raises(PackageUnknown):
        order(access, holder, herself, now)


def test_ordered_twice_is_one_row_and_a_silent_receiver_is_tried_again_with_pauses(
    case: Case, holder: Holder, herself: Actor, now: datetime
) -> None:
    first = order(case, holder, herself, now)
    assert order(case, holder, herself, now).pk == first.pk

    assert send_transmissions(now=now) == 0
    row = Transmission.objects.get()
    assert row.last_error == "dsar.recipient_unreachable"
    assert row.next_attempt_at == now + FIRST_PAUSE
    assert send_transmissions(now=now) == 0
    row.refresh_from_db()
    assert row.attempts == 1
    assert Event.TRANSMITTED not in {event.event for event in list_events(case.pk)}


def test_when_the_package_is_over_the_order_ends(
    case: Case, holder: Holder, herself: Actor, now: datetime
) -> None:
    order(case, holder, herself, now)
    disable_package(
        actor=herself,
        subject_id=holder.subject_id,
        package_id=Package.objects.get().pk,
        now=now,
    )

    send_transmissions(now=now)

    row = Transmission.objects.get()
    assert (row.ended_at, row.last_error, row.sent_at) == (now, PackageEnded.code, None)
    assert list_events(case.pk)[-1].event == Event.NOT_TRANSMITTED


@pytest.mark.parametrize("size", [1, 4001])
def test_what_is_too_large_to_send_ends_the_order(
    case: Case,
    holder: Holder,
    herself: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
) -> None:
    order(case, holder, herself, now)
    monkeypatch.setattr(transmitting, "PORTABLE_MOST_BYTES", 1000)
    # Small as the package may be: the note counts as well.
    Package.objects.update(size=size)

    send_transmissions(now=now)

    row = Transmission.objects.get()
    assert (row.ended_at, row.last_error) == (now, "dsar.portable_too_large")


@pytest.mark.rule("C8")
def test_who_signs_in_by_a_new_contact_has_nothing_sent(
    case: Case, holder: Holder, herself: Actor, now: datetime
) -> None:
    DataSubject.objects.filter(pk=holder.subject_id).update(contact_changed_at=now)

    with pytest.raises(IdentityNotProven):
        order(case, holder, herself, now)
    assert not Transmission.objects.exists()


# -- Configuration and files


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"own": ""}, "own_code"),
        ({"own": THEIRS}, "peers 1: code"),
        ({"code": "mesto b"}, "peers 1: code"),
        ({"url": "http://mesto-b.example/"}, f"{THEIRS}: address"),
        ({"url": ""}, "peers 1: url"),
        ({"key": "AAAA"}, f"{THEIRS}: public_key"),
        ({"sends": "1"}, "peers 1: sends"),
        ({"point": ""}, "peers 1: point"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_by_its_place(
    settings: Any, folders: Path, changes: dict[str, str], where: str
) -> None:
    from dsar.peers import get_peers

    configure(settings, folders, **changes)

    with pytest.raises(PeersInvalid) as refused:
        get_peers()

    assert refused.value.facts == {"where": where}


def test_without_a_file_there_is_nobody(settings: Any) -> None:
    from dsar.peers import get_peers, list_receivers

    settings.PEERS_FILE = None

    assert (get_peers().own_code, list_receivers()) == ("", [])
    with pytest.raises(PeersInvalid):
        read_peers({})


@given(attempts=st.integers(1, 500))
def test_pauses_grow_and_stay_bounded(attempts: int) -> None:
    assert FIRST_PAUSE <= pause_after(attempts) <= pause_after(attempts + 1) <= LONGEST_PAUSE


@given(seconds=st.integers(-4000, 4000))
def test_fresh_is_a_quarter_of_an_hour_to_either_side(seconds: int) -> None:
    at = datetime.fromisoformat("2026-11-21T09:00:00+00:00")

    fresh = is_fresh((at + timedelta(seconds=seconds)).isoformat(), now=at)

    assert fresh == (abs(seconds) <= FRESH.total_seconds())


@pytest.mark.parametrize("form", ["zip", "json"])
def test_a_file_becomes_an_application(
    files: bytes, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"ana.{form}"
    path.write_bytes(files if form == "zip" else open_volumes(files)["data.json"])

    call_command("import_portable", str(path), sender=THEIRS)

    said = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    made = Application.objects.get(pk=UUID(said["application"]))
    assert (made.state, made.receiving_point) == ("incomplete", OTHER_POINT)
    assert "terms" in said["missing"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "neither a zip nor JSON"),
        (b"PK\x03\x04 broken", "damaged zip"),
        (b'{"format": "varuh-portable-data/1"}', "published format"),
        (b"[]", "published format"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(
    holder: Holder, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    count = Application.objects.count()

    with pytest.raises(CommandError, match=sentence):
        call_command("import_portable", str(path))

    assert Application.objects.count() == count
