"""An e-mail at the desk: dropped in, opened, made a request with its own day, or set aside."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dsar.errors import DraftSettled
from dsar.models import Case, MailDraft, Upload
from dsar.operations.intake_end import end_intake
from dsar.operations.mail import set_aside
from dsar.operations.mailbox import take_mail
from dsar.rules import Channel
from dsar.rules.intake import AsideReason
from dsar.source import DsarSource
from portal.clock import read_clock
from portal.walkthrough.scan import find_in_files, find_in_stores
from records.access.gate import open_gate
from records.access.models import ErasureLedgerEntry
from records.access.purposes import Action, ActorRole, DataCategory, Purpose
from records.access.registry import SubjectContext
from records.keys.models import DataKey
from retention.queries.orphans import count_orphans
from tests import factories
from tests.dsar.mail import corpus
from tests.journeys.test_access_request import make_card

pytestmark = pytest.mark.django_db(databases=factories.ALL_STORES)


@pytest.fixture(autouse=True)
def _ready(register: None, settings: Any, tmp_path: Path) -> None:
    from consent.operations.notices import load_texts

    load_texts()
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.ERASURE_LEDGER_FILE = tmp_path / "ledger.jsonl"


def drop_in(desk: Client, data: bytes, name: str = "zahteva.eml") -> Any:
    return desk.post(reverse("desk_mail"), {"file": SimpleUploadedFile(name, data)})


def register_mail(desk: Client, draft: MailDraft, card: Any, **changes: dict[str, str]) -> Any:
    """Make a request of an e-mail: only what it does not say is asked."""
    desk.post(reverse("desk_draft", args=[draft.pk]), {"act": "register"})
    pages = {
        "right": {"right": "access"},
        "place": {"place": factories.POINT},
        "whose": {"card": card.holder_id},
        "asks": {"filed_by": "self"},
        "answer": {"answer_way": "counter"},
        "language": {"language": "sl"},
    } | changes
    for step, answers in pages.items():
        found = desk.post(reverse("register_step", args=[step]), answers)
        if found.status_code != 302:
            return found
    return desk.post(reverse("register_step", args=["check"]))


@pytest.mark.rule("C16", "PP6c")
def test_an_email_becomes_a_request_received_when_the_server_had_it(
    staff: Callable[..., Client],
) -> None:
    clerk = staff("clerk")
    card, bor = make_card(clerk, factories.ANA), make_card(clerk, factories.BOR)
    opened = drop_in(clerk, corpus.APPLE)
    draft = MailDraft.objects.get()

    page = clerk.get(opened.url).content.decode()
    assert corpus.WORDS in page
    answer = register_mail(clerk, draft, card)

    case = Case.objects.get()
    assert answer.url == reverse("request_registered", args=[case.pk])
    assert (case.subject_id, case.channel) == (card.subject_id, Channel.EMAIL)
    assert case.received_at == draft.received_at
    assert case.state == "received"  # an e-mail proves nobody
    written = clerk.post(reverse("desk_written", args=[case.pk])).content.decode()
    assert corpus.WORDS in written
    # The attachment is the person's now: handed over with their data, and sealed for them.
    upload = Upload.objects.get()
    assert (upload.owner_id, upload.case_id, upload.draft_id) == (card.subject_id, case.pk, None)
    got = clerk.post(reverse("desk_file", args=[case.pk, upload.pk]))
    assert got.content == corpus.PLAIN_ATTACHMENT
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == 'attachment; filename="attachment-1.bin"'
    draft.refresh_from_db()
    assert (draft.state, draft.text, draft.sender) == ("registered", None, None)
    assert corpus.WORDS not in clerk.get(opened.url).content.decode()
    assert not Case.objects.filter(subject_id=bor.subject_id).exists()


def test_it_cannot_be_registered_later_than_the_mail_arrived_nor_before_it_was_written(
    staff: Callable[..., Client],
) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    drop_in(clerk, corpus.GMAIL)
    draft = MailDraft.objects.get()

    for day in ("21. 11. 2026", "19. 11. 2026"):
        refused = register_mail(clerk, draft, card, dates={"received_on": day})
        assert refused.status_code == 422, day
        assert "2026-11-20" in refused.content.decode()
    assert not Case.objects.exists()


def test_the_same_email_twice_is_one_draft_and_one_request(staff: Callable[..., Client]) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    first = drop_in(clerk, corpus.GMAIL)
    assert drop_in(clerk, corpus.GMAIL).url == first.url
    draft = MailDraft.objects.get()

    register_mail(clerk, draft, card)
    register_mail(clerk, draft, card)

    assert Case.objects.count() == 1
    assert drop_in(clerk, corpus.GMAIL).url == first.url
    assert MailDraft.objects.count() == 1


def test_hostile_words_are_shown_as_words(staff: Callable[..., Client]) -> None:
    clerk = staff("clerk")
    data = corpus.MUTT.replace(b"Prosim", b"<script>alert(1)</script><img src=x onerror=alert(2)>")

    opened = drop_in(clerk, data)

    page = clerk.get(opened.url).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("name", "data"),
    [("zahteva.exe", corpus.GMAIL), ("zahteva.eml", b"%PDF-1.7 no mail"), ("prazno.eml", b"")],
)
def test_what_is_no_email_is_not_taken(
    staff: Callable[..., Client], name: str, data: bytes
) -> None:
    assert drop_in(staff("clerk"), data, name).status_code == 422
    assert not MailDraft.objects.exists()


def test_nothing_of_an_email_stands_in_plain_anywhere(
    staff: Callable[..., Client], tmp_path: Path
) -> None:
    drop_in(staff("clerk"), corpus.APPLE)

    needles = [
        "vodite o meni",
        "ana.zuzek@example.org",
        "apple@example.org",
        "zahteva šč",
        "%PDF-1.4",
    ]
    assert find_in_stores(needles) == {}
    assert find_in_files(needles, [tmp_path]) == {}
    assert MailDraft.objects.exists()


def test_another_citys_desk_does_not_see_what_was_dropped_in_here(
    staff: Callable[..., Client],
) -> None:
    clerk, other = staff("clerk"), staff("clerk", city=factories.OTHER_CITY)
    opened = drop_in(clerk, corpus.APPLE)
    upload = Upload.objects.get()

    assert opened.url in clerk.get(reverse("desk_mail")).content.decode()
    assert opened.url not in other.get(reverse("desk_mail")).content.decode()
    assert other.get(opened.url).status_code == 404
    file = reverse("desk_draft_file", args=[upload.draft_id, upload.pk])
    assert other.post(file).status_code == 404
    assert clerk.post(file).content == corpus.PLAIN_ATTACHMENT
    assert drop_in(other, corpus.APPLE).status_code == 422


def test_what_is_set_aside_ends_after_thirty_days_with_its_key(
    staff: Callable[..., Client], tmp_path: Path
) -> None:
    clerk = staff("clerk")
    make_card(clerk, factories.BOR)
    drop_in(clerk, corpus.APPLE)
    drop_in(clerk, corpus.MUTT)
    aside, waiting = MailDraft.objects.order_by("size").reverse()
    keys, ledger = DataKey.objects.count(), ErasureLedgerEntry.objects.count()

    page = clerk.post(reverse("desk_draft", args=[aside.pk]), {"act": "aside", "reason": "junk"})
    assert page.status_code == 302
    with pytest.raises(DraftSettled):
        set_aside(
            actor=factories.make_actor(ActorRole.CLERK, factories.CENE_ID),
            draft=aside, reason=AsideReason.JUNK, now=read_clock(),
        )  # fmt: skip
    end_intake(now=read_clock() + timedelta(days=29))
    assert MailDraft.objects.count() == 2
    end_intake(now=read_clock() + timedelta(days=31))
    end_intake(now=read_clock() + timedelta(days=31))

    assert list(MailDraft.objects.values_list("pk", flat=True)) == [waiting.pk]
    assert not Upload.objects.exists()
    assert not list((tmp_path / "packages").iterdir())
    assert DataKey.objects.count() == keys - 1
    assert ErasureLedgerEntry.objects.count() == ledger + 2
    assert sum(count_orphans().values()) == 0


def test_a_restored_email_is_erased_again_by_the_replay(now: Any, cene: Any) -> None:
    from retention.operations.replay import replay_erasure_ledger

    draft = take_mail(actor=cene, data=corpus.MUTT, city=factories.HOME_CITY, now=now)
    rows = list(MailDraft.objects.filter(pk=draft.pk))
    keys = list(DataKey.objects.all())
    set_aside(actor=cene, draft=draft, reason=AsideReason.JUNK, now=now)
    end_intake(now=now + timedelta(days=31))
    assert not MailDraft.objects.exists()
    MailDraft.objects.bulk_create(rows)
    DataKey.objects.bulk_create(keys)

    replay_erasure_ledger(now + timedelta(days=32))

    assert not MailDraft.objects.exists()
    assert not DataKey.objects.exists()


def test_attachments_go_with_the_person_and_are_named_in_the_export(
    staff: Callable[..., Client], cene: Any, tmp_path: Path
) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    drop_in(clerk, corpus.APPLE)
    register_mail(clerk, MailDraft.objects.get(), card)
    now = read_clock()
    grant = open_gate(
        actor=factories.make_actor(ActorRole.CONTROLLER, factories.DARJA_ID),
        purpose=Purpose.RIGHTS_REQUEST, subjects=[card.subject_id],
        categories=[DataCategory.CASE], action=Action.ERASE, task="test", now=now,
    )  # fmt: skip

    sections = DsarSource().collect(grant, SubjectContext(card.subject_id), now)
    names = {s.table.model: [r.values for r in s.records] for s in sections}
    assert names["dsar.Upload"][0]["name"] == "zahteva šč.pdf"
    assert names["dsar.Intake"][0]["city"] == factories.HOME_CITY
    receipt = DsarSource().erase(grant, SubjectContext(card.subject_id), now)

    assert (receipt.deleted["dsar.Upload"], receipt.deleted["dsar.Intake"]) == (1, 1)
    assert not Upload.objects.exists()
    assert not list((tmp_path / "packages").iterdir())


def test_attachments_end_thirty_days_after_the_case_was_closed(
    staff: Callable[..., Client], tmp_path: Path
) -> None:
    clerk = staff("clerk")
    card = make_card(clerk, factories.ANA)
    drop_in(clerk, corpus.APPLE)
    register_mail(clerk, MailDraft.objects.get(), card)
    Case.objects.update(closed_at=read_clock())

    end_intake(now=read_clock() + timedelta(days=29))
    assert Upload.objects.exists()
    end_intake(now=read_clock() + timedelta(days=31))

    assert not Upload.objects.exists()
    assert Case.objects.exists()
    assert not list((tmp_path / "packages").iterdir())
