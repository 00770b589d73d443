"""The end of a contract: vectors, cases and properties."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from records.access.purposes import CardForm
from records.legal_days import add_months
from retention.rules import EndFacts, Obligation, ObligationFacts, Settled, contract_end
from retention.rules.contract_end import HAS_KNOWN_END
from retention.rules.facts_json import FactsUnreadableError, parse_facts

BALANCE = (ObligationFacts(Obligation.BALANCE),)
DAYS = st.dates(date(2021, 10, 15), date(2060, 12, 31))


@pytest.mark.rule("§10", "C10", "PP5b", "T4.1.12d")
@pytest.mark.parametrize(
    ("facts", "end", "kept"),
    [
        (
            EndFacts(valid_until=date(2026, 2, 28), open=BALANCE),
            date(2031, 2, 28),
            date(2036, 2, 28),
        ),
        (
            EndFacts(valid_until=date(2028, 2, 29), open=BALANCE),
            date(2033, 2, 28),
            date(2038, 2, 28),
        ),
        (
            EndFacts(
                valid_until=date(2027, 10, 15),
                settled=(Settled(Obligation.PENDING_PAYOUT, date(2027, 11, 3)),),
            ),
            date(2027, 11, 3),
            date(2032, 11, 3),
        ),
    ],
)
def test_each_vector_gives_its_end_and_its_last_day_kept(facts, end, kept):
    verdict = contract_end(facts)

    assert (verdict.contract_end, verdict.last_day_kept) == (end, kept)


@pytest.mark.rule("T4.1.12c")
@pytest.mark.parametrize("kind", Obligation)
def test_any_open_obligation_keeps_the_contract_open_until_the_sixty_months(kind):
    facts = EndFacts(
        valid_until=date(2026, 3, 1), open=(ObligationFacts(kind),), as_of=date(2026, 6, 1)
    )

    assert contract_end(facts).contract_end is None
    assert contract_end(facts).open == (kind,)


@pytest.mark.rule("T4.1.12c")
def test_a_contract_without_obligations_ends_with_the_use_of_the_card():
    assert contract_end(EndFacts(cancelled_on=date(2026, 3, 1))).contract_end == date(2026, 3, 1)


def test_a_running_contract_has_no_end():
    assert contract_end(EndFacts()).contract_end is None
    running = EndFacts(valid_until=date(2026, 3, 1), as_of=date(2026, 3, 1))
    assert contract_end(running).contract_end is None


def test_the_last_day_of_validity_counts_in_full():
    facts = EndFacts(valid_until=date(2026, 3, 1), as_of=date(2026, 3, 2))

    assert contract_end(facts).contract_end == date(2026, 3, 1)


@pytest.mark.rule("T5.1.9b")
def test_the_sixty_months_of_a_virtual_card_run_from_its_closure():
    facts = EndFacts(
        form=CardForm.VIRTUAL,
        valid_until=date(2026, 1, 31),
        closed_on=date(2027, 1, 31),
        open=BALANCE,
    )

    assert contract_end(facts).contract_end == date(2032, 1, 31)


@pytest.mark.rule("C9", "PP5a")
@pytest.mark.parametrize("event", ["refused_on", "withdrawn_on", "destroyed_on"])
def test_an_application_without_a_card_ends_on_the_day_it_failed(event):
    verdict = contract_end(EndFacts(**{event: date(2026, 11, 21)}))

    assert verdict.contract_end == date(2026, 11, 21)
    assert verdict.last_day_kept == date(2031, 11, 21)


@pytest.mark.rule("C10")
def test_a_hold_with_a_known_end_after_the_sixty_months_is_waited_for():
    hold = (ObligationFacts(Obligation.LEGAL_HOLD, date(2033, 5, 5)),)
    facts = EndFacts(valid_until=date(2026, 2, 28), open=hold)

    assert contract_end(facts).contract_end is None
    waiting = EndFacts(valid_until=date(2026, 2, 28), open=hold, as_of=date(2032, 1, 1))
    assert contract_end(waiting).contract_end is None
    over = EndFacts(valid_until=date(2026, 2, 28), open=hold, as_of=date(2033, 5, 6))
    assert contract_end(over).contract_end == date(2033, 5, 5)


@pytest.mark.rule("C10")
def test_a_dispute_without_a_known_end_does_not_stop_the_sixty_months():
    facts = EndFacts(valid_until=date(2026, 2, 28), open=(ObligationFacts(Obligation.DISPUTE),))

    assert contract_end(facts).contract_end == date(2031, 2, 28)


@pytest.mark.rule("C10")
def test_money_settled_after_the_sixty_months_does_not_move_the_end():
    facts = EndFacts(
        valid_until=date(2026, 2, 28), settled=(Settled(Obligation.BALANCE, date(2032, 1, 1)),)
    )

    assert contract_end(facts).contract_end == date(2031, 2, 28)


def test_money_settled_before_the_end_of_use_does_not_bring_the_end_forward():
    facts = EndFacts(
        valid_until=date(2026, 2, 28), settled=(Settled(Obligation.BALANCE, date(2025, 1, 1)),)
    )

    assert contract_end(facts).contract_end == date(2026, 2, 28)


@st.composite
def facts_of_a_contract(draw):
    kinds = st.sampled_from(list(Obligation))
    open_items = st.builds(ObligationFacts, kinds)
    held = st.builds(ObligationFacts, st.sampled_from(sorted(HAS_KNOWN_END)), DAYS)
    return EndFacts(
        form=draw(st.sampled_from(CardForm)),
        valid_until=draw(st.none() | DAYS),
        cancelled_on=draw(st.none() | DAYS),
        closed_on=draw(st.none() | DAYS),
        open=tuple(draw(st.lists(open_items | held, max_size=3))),
        settled=tuple(draw(st.lists(st.builds(Settled, kinds, DAYS), max_size=3))),
        as_of=draw(st.none() | DAYS),
    )


@pytest.mark.rule("§10", "C10")
@given(facts_of_a_contract())
def test_the_end_is_never_before_the_end_of_use(facts):
    verdict = contract_end(facts)

    if verdict.contract_end is not None:
        assert facts.unusable_on <= verdict.contract_end
        assert verdict.last_day_kept == add_months(verdict.contract_end, 60)


@pytest.mark.rule("§10")
@given(facts_of_a_contract())
def test_an_open_obligation_never_ends_a_contract_before_its_sixty_months(facts):
    verdict = contract_end(facts)

    if facts.open and verdict.contract_end is not None:
        assert verdict.contract_end >= add_months(facts.fallback_from, 60)


@pytest.mark.rule("§10")
@given(facts_of_a_contract(), DAYS)
def test_once_ended_a_contract_stays_ended_on_the_same_day(facts, later):
    from dataclasses import replace

    if facts.as_of is None or later <= facts.as_of:
        return
    first = contract_end(facts).contract_end
    known = any(item.until for item in facts.open)
    if first is not None and not known and all(item.on <= facts.as_of for item in facts.settled):
        assert contract_end(replace(facts, as_of=later)).contract_end == first


@pytest.mark.rule("§10")
@given(facts_of_a_contract())
def test_the_judgement_of_a_day_never_names_a_later_end(facts):
    verdict = contract_end(facts)

    if facts.as_of is not None and verdict.contract_end is not None:
        assert verdict.contract_end <= facts.as_of


def run(facts: object) -> dict:
    out = StringIO()
    call_command("contract_end", facts=json.dumps(facts), stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.rule("§10")
def test_the_command_prints_exactly_the_three_names():
    assert run({"valid_until": "2026-02-28", "balance_minor": 1230}) == {
        "contract_end": "2031-02-28",
        "last_day_kept": "2036-02-28",
        "open": ["balance"],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        ('{"valid": "2026-01-01"}', "Unknown fact 'valid'"),
        ('{"valid_until": "28. 2. 2026"}', "valid_until must be a day"),
        ('{"form": "paper"}', "form must be"),
        ('{"open": ["money"]}', "Unknown obligation 'money'"),
        ('{"open": "balance"}', "open must be a list"),
        ('{"open": [{"kind": "balance", "until": "2030-01-01"}]}', "only a hold or a dispute"),
        ('{"settled": [{"kind": "balance"}]}', 'needs "on"'),
        ('{"settled": ["balance"]}', "must be an object"),
        ('{"balance_minor": 1.5}', "whole number of cents"),
    ],
)
def test_facts_that_cannot_be_read_are_named_in_one_sentence(text, words):
    with pytest.raises(FactsUnreadableError, match=words):
        parse_facts(text)


def test_the_command_ends_with_an_error_for_facts_it_cannot_read():
    with pytest.raises(CommandError, match="not JSON"):
        call_command("contract_end", facts="{")


def test_a_hold_in_the_facts_keeps_its_known_end():
    facts = parse_facts('{"open": [{"kind": "legal_hold", "until": "2033-05-05"}, "unpaid_fee"]}')

    assert facts.open == (
        ObligationFacts(Obligation.LEGAL_HOLD, date(2033, 5, 5)),
        ObligationFacts(Obligation.UNPAID_FEE),
    )
