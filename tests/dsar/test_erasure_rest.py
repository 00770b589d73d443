"""What comes after an erasure: the rest, a restored backup, former holders' claim codes."""

import re
from datetime import timedelta
from typing import Any

import pytest

from dsar.errors import ClaimRefused, ClaimTooOften
from dsar.models import ClaimCode, Letter
from dsar.operations import open_letter
from dsar.operations.claim_codes import (
    ADDRESS_WINDOW,
    SIGNS,
    TRIES_BY_ADDRESS,
    forget_claims,
    keep_claim_code,
    list_remaining,
    make_claim_code,
)
from dsar.operations.erasure_sweep import sweep_erasures, sweep_rest
from records.access.gate import open_gate
from records.access.grants import Actor
from records.access.purposes import Action, DataCategory, Purpose, Store
from records.identity.models import DataSubject
from records.identity.operations import change_details
from records.keys.models import DataKey
from records.legal_days import legal_day, start_of_next_day
from records.wallet.models import ErasurePosition as PaymentsPosition
from retention.models import ErasurePosition, SubjectClock
from retention.operations import (
    approve_plan,
    confirm_clock,
    make_plan,
    replay_erasure_ledger,
    run_plan,
    sweep_clocks,
)
from retention.queries import stores_behind
from tests.dsar.test_erasure import (
    EVERYTHING,
    OFFICER,
    SECOND,
    WINDOW,
    ask,
    carry_out,
    rich,
)
from tests.factories import ALL_STORES, ANA, Holder
from tests.records.documents.tools import text_of

pytestmark = pytest.mark.django_db(databases=ALL_STORES)
__all__ = ["ask", "rich"]


def set_email(holder: Holder, email: str, now: Any) -> None:
    grant = open_gate(
        actor=OFFICER, purpose=Purpose.CARD_ADMINISTRATION, subjects=[holder.subject_id],
        categories={DataCategory.NAME, DataCategory.RESIDENCE, DataCategory.BIRTH_DATE,
                    DataCategory.CONTACT, DataCategory.CARD},
        action=Action.CHANGE, task="test", now=now,
    )  # fmt: skip
    change_details(grant, subject_id=holder.subject_id, changes={"email": email}, now=now)


def restore(before: dict[str, Any], position: int) -> None:
    """Put a person's row back as an older backup of the identity store has it."""
    DataSubject.objects.filter(pk=before["id"]).delete()
    restored = DataSubject.from_db("default", list(before), list(before.values()))
    restored._state.adding = True
    restored.save(force_insert=True)
    ErasurePosition.objects.update(position=position)


def has_email(holder: Holder) -> bool:
    return DataSubject.objects.filter(pk=holder.subject_id, email__isnull=False).exists()


def raw_row(holder: Holder) -> dict[str, Any]:
    row = DataSubject.objects.get(pk=holder.subject_id)
    return {field.attname: row.__dict__[field.attname] for field in row._meta.concrete_fields}


@pytest.mark.rule("C24")
def test_a_restored_backup_does_not_bring_parts_back(ask: Any, rich: Holder, now: Any) -> None:
    order = ask()
    backup = raw_row(rich)
    assert has_email(rich)
    carry_out(order, now)
    assert not has_email(rich)
    assert stores_behind() == ()

    restore(backup, 0)
    assert has_email(rich)
    assert stores_behind() == (Store.IDENTITY,)
    replayed = replay_erasure_ledger(now + WINDOW * 2)

    assert not has_email(rich)
    assert replayed.people == 0
    assert replayed.parts >= 1
    assert stores_behind() == ()
    row = DataSubject.objects.get(pk=rich.subject_id)
    assert row.phone is not None


def test_what_was_given_anew_after_an_erasure_survives_a_later_replay(
    ask: Any, rich: Holder, now: Any
) -> None:
    carry_out(ask(), now)
    later = now + WINDOW * 2
    set_email(rich, "ana.nova@example.org", later)
    applied = ErasurePosition.objects.get().position
    PaymentsPosition.objects.update_or_create(pk=1, defaults={"position": 0})

    replay_erasure_ledger(later)

    assert has_email(rich)
    assert ErasurePosition.objects.get().position >= applied


