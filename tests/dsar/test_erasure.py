"""Erasure at the person's word: preview, window, plan, four eyes, run, receipt."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured

from consent.operations import give_consent, load_texts
from consent.queries import count_standing, get_notice_on
from consent.rules import Channel, NoticeKind
from dsar import ports
from dsar.erasing import preview as previews
from dsar.erasing.preview import Preview, default_parts
from dsar.errors import (
    ApprovedBefore,
    BreakerOpen,
    CancelTooLate,
    NotAnApprover,
    OrderNotOpen,
    OrderUnknown,
    PlanIsAnother,
    StepNotYours,
)
from dsar.models import Case, ErasureBreaker, ErasureOrder, Letter, Package
from dsar.operations import doubt_identity, fulfil, open_letter
from dsar.operations.erasure import (
    approve_erasure,
    cancel_erasure,
    confirm_erasure,
    open_for_erasure,
    plan_order,
    release_breaker,
    replan_erasure,
    system_actor,
)
from dsar.operations.erasure_run import run_order
from dsar.operations.erasure_sweep import sweep_erasures
from dsar.operations.messages import send_messages
from dsar.queries import list_events
from dsar.rules import Right
from dsar.rules.erasure import Fate
from dsar.rules.proof import Doubt
from records.access.grants import Actor
from records.access.inventory import Erasure
from records.access.partial import partial_sources
from records.access.purposes import Action, ActorRole, Purpose
from records.access.registry import sources
from records.cards.models import Application, Card
from records.identity.models import DataSubject
from records.keys.operations import seal_values
from records.legal_days import legal_day
from retention.operations import lift_hold, place_hold
from tests.dsar.conftest import fetch
from tests.factories import ALL_STORES, ANA, OTHER_CITY, Holder, make_actor
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)

WINDOW = timedelta(hours=72)
CLERK = make_actor(ActorRole.CLERK, "clerk-1")
OFFICER = make_actor(ActorRole.CONTROLLER, "officer-1")
SECOND = make_actor(ActorRole.CONTROLLER, "officer-2", OTHER_CITY)
DPO = make_actor(ActorRole.DPO, "dpo-1")
EVERYTHING = ("identity.email", "cards.status_claim", "consent.standing", "dsar.packages")


@pytest.fixture
def rich(holder: Holder, herself: Actor, file_request: Callable[..., Case], now: Any) -> Holder:
    """Ana with everything that can go at once: a second contact, a status, a consent, a package."""
    load_texts()
    give_consent(
        actor=herself, subject_id=holder.subject_id, purpose=Purpose.NEWS,
        notice=get_notice_on(kind=NoticeKind.NEWS, language="sl", day=legal_day(now)),
        screen="test", channel=Channel.PORTAL, now=now,
    )  # fmt: skip
    case = file_request()
    fulfil(fulfilment_id=case.fulfilments.get().pk, now=now)
    application = Application.objects.get(subject_id=holder.subject_id)
    grant = open_for_erasure(case, actor=CLERK, action=Action.CHANGE, now=now)
    claim = {"status": "pensioner", "evidence": "card"}
    seal_values(grant, [application], [{"status_claim": claim}])
    application.save(update_fields=["status_claim"])
    return holder


@pytest.fixture
def ask(rich: Holder, file_request: Callable[..., Case], herself: Actor, now: Any) -> Any:
    """A maker of Ana's confirmed requests for erasure."""

    def make(*, parts: Any = EVERYTHING, end_contract: bool = False) -> ErasureOrder:
        case = file_request(right=Right.ERASURE)
        return confirm_erasure(
            actor=herself, case_id=case.pk, parts=parts, end_contract=end_contract, now=now
        )

    return make


def look(case: Case, now: Any, *, parts: Any = (), end_contract: bool = False) -> Preview:
    grant = open_for_erasure(case, actor=system_actor(case), action=Action.CONSULT, now=now)
    return previews.preview_erasure(
        grant, subject_id=case.subject_id, parts=parts, end_contract=end_contract, now=now,
        case_id=case.pk,
    )  # fmt: skip


