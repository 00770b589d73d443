"""The facts of a contract as JSON: what `manage.py contract_end` reads and prints. Pure."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from records.access.purposes import CardForm
from retention.rules.contract_end import (
    ContractEnd,
    ContractFacts,
    Obligation,
    ObligationFacts,
    Settled,
)

_DAYS = (
    "valid_until",
    "cancelled_on",
    "closed_on",
    "destroyed_on",
    "refused_on",
    "withdrawn_on",
    "as_of",
)
_NAMES = frozenset({*_DAYS, "form", "balance_minor", "open", "settled"})

FACTS_HELP = f"""\
The facts are one JSON object. Days are "YYYY-MM-DD" in Ljubljana; every name may be left out.

  form           "physical" (default) or "virtual"
  valid_until    last day of the card's validity
  cancelled_on   day on which the card was cancelled
  closed_on      day on which the virtual card was closed
  destroyed_on   day on which the card was destroyed
  refused_on     day on which the application was refused
  withdrawn_on   day on which the application was withdrawn
  balance_minor  balance in cents; other than 0 it is an open obligation "balance"
  open           open obligations: names, or objects {{"kind": NAME, "until": DAY}} where a hold
                 or a dispute has a known end
  settled        fulfilled obligations: objects {{"kind": NAME, "on": DAY}}
  as_of          day of the judgement: what lies after it has not happened yet

Obligations: {", ".join(Obligation)}.

Example:
  '{{"valid_until": "2027-10-15", "settled": [{{"kind": "pending_payout", "on": "2027-11-03"}}]}}'

The answer is one JSON object {{"contract_end", "last_day_kept", "open"}}; both days are null while
the contract runs or waits for the known end of a hold or dispute.
"""


class FactsUnreadableError(ValueError):
    """The facts are not what the help describes; the message names the place."""


def parse_facts(text: str) -> ContractFacts:
    """Return the facts written as JSON; raises FactsUnreadableError with one sentence."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FactsUnreadableError(
            f"The facts are not JSON: {error.msg} at character {error.pos}."
        ) from None
    if not isinstance(data, dict):
        raise FactsUnreadableError("The facts must be one JSON object.")
    if unknown := sorted(set(data) - _NAMES):
        raise FactsUnreadableError(f"Unknown fact {unknown[0]!r}; known are {_listed(_NAMES)}.")
    try:
        form = CardForm(data.get("form", "physical"))
    except ValueError:
        raise FactsUnreadableError('form must be "physical" or "virtual".') from None
    return ContractFacts(
        form=form,
        open=_read_open(data),
        settled=tuple(_read_settled(item) for item in _read_list(data, "settled")),
        **{name: _read_day(data, name) for name in _DAYS},
    )


def as_answer(end: ContractEnd) -> dict[str, object]:
    """Return the verdict as the object that the command prints."""
    return {
        "contract_end": end.contract_end.isoformat() if end.contract_end else None,
        "last_day_kept": end.last_day_kept.isoformat() if end.last_day_kept else None,
        "open": [kind.value for kind in end.open],
    }


def _read_open(data: Mapping[str, Any]) -> tuple[ObligationFacts, ...]:
    found = [_read_obligation(item) for item in _read_list(data, "open")]
    balance = data.get("balance_minor", 0)
    if not isinstance(balance, int) or isinstance(balance, bool):
        raise FactsUnreadableError("balance_minor must be a whole number of cents.")
    if balance and all(item.kind is not Obligation.BALANCE for item in found):
        found.insert(0, ObligationFacts(Obligation.BALANCE))
    return tuple(found)


def _read_obligation(item: object) -> ObligationFacts:
    if isinstance(item, str):
        return ObligationFacts(_read_kind(item))
    entry = _read_object(item, "open", {"kind", "until"})
    try:
        return ObligationFacts(_read_kind(entry.get("kind")), _read_day(entry, "until"))
    except FactsUnreadableError:
        raise
    except ValueError as error:
        raise FactsUnreadableError(f"open: {error}; only a hold or a dispute has one.") from None


def _read_settled(item: object) -> Settled:
    entry = _read_object(item, "settled", {"kind", "on"})
    day = _read_day(entry, "on")
    if day is None:
        raise FactsUnreadableError('settled: each entry needs "on", a day.')
    return Settled(_read_kind(entry.get("kind")), day)


def _read_object(item: object, name: str, names: set[str]) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise FactsUnreadableError(f"{name}: each entry must be an object; found {item!r}.")
    if unknown := sorted(set(item) - names):
        raise FactsUnreadableError(
            f"{name}: unknown name {unknown[0]!r}; known are {_listed(names)}."
        )
    return item


def _read_kind(value: object) -> Obligation:
    try:
        return Obligation(str(value))
    except ValueError:
        raise FactsUnreadableError(
            f"Unknown obligation {value!r}; known are {_listed(Obligation)}."
        ) from None


def _read_day(data: Mapping[str, Any], name: str) -> date | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise FactsUnreadableError(f'{name} must be a day "YYYY-MM-DD"; found {value!r}.') from None


def _read_list(data: Mapping[str, Any], name: str) -> list[object]:
    value = data.get(name, [])
    if not isinstance(value, list):
        raise FactsUnreadableError(f"{name} must be a list.")
    return value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