def test_a_second_erasure_of_the_same_part_is_replayed_as_well(
    ask: Any, rich: Holder, now: Any
) -> None:
    carry_out(ask(), now)
    first = ErasurePosition.objects.get().position
    later = now + WINDOW * 2
    set_email(rich, "ana.nova@example.org", now - timedelta(days=20))
    backup = raw_row(rich)
    order = ask(parts=("identity.email",))
    order.refresh_from_db()
    type(order).objects.filter(pk=order.pk).update(cancel_until=later, next_attempt_at=later)
    carry_out(order, later)
    assert order.state == "done"
    assert not has_email(rich)

    restore(backup, first)
    replay_erasure_ledger(later + WINDOW * 2)

    assert not has_email(rich)


def purge(now: Any) -> None:
    """Let the retention run erase whoever is due a week from now."""
    confirm_clock(actor=OFFICER, now=now)
    sweep_clocks(now)
    plan = make_plan(actor=OFFICER, now=now)
    for controller in (OFFICER, SECOND):
        approve_plan(actor=controller, plan_id=plan.pk, now=now)
    when = now + timedelta(days=7, minutes=1)
    confirm_clock(actor=OFFICER, now=when)
    run_plan(plan_id=plan.pk, now=when)


@pytest.mark.rule("PP5b", "C24")
def test_the_rest_goes_by_itself_and_the_person_is_told_once_before(
    ask: Any, rich: Holder, neighbour: Holder, herself: Actor, now: Any
) -> None:
    order = carry_out(ask(end_contract=True), now)
    sweep_rest(now + WINDOW + timedelta(days=1))
    order.refresh_from_db()
    assert order.rest_on is not None
    assert order.rest_told_at is None
    purge_from = start_of_next_day(order.rest_on)
    sweep_erasures(now + WINDOW + timedelta(days=2))
    open_letter(
        actor=herself, subject_id=rich.subject_id,
        letter_id=Letter.objects.get(kind="erasure_receipt").pk, now=now + WINDOW * 2,
    )  # fmt: skip
    for days in (3, 40):  # delivered, then closed
        sweep_erasures(now + WINDOW + timedelta(days=days))
    order.case.refresh_from_db()
    assert order.case.state == "closed"

    told = [sweep_rest(purge_from - timedelta(days=days)) for days in (20, 13, 12, 1)]

    assert told == [0, 1, 0, 0]
    letter = Letter.objects.get(kind="erasure_rest")
    text = text_of(
        open_letter(actor=herself, subject_id=rich.subject_id, letter_id=letter.pk,
                    now=purge_from - timedelta(days=10)).data
    )  # fmt: skip
    day = f"{order.rest_on.day}. {order.rest_on.month}. {order.rest_on.year}"
    assert day in " ".join(text.split())
    code = read_code(text)
    assert SubjectClock.objects.get(pk=rich.subject_id).last_day_kept == order.rest_on

    purge(purge_from + timedelta(minutes=30))

    assert not DataSubject.objects.filter(pk=rich.subject_id).exists()
    assert DataSubject.objects.filter(pk=neighbour.subject_id).exists()
    # Rows and keys are gone; the code still opens what the log holds.
    lines = list_remaining(
        code=code, address_index=1, before=None, now=purge_from + timedelta(days=10)
    )
    assert any(line.action is Action.ERASE for line in lines)


def read_code(text: str) -> str:
    """Return the claim code as it is printed: groups of four signs."""
    found = re.search(r"(?:[A-Z2-7]{4}\s+){17}[A-Z2-7]{4}\b", text)
    assert found is not None
    return found.group()