def approve_both(order: ErasureOrder, now: Any) -> None:
    for actor in (CLERK, OFFICER):
        order.refresh_from_db()
        approve_erasure(actor=actor, order_id=order.pk, plan_sha256=order.plan_sha256, now=now)


def carry_out(order: ErasureOrder, now: Any) -> ErasureOrder:
    """Wait out the window, approve by two, run; return the order as it stands then."""
    later = now + WINDOW + timedelta(minutes=1)
    sweep_erasures(later)
    approve_both(order, later)
    sweep_erasures(later + timedelta(minutes=1))
    order.refresh_from_db()
    return order


def events_of(order: ErasureOrder) -> list[str]:
    return [line.event for line in list_events(order.case_id)]


@pytest.mark.rule("C26", "C24")
def test_every_declared_personal_column_has_exactly_one_fate(ask: Any, now: Any) -> None:
    case = ask().case

    for parts, end in ((EVERYTHING, False), ((), True), (("identity.phone",), False)):
        seen = Counter(
            (line.model, column)
            for line in look(case, now, parts=parts, end_contract=end).lines
            for column in line.columns
        )
        declared = Counter(
            (table.model, column.name)
            for source in sources()
            for table in source.tables
            for column in table.personal()
        )
        assert seen == declared


@pytest.mark.rule("C24")
def test_what_is_kept_unnamed_is_kept_and_every_part_is_a_declared_column(
    ask: Any, now: Any
) -> None:
    preview = look(ask().case, now, parts=EVERYTHING)
    kept = {
        (table.model, column.name)
        for source in sources()
        for table in source.tables
        for column in table.personal()
        if column.erasure is Erasure.KEEP_UNNAMED
    }

    assert {
        (line.model, name)
        for line in preview.lines
        if line.fate is Fate.KEPT
        for name in line.columns
    } == kept
    gone = {(line.model, name) for line in preview.of_fate(Fate.NOW) for name in line.columns}
    assert gone == {
        ("identity.DataSubject", "email"),
        ("cards.Application", "status_claim"),
        ("dsar.Package", "content_key"),
    }
    assert preview.predicted == dict.fromkeys(sorted(EVERYTHING), 1)


@pytest.mark.rule("PP5b")
def test_the_day_follows_the_contract_and_is_foreseen_while_it_runs(ask: Any, now: Any) -> None:
    case = ask().case
    running = look(case, now)
    ended = look(case, now, end_contract=True)

    card = Card.objects.get(subject_id=case.subject_id)
    assert running.foreseen
    assert running.last_day is not None
    assert card.valid_until is not None
    assert running.last_day.year == card.valid_until.year + 5
    assert ended.last_day is not None
    assert ended.last_day.year == now.year + 5


@pytest.mark.rule("PP6a", "C26")
def test_an_erasure_goes_from_the_word_to_the_receipt(
    ask: Any, rich: Holder, neighbour: Holder, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bor = DataSubject.objects.filter(pk=neighbour.subject_id).values().get()
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        ports, "_tellers", [lambda case, kind: told.append((case.reference, kind.value))]
    )

    order = carry_out(ask(), now)

    assert (order.state, order.last_error, order.waiting_for) == ("done", "", "")
    assert order.actual == dict.fromkeys(EVERYTHING, 1)
    row = DataSubject.objects.get(pk=rich.subject_id)
    assert (row.email, row.email_index) == (None, None)
    assert row.phone is not None
    assert count_standing(rich.subject_id) == 0
    assert Application.objects.get(subject_id=rich.subject_id).status_claim is None
    package = Package.objects.get(subject_id=rich.subject_id)
    assert package.content_key is None
    assert not (configured.PACKAGES_DIR / package.file_name).exists()
    assert told == [(order.case.reference, "erasure")]
    assert order.needles is None
    for event in ("confirmed", "planned"):
        assert any(event in name or "plan:made" in name for name in events_of(order))
    assert events_of(order)[-3:] == [
        "erasure:probe:clean",
        "case:decision:partly_granted",
        "letter:file:made",
    ]
    # The contract's data is untouched, and so is Bor.
    assert Card.objects.get(subject_id=rich.subject_id).state == "active"
    assert DataSubject.objects.filter(pk=neighbour.subject_id).values().get() == bor


