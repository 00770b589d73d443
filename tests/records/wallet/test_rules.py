"""The rules of money, without a database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.access.purposes import CardForm
from records.wallet import rules
from records.wallet.errors import ClaimTooLate, InvalidAmount, InvalidFees, InvalidIban, InvalidKey
from records.wallet.errors import InvalidLimits as LimitsRefused
from records.wallet.rules import (
    DeclineReason,
    EndedBecause,
    FeeBasis,
    Fees,
    InstrumentState,
    Limits,
    WalletState,
)


def make_state(**changes: object) -> WalletState:
    facts: dict[str, object] = {
        "balance_minor": 20_00,
        "ceiling_minor": 50_00,
        "month": 202611,
        "month_payments_minor": 0,
        "month_payments_limit_minor": 150_00,
        "month_top_ups_minor": 0,
        "month_top_ups_limit_minor": 150_00,
    }
    return WalletState(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.rule("T7.1.1a", "T7.1.1b", "T7.1.1c")
def test_the_limits_of_the_terms_are_the_default_and_name_their_legal_basis() -> None:
    limits = Limits()

    assert (limits.ceiling_minor, limits.month_payments_minor) == (50_00, 150_00)
    assert limits.month_top_ups_minor == 150_00
    assert "ZPPDFT-2" in limits.legal_basis


@pytest.mark.rule("T7.1.1c")
@pytest.mark.parametrize(
    "wrong",
    [
        {"ceiling_minor": 0},
        {"month_payments_minor": -1},
        {"ceiling_minor": 200_00},
        {"legal_basis": " "},
        {"currency": "eur"},
    ],
)
def test_limits_without_sense_or_legal_basis_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LimitsRefused):
        Limits(**wrong)  # type: ignore[arg-type]


@pytest.mark.rule("T7.5.3")
def test_exactly_five_reasons_come_from_the_terms_and_the_rest_are_card_states() -> None:
    assert {reason.value for reason in rules.TERMS_REASONS} == {
        "limit_exceeded",
        "insufficient_funds",
        "account_blocked",
        "system_disturbed",
        "suspected_abuse",
    }
    others = set(DeclineReason) - set(rules.TERMS_REASONS)
    assert all(reason.value.startswith("card_") for reason in others)


@pytest.mark.rule("T4.3.4", "T4.1.12b")
@pytest.mark.parametrize(
    ("state", "valid_until", "reason"),
    [
        (InstrumentState.ACTIVE, None, None),
        (InstrumentState.ACTIVE, date(2026, 11, 22), None),
        (InstrumentState.ACTIVE, date(2026, 11, 21), DeclineReason.CARD_EXPIRED),
        (InstrumentState.INACTIVE, None, DeclineReason.CARD_INACTIVE),
        (InstrumentState.DEAD, None, DeclineReason.CARD_DEAD),
    ],
)
def test_a_card_that_is_not_delivered_dead_or_expired_is_declined(
    state: InstrumentState, valid_until: date | None, reason: DeclineReason | None
) -> None:
    today = date(2026, 11, 21)

    assert rules.decline_instrument(state=state, valid_until=valid_until, today=today) is reason


@pytest.mark.rule("T7.5.2", "T7.5.3")
@pytest.mark.parametrize(
    ("changes", "amount", "reason"),
    [
        ({}, 20_00, None),
        ({}, 20_01, DeclineReason.INSUFFICIENT_FUNDS),
        ({"month_payments_minor": 130_00}, 20_00, None),
        ({"month_payments_minor": 130_01}, 20_00, DeclineReason.LIMIT_EXCEEDED),
        ({"month_payments_minor": 150_00, "month": 202610}, 20_00, None),
        ({"blocked": True}, 1, DeclineReason.ACCOUNT_BLOCKED),
        ({"frozen": True}, 1, DeclineReason.ACCOUNT_BLOCKED),
        ({"closed": True}, 1, DeclineReason.ACCOUNT_BLOCKED),
        ({"suspected": True}, 1, DeclineReason.SUSPECTED_ABUSE),
        ({"blocked": True, "suspected": True}, 1, DeclineReason.ACCOUNT_BLOCKED),
    ],
)
def test_a_payment_is_declined_for_these_reasons_and_otherwise_executed(
    changes: dict[str, object], amount: int, reason: DeclineReason | None
) -> None:
    state = make_state(**changes)

    assert rules.decline_payment(wallet=state, amount_minor=amount, month=202611) is reason


@pytest.mark.rule("T7.1.1b", "C19")
@pytest.mark.parametrize(
    ("changes", "amount", "reason"),
    [
        ({}, 30_00, None),
        ({}, 30_01, DeclineReason.LIMIT_EXCEEDED),
        ({"month_top_ups_minor": 120_00}, 30_00, None),
        ({"month_top_ups_minor": 120_01}, 30_00, DeclineReason.LIMIT_EXCEEDED),
        ({"month_top_ups_minor": 150_00, "month": 202610}, 30_00, None),
        ({"month_payments_minor": 150_00}, 30_00, None),
        ({"blocked": True}, 1, DeclineReason.ACCOUNT_BLOCKED),
    ],
)
def test_a_top_up_fits_whole_under_ceiling_and_month_or_is_declined(
    changes: dict[str, object], amount: int, reason: DeclineReason | None
) -> None:
    state = make_state(**changes)

    assert rules.decline_top_up(wallet=state, amount_minor=amount, month=202611) is reason


@pytest.mark.rule("C19")
@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), 202611),
        (datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC), 202612),
        # Summer time: the local day turns at 22:00 UTC.
        (datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC), 202703),
        (datetime(2027, 3, 31, 22, 0, 0, tzinfo=UTC), 202704),
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), 202701),
        # The doubled hour of 25 October 2026 belongs to October both times.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 202610),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 202610),
        # 31 October is in winter time again.
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), 202610),
        (datetime(2026, 10, 31, 23, 0, 0, tzinfo=UTC), 202611),
    ],
)
def test_the_month_turns_at_midnight_in_ljubljana_in_summer_and_winter(
    instant: datetime, month: int
) -> None:
    assert rules.month_of(instant) == month


@pytest.mark.rule("C19")
def test_a_counter_of_a_later_month_is_not_reset_by_a_slow_clock() -> None:
    used = rules.month_used(counter_minor=90_00, counter_month=202612, month=202611)

    assert used == 90_00


@given(
    balance=st.integers(0, 50_00),
    amount=st.integers(1, 300_00),
    ceiling=st.sampled_from([0, 50_00]),
)
def test_a_refund_is_split_without_losing_a_cent_or_passing_the_ceiling(
    balance: int, amount: int, ceiling: int
) -> None:
    fits, held = rules.split_credit(
        balance_minor=balance, ceiling_minor=ceiling, amount_minor=amount
    )

    assert fits + held == amount
    assert fits >= 0
    assert held >= 0
    assert not fits or balance + fits <= ceiling


ENDED = date(2026, 10, 22)


@pytest.mark.rule("C12", "T4.4.3b", "T5.3.3b")
@pytest.mark.parametrize(
    ("balance", "because", "today", "fee", "surplus", "basis"),
    [
        # The vector of C12: expired card, balance 1.00, fee 2.00, day 30 → payout 1.00.
        (1_00, EndedBecause.EXPIRED, date(2026, 11, 21), 0, 1_00, FeeBasis.FREE_AFTER_END),
        (
            1_00,
            EndedBecause.CANCELLED_BY_ISSUER,
            date(2026, 11, 21),
            0,
            1_00,
            FeeBasis.FREE_AFTER_END,
        ),
        (1_00, EndedBecause.HOLDER_DIED, date(2027, 10, 22), 0, 1_00, FeeBasis.FREE_AFTER_END),
        (1_00, EndedBecause.HOLDER_DIED, date(2027, 10, 23), 1_00, 0, FeeBasis.WHOLE_BALANCE),
        (9_00, EndedBecause.EXPIRED, date(2027, 10, 23), 2_00, 7_00, FeeBasis.PRICE_LIST),
        (9_00, EndedBecause.LOST, date(2026, 10, 22), 2_00, 7_00, FeeBasis.PRICE_LIST),
        (2_00, EndedBecause.CANCELLED_BY_HOLDER, ENDED, 2_00, 0, FeeBasis.WHOLE_BALANCE),
        (2_01, EndedBecause.CANCELLED_BY_HOLDER, ENDED, 2_00, 1, FeeBasis.PRICE_LIST),
        (9_00, EndedBecause.EXPIRED, date(2031, 10, 22), 2_00, 7_00, FeeBasis.PRICE_LIST),
    ],
)
def test_the_payout_fee_follows_the_way_and_the_time_of_the_end(
    balance: int, because: EndedBecause, today: date, fee: int, surplus: int, basis: FeeBasis
) -> None:
    found = rules.payout_fee(
        fees=Fees(price_list="2026-01", refund_minor=2_00),
        balance_minor=balance,
        ended_because=because,
        ended_on=ENDED,
        today=today,
    )

    assert (found.fee_minor, found.surplus_minor, found.basis) == (fee, surplus, basis)


@pytest.mark.rule("C12")
def test_a_payout_from_a_running_card_costs_the_price_list_fee() -> None:
    found = rules.payout_fee(
        fees=Fees(price_list="2026-01", refund_minor=2_00),
        balance_minor=10_00,
        ended_because=EndedBecause.RUNNING,
        ended_on=None,
        today=ENDED,
    )

    assert (found.fee_minor, found.surplus_minor) == (2_00, 8_00)


@pytest.mark.rule("T4.6.3b", "C12")
def test_a_claim_after_sixty_months_is_refused() -> None:
    facts = {"fees": Fees(price_list="1"), "balance_minor": 1, "ended_on": date(2026, 2, 28)}

    rules.payout_fee(**facts, ended_because=EndedBecause.LOST, today=date(2031, 2, 28))  # type: ignore[arg-type]
    with pytest.raises(ClaimTooLate):
        rules.payout_fee(**facts, ended_because=EndedBecause.LOST, today=date(2031, 3, 1))  # type: ignore[arg-type]


@pytest.mark.rule("C12")
def test_an_end_needs_its_day_and_a_running_card_has_none() -> None:
    with pytest.raises(ValueError, match="end day"):
        rules.payout_fee(
            fees=Fees(price_list="1"),
            balance_minor=1,
            ended_because=EndedBecause.EXPIRED,
            ended_on=None,
            today=ENDED,
        )


@pytest.mark.rule("C12")
@given(
    balance=st.integers(0, 50_00),
    fee=st.integers(0, 60_00),
    because=st.sampled_from(EndedBecause),
    days=st.integers(0, 1800),
)
def test_fee_and_surplus_are_always_the_whole_balance(
    balance: int, fee: int, because: EndedBecause, days: int
) -> None:
    ended = None if because is EndedBecause.RUNNING else ENDED
    today = date.fromordinal(ENDED.toordinal() + days)

    found = rules.payout_fee(
        fees=Fees(price_list="1", refund_minor=fee),
        balance_minor=balance,
        ended_because=because,
        ended_on=ended,
        today=today,
    )

    assert found.fee_minor + found.surplus_minor == balance
    assert 0 <= found.fee_minor <= fee


@pytest.mark.rule("C13")
def test_a_price_list_cannot_charge_for_blocking() -> None:
    assert Fees(price_list="2026-01", replacement_minor=5_00).block_minor == 0
    with pytest.raises(InvalidFees):
        Fees(price_list="2026-01", block_minor=1)


@pytest.mark.rule("C13")
def test_a_price_list_cannot_charge_for_a_rights_request() -> None:
    with pytest.raises(InvalidFees):
        Fees(price_list="2026-01", rights_request_minor=1)


@pytest.mark.rule("T7.8.1")
def test_fees_without_a_published_price_list_are_refused() -> None:
    with pytest.raises(InvalidFees):
        Fees(price_list=" ", refund_minor=1_00)
    with pytest.raises(InvalidFees):
        Fees(price_list="2026-01", refund_minor=-1)


@pytest.mark.rule("C23")
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SI56 2633 0001 2039 086", "SI56263300012039086"),
        ("si56191000000123438", "SI56191000000123438"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ],
)
def test_an_account_number_that_can_exist_is_written_without_spaces(text: str, number: str) -> None:
    assert rules.check_iban(text) == number
    assert rules.last_digits(number) == number[-4:]


@pytest.mark.rule("C23")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "SI56263300012039087",
        "SI56 2633 0001 2039 08",
        "XX56263300012039086",
        "not an account",
    ],
)
def test_an_account_number_with_wrong_check_digits_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidIban) as refused:
        rules.check_iban(text)

    assert not text or text not in str(refused.value)


@pytest.mark.rule("C23")
def test_slovenian_national_check_digits_are_checked_too() -> None:
    # Right length, right international check digits, wrong national ones: stdnum accepts it.
    from stdnum import iban as stdnum_iban

    account = "263300012039087"
    check = 98 - int(account + "281800") % 97
    number = f"SI{check:02d}{account}"
    assert stdnum_iban.is_valid(number)

    with pytest.raises(InvalidIban):
        rules.check_iban(number)


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "5", 10**12])
def test_an_amount_is_a_positive_whole_number_of_minor_units(wrong: object) -> None:
    with pytest.raises(InvalidAmount):
        rules.check_amount(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["", "a" * 65, "a b", "č", "a\n"])
def test_an_idempotency_key_has_up_to_64_plain_characters(wrong: str) -> None:
    with pytest.raises(InvalidKey):
        rules.check_key(wrong)


def test_the_request_hash_does_not_depend_on_the_order_and_tells_every_field() -> None:
    first = rules.request_hash(kind="payment", amount_minor=100)

    assert rules.request_hash(amount_minor=100, kind="payment") == first
    assert rules.request_hash(kind="payment", amount_minor=101) != first
    assert rules.request_hash(kind="top_up", amount_minor=100) != first


def test_the_forms_are_those_of_the_terms() -> None:
    assert {form.value for form in CardForm} == {"physical", "virtual"}
