"""A canary lives through the whole service, is handed over complete, and leaves nothing behind.

The canary has a marker of its own in every sealed field. What is hunted after the erasure: the
markers, every identifier, the data keys as they were wrapped, and the blind-index values.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as configured
from django.db import connections, transaction

from consent.operations import give_consent, withdraw_consent
from consent.queries import get_notice_on
from consent.rules import WORDING_OF
from consent.rules import Channel as ConsentChannel
from dsar.letters.kinds import LetterKind
from dsar.models import CorrectionItem, Fulfilment, Letter, Package, Transmission
from dsar.operations import make_letter, record_handed_over, show_authority
from dsar.operations.corrections import propose_corrections
from dsar.operations.filing import file_request
from dsar.operations.fulfilment import fulfil
from dsar.operations.history import lock_case
from dsar.operations.intake import hand_over_package
from dsar.operations.objections import object_to
from dsar.operations.packages import download_package
from dsar.operations.reviewing import apply_correction
from dsar.operations.status_codes import issue_status_code
from dsar.package.assembly import DATA_FILE, MANIFEST_FILE
from dsar.ports import Notice, notify_recipients
from dsar.rules import AnswerWay, Channel, FiledBy, Right
from dsar.tasks import settle_restrictions
from portal.demo.holders import give_card
from portal.installation import prepare_installation
from portal.models import HolderAccount
from portal.usecases import sign_in
from portal.walkthrough.scan import as_text, find_in_files, find_in_stores
from portal.walkthrough.story import CLERK, FIRST_CONTROLLER, SECOND_CONTROLLER
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import Action, ActorRole, DataCategory, Purpose, Store
from records.access.registry import sources
from records.cards.models import Card
from records.cards.rules import CancelReason
from records.contracts.operations import cancel_card
from records.documents.signing import read_attachments
from records.errors import Refusal
from records.identity.models import DataSubject
from records.identity.operations import (
    confirm_representation,
    record_document_check,
    record_representation,
)
from records.identity.queries import reveal_person
from records.identity.rules import (
    Basis,
    DocumentType,
    Evidence,
    PersonDetails,
    Proof,
    Scope,
)
from records.keys.keybox import owners
from records.keys.links import presentation_digest, wallet_pseudonym
from records.keys.models import DataKey
from records.legal_days import add_years, legal_day
from records.wallet.models import Terminal
from records.wallet.operations import (
    authorise_payment,
    register_terminal,
    request_payout,
    settle_payout,
    top_up,
)
from records.wallet.rules import EndedBecause, Fees
from retention.operations import approve_plan, confirm_clock, make_plan, run_plan, sweep_clocks
from tests.architecture.decided_case import live_a_decided_case, written_marks
from tests.factories import ALL_STORES

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
IBAN = "SI56020170014356205"
CITY, POINT = "novo-mesto", "nm-knjiznica"
NOT_IN_A_HOLDERS_LIFE = {
    "portal.StaffProfile",
    "portal.SavedView",
    "mfa.Authenticator",
    "contracts.CardSaga",
    "contracts.BlockOutbox",
    "cards.CardReport",
    "retention.LegalHold",
    "retention.PlanItem",
    "retention.SubjectClock",
    "dsar.ErasureOrder",
    "dsar.Intake",
    "dsar.MailDraft",
    "dsar.Requester",
    "dsar.Upload",
}
"""Tables that have no row about a holder whose work is all done."""

pytestmark = [pytest.mark.django_db(databases=ALL_STORES, transaction=True)]


def _person(name: str, phone: str, birth_date: date) -> PersonDetails:
    return PersonDetails(
        given_name=f"Kanarko{name}",
        family_name=f"Pevčič{name}",
        residence=f"Žičnata pot {name} 7, 8000 Novo mesto",
        birth_date=birth_date,
        phone=phone,
        email=f"{name.lower()}@example.org",
    )


CANARY = _person("Qvrzbtk", "+38640987654", date(1977, 3, 9))
WRITTEN = ("qvrzbtk.novi@example.org", "Izjava kanarčka Qvrzbtk.", "Ugovor kanarčka Qvrzbtk.")
"""What the canary writes in its requests: an address, a statement, a reason."""
NEIGHBOUR = _person("Wmdlphg", "+38640987655", date(1978, 4, 10))


@dataclass
class Life:
    """What the test keeps of one person from before the erasure."""

    subject_id: UUID
    card_id: UUID
    wallet: UUID
    holder: Actor
    package: bytes = b""
    needles: list[str] = field(default_factory=list)


@pytest.fixture
def installation(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An installation of its own under `tmp_path`."""
    settings.VAR_DIR = tmp_path
    settings.KEY_FILE = tmp_path / "varuh.keys"
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.HEADS_DIR = tmp_path / "heads"
    settings.ERASURE_LEDGER_FILE = tmp_path / "erasure-ledger.jsonl"
    settings.DEMO_MESSAGES_DIR = tmp_path / "demo-messages"
    list(prepare_installation(now=NOW))
    confirm_clock(actor=FIRST_CONTROLLER, now=NOW)
    return tmp_path