@pytest.mark.rule("C26", "PP6e")
def test_the_receipt_says_what_went_what_stays_and_until_when(
    ask: Any, rich: Holder, herself: Actor, now: Any
) -> None:
    order = carry_out(ask(), now)
    later = now + WINDOW + timedelta(minutes=5)

    letter = Letter.objects.get(case=order.case, kind="erasure_receipt")
    text = text_of(
        open_letter(actor=herself, subject_id=rich.subject_id, letter_id=letter.pk, now=later).data
    )
    sweep_erasures(later)

    order.case.refresh_from_db()
    assert (order.case.state, order.case.outcome) == ("delivered", "partial")
    for needed in ("Izbrisano", "Bo izbrisano", "Ostane brez vašega imena", "ZVOP-2", "OZ",
                   "Informacijskemu pooblaščencu", "Koda za pogled"):  # fmt: skip
        assert needed in text, needed
    assert ANA.email not in text


def test_the_receipt_reaches_the_person_through_the_contact_that_stayed(ask: Any, now: Any) -> None:
    order = carry_out(ask(), now)
    sent: list[str] = []

    send_messages(
        choose=lambda contacts: contacts[0],
        send=lambda to, _subject, _text: sent.append(to),
        now=now + WINDOW + timedelta(minutes=5),
    )
    sweep_erasures(now + WINDOW + timedelta(minutes=6))

    order.case.refresh_from_db()
    assert ANA.phone_e164 in sent
    assert ANA.email not in sent
    assert order.case.state == "delivered"


@pytest.mark.rule("T4.1.4a", "T5.1.5b")
def test_of_two_contacts_one_stays_whatever_was_chosen(ask: Any, rich: Holder, now: Any) -> None:
    order = carry_out(ask(parts=("identity.phone", "identity.email")), now)

    row = DataSubject.objects.get(pk=rich.subject_id)
    assert order.state == "done"
    assert (row.phone is None) != (row.email is None)


def test_the_last_contact_is_not_offered(ask: Any, rich: Holder, now: Any) -> None:
    order = carry_out(ask(), now)

    possible = look(order.case, now + WINDOW + timedelta(hours=1)).possible

    assert "identity.phone" not in possible
    assert default_parts(possible) == sorted(possible)


@pytest.mark.rule("T4.6.4", "T6.1.6")
def test_ending_the_contract_cancels_the_card_and_schedules_the_rest(
    ask: Any, rich: Holder, now: Any
) -> None:
    order = carry_out(ask(parts=(), end_contract=True), now)

    assert order.state == "done"
    assert order.actual == {"cards": 1}
    assert Card.objects.get(subject_id=rich.subject_id).state == "cancelled"
    assert order.rest_on == legal_day(now + WINDOW).replace(year=now.year + 5)
    assert DataSubject.objects.filter(pk=rich.subject_id, email__isnull=False).exists()


def test_a_request_can_be_cancelled_for_72_hours_by_its_person_only(
    ask: Any, rich: Holder, neighbour: Holder, herself: Actor, now: Any
) -> None:
    order = ask()
    with pytest.raises(OrderUnknown):
        cancel_erasure(
            actor=herself, subject_id=neighbour.subject_id, case_id=order.case_id, now=now
        )

    cancel_erasure(
        actor=herself, subject_id=rich.subject_id, case_id=order.case_id,
        now=now + WINDOW - timedelta(seconds=1),
    )  # fmt: skip

    sweep_erasures(now + WINDOW * 2)
    order.refresh_from_db()
    order.case.refresh_from_db()
    assert (order.state, order.case.outcome) == ("cancelled", "withdrawn")
    assert DataSubject.objects.filter(pk=rich.subject_id, email__isnull=False).exists()


