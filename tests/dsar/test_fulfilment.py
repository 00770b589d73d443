"""A request of a signed-in holder is answered without staff, completely or not at all."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dsar.errors import CaseHasHoles
from dsar.models import Case, Fulfilment, Package
from dsar.operations import close_case, fulfil
from dsar.operations.fulfilment import LEASE_SECONDS
from dsar.queries import find_open_fulfilment, list_events
from dsar.tasks import fulfil_cases
from records.access.inventory import Section
from records.access.models import LogEntry
from records.access.purposes import DataCategory
from records.access.registry import sources
from records.documents.signing import read_attachments
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, Holder
from tests.records.documents.tools import pdfsig, qpdf_is_clean, text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
FileRequest = Callable[..., Case]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A way to break one source, and to mend it."""

    def set_source(code: str, *, fails: bool = True) -> None:
        source = next(source for source in sources() if source.code == code)

        def refuse(*_arguments: object) -> Sequence[Section]:
            raise OSError("the disk says: Ana Žužek")

        if fails:
            monkeypatch.setattr(type(source), "collect", refuse)
        else:
            monkeypatch.undo()

    return set_source


@pytest.mark.rule("C26")
def test_a_signed_in_holder_is_answered_in_one_sweep(file_request: FileRequest, now: Any) -> None:
    case = file_request()

    made = fulfil_cases(now)

    case.refresh_from_db()
    job, package = Fulfilment.objects.get(), Package.objects.get()
    assert [line for line in job.manifest if line["status"] == "failed"] == []
    assert (made, job.last_error) == (1, "")
    assert (case.state, case.outcome, package.level) == ("delivered", "granted", "B-B")
    assert [line.event for line in list_events(case.pk)] == [
        "case:request:received",
        "case:identity:verified",
        "case:work:started",
        "package:file:sealed",
        "case:decision:granted",
        "case:answer:delivered",
    ]
    assert list_events(case.pk)[-1].package_sha256 == package.sha256


def test_all_judges_agree_about_the_package(
    file_request: FileRequest, holder: Holder, now: Any, tmp_path: Path, capsys: Any
) -> None:
    from django.core.management import CommandError, call_command

    file_request()
    fulfil_cases(now)
    pdf = fetch(holder, now)
    (tmp_path / "p.pdf").write_bytes(pdf)
    broken_at = pdf.index(b"stream") + 40

    call_command("verify_package", str(tmp_path / "p.pdf"))
    (tmp_path / "q.pdf").write_bytes(pdf[:broken_at] + b"\x00" + pdf[broken_at + 1 :])

    assert "Everything agrees" in capsys.readouterr().out
    assert "Signature is Valid" in pdfsig(pdf)
    assert qpdf_is_clean(pdf)
    with pytest.raises(CommandError, match="differs from what was sealed"):
        call_command("verify_package", str(tmp_path / "q.pdf"))


@pytest.mark.rule("PP1a", "PP6e", "PP1b", "PP2a")
def test_the_report_says_who_decides_why_how_long_and_how_to_complain(
    file_request: FileRequest, holder: Holder, now: Any
) -> None:
    file_request()
    fulfil_cases(now)

    text = " ".join(text_of(fetch(holder, now)).replace("\u00ad", "").split())

    for words in (
        "Žužek Črnič",
        "Seidlova cesta 1, 8000 Novo mesto",
        "SI53055730",
        "Informacijskemu pooblaščencu, Dunajska 22, 1000 Ljubljana",
        "gp.ip@ip-rs.si",
        "pogodba o kartici, člen 6(1)(b)",
        "pet let po koncu pogodbe",
        "Telekom Slovenije",
        "Pečat je predstavitven",
        "29. 2. 1984",
    ):
        assert words in text


def test_the_json_holds_the_person_exactly_and_nothing_of_the_neighbour(
    file_request: FileRequest, holder: Holder, neighbour: Holder, now: Any
) -> None:
    file_request()
    fulfil_cases(now)

    raw = read_attachments(fetch(holder, now))["data.json"].decode()

    (person,) = json.loads(raw)["data"]["identity"]["identity.DataSubject"]
    assert person["given_name"] == holder.person.given_name
    assert person["birth_date"] == "1984-02-29"
    assert person["phone"] == holder.person.phone_e164
    assert holder.holder_id in raw
    for value in (neighbour.holder_id, neighbour.person.phone_e164, neighbour.person.email):
        assert value not in raw
    assert str(neighbour.subject_id) not in raw