def _live(person: PersonDetails) -> Life:
    """Let a person do everything that leaves a trace, and end the contract."""
    card = give_card(clerk=CLERK, person=person, city=CITY, point=POINT, now=NOW)
    row = Card.objects.get(pk=UUID(card.card_id))
    subject = row.subject_id
    sign_in.get_or_create_user(subject_id=subject)
    account = HolderAccount.objects.get(subject_id=subject)
    holder = Actor(role=ActorRole.HOLDER, id=str(account.pk), organisation="")
    challenge = sign_in.ask_for_code(
        typed=sign_in.Typed("card", card.holder_id), address="127.0.0.1", task="sign_in",
        language="sl", now=NOW,
    )  # fmt: skip
    sign_in.send_code(challenge_id=challenge, now=NOW)
    _check_document(subject)
    _spend(card.chip_token)
    _consent(holder, subject)
    cancel_card(actor=CLERK, card_id=row.pk, reason=CancelReason.HOLDER_REQUEST, now=NOW)
    wallet = _pay_out(subject, row.pk)
    live_a_decided_case(holder=holder, subject=subject, name=person.given_name, now=NOW)
    _correct(holder, subject)
    package = _ask(holder, subject)
    return Life(
        subject, row.pk, wallet, holder, package, _needles(subject, row.pk, wallet, card.holder_id)
    )


def _check_document(subject: UUID) -> None:
    grant = open_gate(
        actor=CLERK, purpose=Purpose.CARD_ADMINISTRATION, subjects=[subject],
        categories={DataCategory.NAME}, action=Action.CHANGE, task="canary", now=NOW,
    )  # fmt: skip
    record_document_check(
        grant, subject_id=subject, document_type=DocumentType.IDENTITY_CARD, matched=True, now=NOW
    )


def _spend(chip_token: str) -> None:
    made = register_terminal(organisation="knjiznica", name="canary", can_topup=True, can_sell=True)
    terminal = Terminal.objects.get(pk=made.id)
    presentation = presentation_digest(bytes.fromhex(chip_token))
    common: dict[str, Any] = {"terminal": terminal, "presentation": presentation, "currency": "EUR"}
    key = uuid4().hex
    top_up(amount_minor=2000, idempotency_key=f"{key}1", now=NOW, **common)
    authorise_payment(amount_minor=150, idempotency_key=f"{key}2", now=NOW, **common)


def _consent(holder: Actor, subject: UUID) -> None:
    notice = get_notice_on(kind=WORDING_OF[Purpose.NEWS], language="sl", day=legal_day(NOW))
    common: dict[str, Any] = {
        "actor": holder, "subject_id": subject, "purpose": Purpose.NEWS, "screen": "canary",
        "channel": ConsentChannel.PORTAL,
    }  # fmt: skip
    give_consent(notice=notice, now=NOW, **common)
    withdraw_consent(language="sl", now=NOW + timedelta(minutes=1), **common)


def _pay_out(subject: UUID, card: UUID) -> UUID:
    grant = open_gate(
        actor=CLERK, purpose=Purpose.PAYOUT, subjects=[subject],
        categories={DataCategory.WALLET, DataCategory.PAYOUT_ACCOUNT, DataCategory.CARD},
        action=Action.CHANGE, task="canary-payout", now=NOW,
    )  # fmt: skip
    wallet = wallet_pseudonym(grant, card_id=card, subject_id=subject)
    payout = uuid4()
    request_payout(
        grant, payout=payout, wallet=wallet, iban=IBAN, fees=Fees(price_list="1"),
        ended_because=EndedBecause.CANCELLED_BY_HOLDER, ended_on=legal_day(NOW), now=NOW,
    )  # fmt: skip
    settle_payout(payout=payout, now=NOW)
    return wallet


