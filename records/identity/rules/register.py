"""The register file: who issues the card, who works for them, where people apply (PP1, T2.11, K12).

n controllers, each the issuer of its city; processors that act for some of them; sub-processors
that a processor has engaged; registration points. Read from TOML, checked as a whole before
anything is loaded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any, TypeVar

from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.si import ddv, maticna

from records.identity.errors import RegisterInvalid

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")
_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerEntry:
    """A controller (GDPR 4(7)): the municipality that issues the card. Not the operator (C1)."""

    code: str
    name: str
    short_name: str
    address: str
    email: str
    dpo_name: str
    dpo_email: str
    registration_number: str = ""
    tax_number: str = ""
    website: str = ""
    phone: str = ""
    dpo_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorEntry:
    """A processor (GDPR 28) with its contract; a sub-processor where `engaged_by` names another
    (GDPR 28(2)).
    """

    code: str
    name: str
    address: str
    task: str
    acts_for: tuple[str, ...]
    contract_reference: str
    contract_date: date
    engaged_by: str = ""
    instructions_url: str = ""
    """Where it takes instructions under GDPR 19; empty: it gets letters."""
    instructions_key: str = ""
    """The Ed25519 public key, in base64, with which it signs its answers."""
    registration_number: str = ""
    tax_number: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointEntry:
    """A registration point (T2.11): where applications and notices are handed in. `city` is a
    controller's code.
    """

    code: str
    name: str
    city: str
    run_by: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEntry:
    """A way in which a card reaches its holder (T4.1.4b)."""

    code: str
    name: str
    name_en: str
    needs_point: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register, checked."""

    controllers: tuple[ControllerEntry, ...]
    processors: tuple[ProcessorEntry, ...]
    points: tuple[PointEntry, ...]
    deliveries: tuple[DeliveryEntry, ...]


_TABLES: dict[str, type[Any]] = {
    "controllers": ControllerEntry,
    "processors": ProcessorEntry,
    "registration_points": PointEntry,
    "delivery_methods": DeliveryEntry,
}


def read_register(content: Mapping[str, Any]) -> Register:
    """Return the register that a parsed TOML file describes; raise RegisterInvalid for its first
    mistake.
    """
    unknown = sorted(set(content) - set(_TABLES))
    if unknown:
        raise RegisterInvalid(where=unknown[0], problem="unknown table")
    register = Register(
        controllers=_read_all(content, "controllers", ControllerEntry),
        processors=_read_all(content, "processors", ProcessorEntry),
        points=_read_all(content, "registration_points", PointEntry),
        deliveries=_read_all(content, "delivery_methods", DeliveryEntry),
    )
    _check_references(register)
    return register


def _read_all(content: Mapping[str, Any], table: str, entry: type[_Entry]) -> tuple[_Entry, ...]:
    rows = content.get(table)
    if not isinstance(rows, list) or not rows:
        raise RegisterInvalid(where=table, problem="at least one entry is needed")
    entries = tuple(
        _read_one(row, f"{table}[{number}]", entry) for number, row in enumerate(rows, start=1)
    )
    codes = [entry.code for entry in entries]  # type: ignore[attr-defined]  # every entry has one
    for code in codes:
        if codes.count(code) > 1:
            raise RegisterInvalid(where=table, problem=f"the code {code} stands twice")
    return entries


def _read_one(row: Any, where: str, entry: type[_Entry]) -> _Entry:
    if not isinstance(row, dict):
        raise RegisterInvalid(where=where, problem="not a table")
    known = {field.name: field for field in fields(entry)}  # type: ignore[arg-type]
    for name in row:
        if name not in known:
            raise RegisterInvalid(where=f"{where}.{name}", problem="unknown key")
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name not in row:
            if field.default is MISSING:
                raise RegisterInvalid(where=f"{where}.{name}", problem="missing")
            continue
        values[name] = _read_value(row[name], field.type, f"{where}.{name}")
        if field.default is MISSING and values[name] in ("", ()):
            raise RegisterInvalid(where=f"{where}.{name}", problem="empty")
    _check_numbers(values, where)
    return entry(**values)


def _read_value(value: Any, kind: object, where: str) -> Any:
    if kind == tuple[str, ...] and isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return tuple(value)
    elif isinstance(value, str) and kind is str:
        return value.strip()
    elif type(value) is kind:
        return value
    raise RegisterInvalid(where=where, problem="of the wrong kind")


def _check_numbers(values: Mapping[str, Any], where: str) -> None:
    if not _CODE.fullmatch(values["code"]):
        raise RegisterInvalid(where=f"{where}.code", problem="small letters, digits and hyphens")
    for name, check in (("registration_number", maticna), ("tax_number", ddv)):
        number = values.get(name)
        if number:
            try:
                check.validate(number)
            except NumberInvalid:
                raise RegisterInvalid(
                    where=f"{where}.{name}", problem="its check digit is wrong"
                ) from None


def _check_references(register: Register) -> None:
    cities = {controller.code for controller in register.controllers}
    firms = {processor.code for processor in register.processors}
    if cities & firms:
        raise RegisterInvalid(where="processors", problem="a code of a controller")
    for processor in register.processors:
        where = f"processors {processor.code}"
        _check_known(processor.acts_for, cities, f"{where}.acts_for")
        if processor.engaged_by:
            _check_known([processor.engaged_by], firms - {processor.code}, f"{where}.engaged_by")
    for point in register.points:
        where = f"registration_points {point.code}"
        _check_known([point.city], cities, f"{where}.city")
        _check_known([point.run_by], cities | firms, f"{where}.run_by")


def _check_known(codes: Iterable[str], known: set[str], where: str) -> None:
    for code in codes:
        if code not in known:
            raise RegisterInvalid(where=where, problem=f"{code} is not in the register")