def test_the_package_tells_of_the_looks_at_the_data(
    file_request: FileRequest, holder: Holder, now: Any
) -> None:
    file_request()
    fulfil_cases(now)

    data = json.loads(read_attachments(fetch(holder, now))["data.json"])["data"]

    lines = data["access"]["access.LogEntry"]
    assert {"clerk", "holder", "system"} <= {line["role"] for line in lines}
    assert {"card_application", "rights_request"} <= {line["purpose"] for line in lines}


def test_the_disclosure_stands_in_the_log_with_its_outcome(
    file_request: FileRequest, now: Any
) -> None:
    before = LogEntry.objects.count()

    file_request()
    fulfil_cases(now)

    assert LogEntry.objects.count() == before + 4  # filing and answering, each with its outcome


def test_a_narrower_request_opens_and_gives_only_what_was_asked(
    file_request: FileRequest, holder: Holder, now: Any
) -> None:
    file_request(scope=[DataCategory.NAME])
    fulfil_cases(now)

    data = json.loads(read_attachments(fetch(holder, now))["data.json"])["data"]
    (person,) = data["identity"]["identity.DataSubject"]
    assert set(person) == {"given_name", "family_name", "assurance"}
    assert "wallet" not in data
    statuses = {line["table"]: line["status"] for line in Fulfilment.objects.get().manifest}
    assert statuses["wallet.Account"] == "not_requested"


def test_an_english_request_gets_an_english_answer(
    file_request: FileRequest, holder: Holder, now: Any
) -> None:
    file_request(language="en")
    fulfil_cases(now)

    assert "Your personal data" in text_of(fetch(holder, now))


@pytest.mark.parametrize("code", ["wallet", "access", "identity"])
def test_one_failure_and_nothing_is_delivered(
    file_request: FileRequest, broken: Callable[..., None], code: str, now: Any, cera: Any
) -> None:
    case = file_request()
    broken(code)

    made = fulfil_cases(now)

    case.refresh_from_db()
    job = Fulfilment.objects.get()
    failed = [line for line in job.manifest if line["status"] == "failed"]
    assert (made, Package.objects.count(), case.state) == (0, 0, "in_work")
    assert {line["source"] for line in failed} == {code}
    assert {line["reason"] for line in failed} == {"OSError"}
    assert job.last_error == "dsar.case_has_holes"
    assert "Ana" not in json.dumps(job.manifest)
    assert list_events(case.pk)[-1].event == "package:collection:failed"
    with pytest.raises(CaseHasHoles):
        close_case(actor=cera, case_id=case.pk, now=now)


def test_a_mended_source_is_asked_again_after_a_pause(
    file_request: FileRequest, broken: Callable[..., None], now: Any
) -> None:
    case = file_request()
    broken("wallet")
    fulfil_cases(now)
    broken("wallet", fails=False)

    too_soon = fulfil_cases(now + timedelta(seconds=14))
    in_time = fulfil_cases(now + timedelta(seconds=16))

    case.refresh_from_db()
    assert (too_soon, in_time, case.state) == (0, 1, "delivered")
    assert find_open_fulfilment(case.pk) is None


def test_the_pause_grows_and_has_an_end(
    file_request: FileRequest, broken: Callable[..., None], now: Any
) -> None:
    file_request()
    broken("wallet")
    pauses = []
    for _ in range(12):
        fulfil_cases(now)
        job = Fulfilment.objects.get()
        pauses.append((job.next_attempt_at - now).total_seconds())
        now = job.next_attempt_at

    assert pauses[:3] == [15, 30, 60]
    assert pauses[-1] == 3_600


def test_a_job_under_way_is_left_to_its_worker(file_request: FileRequest, now: Any) -> None:
    case = file_request()
    job = Fulfilment.objects.get(case=case)
    assert Fulfilment.claim(pk=job.pk, now=now, lease_seconds=LEASE_SECONDS)

    assert fulfil(fulfilment_id=job.pk, now=now) is None
    assert Package.objects.count() == 0

    later = now + timedelta(seconds=LEASE_SECONDS + 1)
    assert fulfil(fulfilment_id=job.pk, now=later) is not None


def test_running_a_finished_job_again_does_nothing(file_request: FileRequest, now: Any) -> None:
    file_request()
    fulfil_cases(now)
    events = len(list_events(Case.objects.get().pk))

    assert fulfil(fulfilment_id=Fulfilment.objects.get().pk, now=now) is None
    assert len(list_events(Case.objects.get().pk)) == events


def test_with_the_log_down_nothing_is_opened(
    file_request: FileRequest, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.access.errors import LogUnavailable

    file_request()

    def down(**_arguments: object) -> None:
        raise LogUnavailable(cause="test")

    monkeypatch.setattr("records.access.gate.append_entry", down)

    assert fulfil_cases(now) == 0
    assert Fulfilment.objects.get().last_error == "access.log_unavailable"
    assert Package.objects.count() == 0