@pytest.mark.rule("T7.6.6")
def test_what_is_cleared_later_counts_from_its_day(ask: Any, rich: Holder, now: Any) -> None:
    order = carry_out(ask(end_contract=True), now)

    sweep_rest(now + WINDOW + timedelta(days=1))

    order.refresh_from_db()
    clock = SubjectClock.objects.get(pk=rich.subject_id)
    assert clock.last_day_kept == order.rest_on


def claim_of(holder: Holder, now: Any) -> str:
    claim = make_claim_code(subject_id=holder.subject_id)
    keep_claim_code(claim, valid_until=legal_day(now) + timedelta(days=800))
    return claim.text


@pytest.mark.rule("C26")
def test_a_claim_code_opens_the_log_of_its_person_and_nobody_else(
    rich: Holder, neighbour: Holder, now: Any
) -> None:
    ana, bor = claim_of(rich, now), claim_of(neighbour, now)

    lines = list_remaining(code=ana.lower(), address_index=1, before=None, now=now)
    others = list_remaining(code=bor, address_index=1, before=None, now=now)

    assert lines
    assert {line.entry_id for line in lines} & {line.entry_id for line in others} == set()
    # The look itself is an entry of the next look.
    again = list_remaining(code=ana, address_index=1, before=None, now=now)
    assert len(again) == len(lines) + 1 - (len(lines) == 50)


def test_the_service_keeps_nothing_from_which_the_person_could_be_told(
    rich: Holder, now: Any
) -> None:
    from dsar.erasing.probe import probe

    code = claim_of(rich, now)

    assert probe(texts=[code, code.replace(" ", "")]) == []
    assert ClaimCode.objects.count() == 1


def test_a_claim_works_when_the_persons_keys_are_destroyed(rich: Holder, now: Any) -> None:
    code = claim_of(rich, now)
    DataKey.objects.all().delete()

    assert list_remaining(code=code, address_index=1, before=None, now=now)


@pytest.mark.parametrize("spoil", ["", "A", "x" * SIGNS, "A" * SIGNS, "1" * SIGNS])
def test_a_wrong_code_opens_nothing_and_is_always_refused_alike(
    rich: Holder, now: Any, spoil: str
) -> None:
    claim_of(rich, now)

    with pytest.raises(ClaimRefused) as refused:
        list_remaining(code=spoil, address_index=1, before=None, now=now)

    assert refused.value.facts == {}


def test_a_code_that_was_forged_or_whose_time_is_over_opens_nothing(rich: Holder, now: Any) -> None:
    never_given = make_claim_code(subject_id=rich.subject_id).text
    code = claim_of(rich, now)

    for one, when in ((never_given, now), (code, now + timedelta(days=801))):
        with pytest.raises(ClaimRefused):
            list_remaining(code=one, address_index=1, before=None, now=when)
    forget_claims(now + timedelta(days=802))
    assert not ClaimCode.objects.exists()


def test_tries_are_limited_by_address_and_the_right_code_waits_too(rich: Holder, now: Any) -> None:
    code = claim_of(rich, now)
    for _ in range(TRIES_BY_ADDRESS):
        with pytest.raises(ClaimRefused):
            list_remaining(code="wrong", address_index=7, before=None, now=now)

    with pytest.raises(ClaimTooOften):
        list_remaining(code=code, address_index=7, before=None, now=now)
    assert list_remaining(code=code, address_index=8, before=None, now=now)
    later = now + ADDRESS_WINDOW + timedelta(seconds=1)
    assert list_remaining(code=code, address_index=7, before=None, now=later)


def test_every_part_of_the_service_is_offered() -> None:
    from records.access.partial import all_parts

    assert set(all_parts()) == {*EVERYTHING, "identity.phone"}


def test_an_email_of_somebody_else_is_no_leftover(
    ask: Any, rich: Holder, neighbour: Holder, now: Any
) -> None:
    set_email(neighbour, ANA.email, now)

    order = carry_out(ask(), now)

    assert (order.state, order.last_error) == ("done", "")
    assert has_email(neighbour)