def _correct(holder: Actor, subject: UUID) -> None:
    """Correct an address, put a statement beside a locked value, object to news; all answered, and
    so long ago that the address is not new any more.
    """
    then = NOW - timedelta(days=20)
    common: dict[str, Any] = {
        "actor": holder, "subject_id": subject, "language": "sl", "now": then,
    }  # fmt: skip
    case = propose_corrections(
        changes={"email": WRITTEN[0]},
        statements={"identity.DataSubject.registered_on": WRITTEN[1]},
        case_id=uuid4(), **common,
    )  # fmt: skip
    item = CorrectionItem.objects.get(case=case, state="proposed")
    apply_correction(
        actor=CLERK, item_id=item.pk, evidence=DocumentType.PASSPORT, evidence_on=None, now=then
    )
    settle_restrictions(then)
    for letter in Letter.objects.filter(case=case):
        record_handed_over(actor=CLERK, letter_id=letter.pk, now=then)
    settle_restrictions(then)
    object_to(purposes=frozenset({Purpose.NEWS}), why=WRITTEN[2], case_id=uuid4(), **common)


REPRESENTATIVE = _person("Jfsrwcy", "+38640987656", date(1950, 1, 2))


def _represent(subject: UUID) -> None:
    """Let somebody ask for the canary, on an authorisation that two people have looked at."""
    categories = {
        DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.CONTACT, DataCategory.BIRTH_DATE,
    }  # fmt: skip
    common: dict[str, Any] = {
        "purpose": Purpose.RIGHTS_REQUEST, "subjects": [subject], "categories": categories,
        "action": Action.CHANGE, "task": "canary", "now": NOW,
    }  # fmt: skip
    row = record_representation(
        open_gate(actor=CLERK, **common), subject_id=subject, representative=REPRESENTATIVE,
        basis=Basis.AUTHORISATION, scopes=[Scope.RIGHTS], evidence=Evidence.WRITTEN_AUTHORISATION,
        evidence_number="POOBL-KANARKO-1", valid_from=legal_day(NOW), valid_until=None, now=NOW,
    )  # fmt: skip
    confirm_representation(
        open_gate(actor=FIRST_CONTROLLER, **common), representation_id=row.pk, now=NOW
    )
    case = file_request(
        actor=CLERK, subject_id=subject, right=Right.ACCESS, channel=Channel.LETTER,
        filed_by=FiledBy.REPRESENTATIVE, answer_way=AnswerWay.POST, now=NOW,
    )  # fmt: skip
    show_authority(
        actor=CLERK, case_id=case.pk, representation_id=row.pk,
        shown=[Proof.DOCUMENT_MATCHES], now=NOW,
    )  # fmt: skip
    assert fulfil(fulfilment_id=Fulfilment.objects.get(case=case).pk, now=NOW) is not None
    hand_over_package(actor=CLERK, case_id=case.pk, now=NOW)


def _ask(holder: Actor, subject: UUID) -> bytes:
    """Ask twice: the second package knows of the first."""
    _represent(subject)
    data = b""
    letter: Letter | None = None
    for _ in range(2):
        case = file_request(actor=holder, subject_id=subject, right=Right.ACCESS, now=NOW)
        assert fulfil(fulfilment_id=Fulfilment.objects.get(case=case).pk, now=NOW) is not None
        letter = letter or make_letter(
            case=case, kind=LetterKind.ACKNOWLEDGEMENT, actor=CLERK, now=NOW
        )
        with transaction.atomic():
            notify_recipients(lock_case(case.pk), Notice.RECTIFICATION)
        issue_status_code(case_id=case.pk, now=NOW)
        Transmission.objects.create(case=case, peer="city-b", created_at=NOW, next_attempt_at=NOW)
        package = Package.objects.get(case=case)
        data = download_package(
            actor=holder, subject_id=subject, package_id=package.pk, device="test", now=NOW
        ).data
    return data


def _needles(subject: UUID, card: UUID, wallet: UUID, holder_id: str) -> list[str]:
    keys = [
        key
        for store, name in ((Store.IDENTITY, subject), (Store.PAYMENTS, wallet))
        for key in DataKey.objects.filter(pseudonym=owners(store)(name.bytes))
    ]
    row = DataSubject.objects.get(pk=subject)
    indexes = [row.person_index, row.phone_index, row.email_index]
    return [
        as_text(value)
        for value in (
            subject, card, wallet, holder_id,
            *(key.pseudonym for key in keys), *(key.wrapped for key in keys),
            *(int(index) for index in indexes if index is not None and abs(int(index)) >= 2**31),
        )
    ]  # fmt: skip


def _markers(person: PersonDetails) -> list[str]:
    return [
        str(value)
        for value in (
            person.given_name, person.family_name, person.residence, person.phone, person.email,
            *written_marks(person.given_name),
        )
    ]  # fmt: skip