def test_it_is_too_late_to_cancel_after_72_hours(
    ask: Any, rich: Holder, herself: Actor, now: Any
) -> None:
    order = ask()

    with pytest.raises(CancelTooLate):
        cancel_erasure(
            actor=herself, subject_id=rich.subject_id, case_id=order.case_id, now=now + WINDOW
        )


def test_nothing_is_planned_before_the_window_is_over(ask: Any, now: Any) -> None:
    order = ask()

    sweep_erasures(now + WINDOW - timedelta(seconds=1))

    order.refresh_from_db()
    assert (order.state, order.plan_sha256) == ("confirmed", "")


@pytest.mark.parametrize(
    ("voters", "state"),
    [
        ((CLERK,), "planned"),
        ((OFFICER,), "planned"),
        ((CLERK, make_actor(ActorRole.CLERK, "clerk-2")), "planned"),
        ((CLERK, OFFICER), "approved"),
        ((OFFICER, SECOND), "approved"),
    ],
)
def test_two_different_people_approve_one_of_them_a_controllers_officer(
    ask: Any, now: Any, voters: Any, state: str
) -> None:
    order, later = ask(), now + WINDOW
    sweep_erasures(later)
    order.refresh_from_db()

    for actor in voters:
        approve_erasure(actor=actor, order_id=order.pk, plan_sha256=order.plan_sha256, now=later)

    order.refresh_from_db()
    assert order.state == state


@pytest.mark.parametrize("role", sorted(set(ActorRole) - {ActorRole.CLERK, ActorRole.CONTROLLER}))
def test_nobody_else_approves(ask: Any, now: Any, role: ActorRole) -> None:
    order = ask()

    with pytest.raises(NotAnApprover):
        approve_erasure(actor=make_actor(role, "x"), order_id=order.pk, plan_sha256="", now=now)


def test_nobody_approves_twice_or_another_plan_or_one_that_does_not_wait(
    ask: Any, now: Any
) -> None:
    order, later = ask(), now + WINDOW
    with pytest.raises(OrderNotOpen):
        approve_erasure(actor=OFFICER, order_id=order.pk, plan_sha256="", now=now)
    sweep_erasures(later)
    order.refresh_from_db()
    approve_erasure(actor=OFFICER, order_id=order.pk, plan_sha256=order.plan_sha256, now=later)

    with pytest.raises(ApprovedBefore):
        approve_erasure(actor=OFFICER, order_id=order.pk, plan_sha256=order.plan_sha256, now=later)
    with pytest.raises(PlanIsAnother):
        approve_erasure(actor=CLERK, order_id=order.pk, plan_sha256="0" * 64, now=later)


def test_what_changes_after_the_approval_voids_it(
    ask: Any, rich: Holder, herself: Actor, now: Any
) -> None:
    order, later = ask(), now + WINDOW
    sweep_erasures(later)
    order.refresh_from_db()
    before = order.plan_sha256
    approve_both(order, later)
    from dsar.operations import disable_package

    package = Package.objects.get(subject_id=rich.subject_id)
    disable_package(actor=herself, subject_id=rich.subject_id, package_id=package.pk, now=later)

    sweep_erasures(later + timedelta(minutes=1))

    order.refresh_from_db()
    assert order.state == "planned"
    assert order.plan_sha256 != before
    assert DataSubject.objects.filter(pk=rich.subject_id, email__isnull=False).exists()
    approve_both(order, later + timedelta(minutes=2))
    sweep_erasures(later + timedelta(minutes=3))
    order.refresh_from_db()
    assert order.state == "done"


@pytest.mark.rule("T7.6.6")
def test_a_freeze_or_a_dispute_keeps_the_contract_not_what_is_optional(
    ask: Any, rich: Holder, now: Any
) -> None:
    for ground in ("freeze", "dispute"):
        place_hold(actor=OFFICER, subject_id=rich.subject_id, ground=ground,
                   citation="sklep 1", now=now)  # fmt: skip

    order = carry_out(ask(), now)

    assert order.state == "done"
    assert DataSubject.objects.get(pk=rich.subject_id).email is None