def _erase(life: Life) -> None:
    later = datetime.combine(add_years(legal_day(NOW), 5) + timedelta(days=1), NOW.timetz())
    for moment in (NOW, later):
        confirm_clock(actor=FIRST_CONTROLLER, now=moment)
        sweep_clocks(moment)
    # The neighbour has a contract that runs on: only the canary is due.
    plan = make_plan(actor=FIRST_CONTROLLER, now=later)
    for controller in (FIRST_CONTROLLER, SECOND_CONTROLLER):
        approve_plan(actor=controller, plan_id=plan.pk, now=later)
    when = later + timedelta(days=7, minutes=1)
    confirm_clock(actor=FIRST_CONTROLLER, now=when)
    run_plan(plan_id=plan.pk, now=when)


def _empty_journals() -> None:
    for store in Store:
        if connections[store.value].vendor == "sqlite":
            with connections[store.value].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _leftovers(needles: list[str], folder: Path) -> dict[str, list[str]]:
    """Return where a needle is found in any store, or in any file."""
    _empty_journals()
    found = find_in_stores(needles)
    folders = [folder]
    names = [configured.DATABASES[store.value] for store in Store]
    if all(database["ENGINE"].endswith("sqlite3") for database in names):
        folders += {Path(connections[store.value].settings_dict["NAME"]).parent for store in Store}
    for needle, files in find_in_files(needles, folders).items():
        found.setdefault(needle, []).extend(files)
    return found


@pytest.mark.rule("PP5b", "C24")
def test_the_canary_is_handed_over_whole_and_leaves_nothing(installation: Path) -> None:
    life, neighbour = (
        _live(CANARY),
        give_card(clerk=CLERK, person=NEIGHBOUR, city=CITY, point=POINT, now=NOW),
    )
    files = read_attachments(life.package)
    data = json.dumps(json.loads(files[DATA_FILE]), ensure_ascii=False)
    manifest = json.loads(files[MANIFEST_FILE])

    # Present: every marker is in the export, no declared table is missing from it.
    marks = [*_markers(CANARY), *WRITTEN, "1977-03-09", IBAN]
    assert [mark for mark in marks if mark not in data] == []
    assert {line["status"] for line in manifest["tables"]} <= {"included", "empty", "withheld"}
    empty = {line["table"] for line in manifest["tables"] if line["status"] == "empty"}
    assert empty <= NOT_IN_A_HOLDERS_LIFE
    assert [mark for mark in _markers(NEIGHBOUR) if mark in data] == []
    # Present: everything that is hunted later is there to be found, and nothing in plain.
    assert set(find_in_stores(life.needles)) == set(life.needles)
    assert _leftovers([*_markers(CANARY), *WRITTEN], installation) == {}
    assert REPRESENTATIVE.family_name in data
    markers = [*_markers(CANARY), *_markers(REPRESENTATIVE), "POOBL-KANARKO-1"]
    assert _leftovers(markers, installation) == {}

    _erase(life)

    assert _leftovers(life.needles, installation) == {}
    assert _leftovers([*_markers(CANARY), *WRITTEN], installation) == {}
    assert _leftovers(markers, installation) == {}
    row = Card.objects.get(pk=UUID(neighbour.card_id))
    grant = open_gate(
        actor=CLERK, purpose=Purpose.CARD_ADMINISTRATION, subjects=[row.subject_id],
        categories={DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE,
                    DataCategory.CONTACT}, task="canary", now=NOW,
    )  # fmt: skip
    assert reveal_person(grant, row.subject_id).family_name == NEIGHBOUR.family_name


ERASERS = ("cards", "consent", "dsar", "identity", "portal", "wallet")


def test_every_source_that_erases_is_among_the_mutants() -> None:
    names = {
        source.code for source in sources() if any(table.personal() for table in source.tables)
    }

    # The log has its own lawful life; a saga or a run strips its references when it is done.
    assert names - {"access", "contracts", "retention"} == set(ERASERS)


@pytest.mark.parametrize("code", ERASERS)
def test_removing_one_eraser_is_found(
    installation: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    life = _live(CANARY)
    source = next(source for source in sources() if source.code == code)
    monkeypatch.setattr(type(source), "erase", _keeping(source.code))

    try:
        _erase(life)
    except Refusal:
        return

    assert _leftovers(life.needles, installation) != {}


def _keeping(code: str) -> Callable[..., Any]:
    from records.access.inventory import Receipt

    def erase(self: Any, grant: Any, context: Any, now: datetime) -> Receipt:
        return Receipt(code, deleted={})

    return erase