@pytest.mark.rule("T7.6.6")
def test_a_court_order_holds_everything_until_it_is_lifted(
    ask: Any, rich: Holder, now: Any
) -> None:
    hold = place_hold(actor=OFFICER, subject_id=rich.subject_id, ground="court_order",
                      citation="sklep 2", now=now)  # fmt: skip
    order, later = ask(), now + WINDOW

    sweep_erasures(later)

    order.refresh_from_db()
    assert (order.state, order.waiting_for) == ("confirmed", "hold:court_order")
    lift_hold(actor=OFFICER, hold_id=hold.pk, now=later)
    sweep_erasures(later + timedelta(hours=2))
    order.refresh_from_db()
    assert (order.state, order.waiting_for) == ("planned", "")


def test_another_open_request_is_answered_first(
    ask: Any, file_request: Callable[..., Case], now: Any
) -> None:
    order = ask()
    other = file_request()

    sweep_erasures(now + WINDOW)

    order.refresh_from_db()
    assert order.waiting_for == "request_pending"
    fulfil(fulfilment_id=other.fulfilments.get().pk, now=now + WINDOW)
    sweep_erasures(now + WINDOW + timedelta(hours=2))
    order.refresh_from_db()
    assert order.state == "planned"


@pytest.mark.parametrize("code", [source.code for source in partial_sources()])
@pytest.mark.parametrize("way", ["raises", "does_nothing", "does_less"])
def test_a_source_that_fails_is_never_done(
    ask: Any, now: Any, monkeypatch: pytest.MonkeyPatch, code: str, way: str
) -> None:
    order = ask()
    source = next(one for one in partial_sources() if one.code == code)

    def broken(self: Any, grant: Any, context: Any, parts: Any, now: Any) -> dict[str, int]:
        if way == "raises":
            raise RuntimeError
        mine = {part.code for part in self.parts if part.code in parts}
        return dict.fromkeys(mine, 1 if way == "does_nothing" else 0)

    monkeypatch.setattr(type(source), "erase_columns", broken)

    carry_out(order, now)

    assert order.state in ("failed", "running")
    assert order.last_error
    order.case.refresh_from_db()
    assert order.case.state == "in_work"
    assert not Letter.objects.filter(kind="erasure_receipt").exists()
    # Not even what another source did is kept: the transaction is one.
    assert Package.objects.filter(ended_at=None).exists()


def test_a_failed_order_is_planned_anew_by_a_controllers_officer(
    ask: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ask()
    with monkeypatch.context() as patch:
        source = next(one for one in partial_sources() if one.code == "identity")
        patch.setattr(type(source), "erase_columns", lambda *_: {"identity.email": 7})
        carry_out(order, now)
    assert (order.state, order.last_error) == ("failed", "dsar.counts_differ")
    later = now + WINDOW + timedelta(hours=1)

    replan_erasure(actor=OFFICER, order_id=order.pk, now=later)
    approve_both(order, later)
    sweep_erasures(later + timedelta(minutes=1))

    order.refresh_from_db()
    assert order.state == "done"


def test_what_the_probe_finds_keeps_the_case_open_until_it_is_gone(
    ask: Any, rich: Holder, folders: Any, now: Any
) -> None:
    order = ask()
    copy = folders / "left.txt"
    copy.write_text(f"to: {ANA.email}")

    carry_out(order, now)

    assert (order.state, order.step) == ("running", "probe")
    assert order.last_error == "dsar.leftover_found"
    assert events_of(order)[-1] == "erasure:probe:found"
    copy.unlink()
    sweep_erasures(now + WINDOW + timedelta(days=1))
    order.refresh_from_db()
    assert (order.state, order.last_error) == ("done", "")


def test_the_breaker_stops_a_day_with_too_many_and_a_controller_releases_it(
    ask: Any, now: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("dsar.operations.erasure_run.breaker_limit", lambda _people: 1)
    first = carry_out(ask(), now)
    later = now + WINDOW + timedelta(minutes=30)
    second = ask(parts=("cards.status_claim",))
    ErasureOrder.objects.filter(pk=second.pk).update(cancel_until=later, next_attempt_at=later)
    sweep_erasures(later)
    approve_both(second, later)

    sweep_erasures(later + timedelta(minutes=1))

    second.refresh_from_db()
    assert first.state == "done"
    assert (second.state, second.last_error) == ("approved", "dsar.breaker_open")
    assert any("breaker" in message for message in caplog.messages)
    assert ErasureBreaker.objects.get().limit == 1
    with pytest.raises(Exception, match="release_breaker"):
        release_breaker(actor=DPO, now=later)
    assert release_breaker(actor=OFFICER, now=later) == 1
    sweep_erasures(later + timedelta(hours=1))
    second.refresh_from_db()
    assert second.state == "done"


def test_a_breaker_of_yesterday_still_stops(ask: Any, now: Any) -> None:
    ErasureBreaker.objects.create(day=legal_day(now), limit=5, tripped_at=now)

    order = carry_out(ask(), now)

    assert order.last_error == BreakerOpen.code


def test_confirming_twice_is_once(ask: Any, herself: Actor, now: Any) -> None:
    order = ask()

    again = confirm_erasure(
        actor=herself, case_id=order.case_id, parts=(), end_contract=True,
        now=now + timedelta(hours=1),
    )  # fmt: skip

    assert (again.parts, again.end_contract) == (order.parts, False)
    assert events_of(order).count("erasure:request:confirmed") == 1


def test_an_order_of_a_case_that_was_decided_otherwise_ends(
    ask: Any, herself: Actor, rich: Holder, now: Any
) -> None:
    from dsar.operations import withdraw_case

    order = ask()
    withdraw_case(actor=herself, subject_id=rich.subject_id, case_id=order.case_id, now=now)

    sweep_erasures(now + WINDOW)

    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_run_that_nobody_approved_does_not_begin(ask: Any, now: Any) -> None:
    order = plan_order(order=ask(), now=now + WINDOW)

    assert run_order(order_id=order.pk, now=now + WINDOW) is False
    assert run_order(order_id=uuid4(), now=now + WINDOW) is False
    order.refresh_from_db()
    assert order.state == "planned"


def test_a_downloaded_package_is_gone_for_good(ask: Any, rich: Holder, now: Any) -> None:
    assert fetch(rich, now).startswith(b"%PDF")

    carry_out(ask(), now)

    with pytest.raises(Exception, match="ended"):
        fetch(rich, now + WINDOW)


@pytest.mark.rule("C8")
@pytest.mark.parametrize("when", ["before the plan", "after the approvals"])
def test_an_erasure_stops_where_the_verification_was_taken_back(
    when: str, ask: Any, rich: Holder, now: Any
) -> None:
    order = ask()
    later = now + WINDOW + timedelta(minutes=1)
    if when == "after the approvals":
        sweep_erasures(later)
        approve_both(order, later)
        Case.objects.filter(pk=order.case_id).update(state="identity_pending")
    else:
        doubt_identity(actor=CLERK, case_id=order.case_id, doubt=Doubt.OTHER_CLAIMANT, now=now)
    sweep_erasures(later + timedelta(minutes=1))

    order.refresh_from_db()
    assert order.last_error == "dsar.step_not_possible"
    assert order.state == ("approved" if when == "after the approvals" else "confirmed")
    assert order.started_at is None
    assert DataSubject.objects.get(pk=rich.subject_id).email is not None


@pytest.mark.rule("C1")
def test_an_officers_account_of_no_joint_controller_decides_nothing(ask: Any, now: Any) -> None:
    order = ask()
    later = now + WINDOW + timedelta(minutes=1)
    sweep_erasures(later)
    order.refresh_from_db()
    stranger = make_actor(ActorRole.CONTROLLER, "officer-9", "telekom")

    with pytest.raises(StepNotYours):
        approve_erasure(actor=stranger, order_id=order.pk, plan_sha256=order.plan_sha256, now=later)
    ErasureOrder.objects.filter(pk=order.pk).update(state="failed")
    with pytest.raises(StepNotYours):
        replan_erasure(actor=stranger, order_id=order.pk, now=later)
