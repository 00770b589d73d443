"""Reading sealed values and finding rows by them. `reveal_` alone returns plaintext, and only against a Grant."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from records.access.grants import Grant
from records.access.purposes import Store
from records.crypto.aad import complete
from records.crypto.blind_index import blind_index
from records.crypto.encoding import encode_parts
from records.crypto.errors import CannotOpen
from records.keyring.queries import get_keyring
from records.keys.cells import raw_cell
from records.keys.coverage import require_coverage
from records.keys.errors import IndexIncomplete, NotSealed
from records.keys.fields.blind import BlindIndexField, IndexValue
from records.keys.keybox import SubjectKeys, get_subject_keys
from records.keys.normalising import normaliser
from records.keys.plans import SealedColumnPlan, SealedPlan, plan_of
from records.keys.values import FROM_BYTES, TO_BYTES

Opener = tuple[bytes, Callable[[bytes], object]]
"""Of one column: the shared part of its cells' AAD, and what turns plaintext bytes into a value."""


def reveal_values(
    grant: Grant, instances: Sequence[Model], columns: Sequence[str]
) -> list[tuple[object, ...]]:
    """Return the plaintext of these columns, a tuple for each instance, NULL as None.

    All instances are of one model. One key query, however many rows. Raises the gate's refusals, KeyDestroyed,
    and crypto.CannotOpen for a cell that is not in its place.
    """
    if not instances:
        return []
    model = type(instances[0])
    plan = plan_of(model)
    if any(type(instance) is not model for instance in instances):
        raise NotSealed(reason="rows of several models")
    chosen = [plan.column(name) for name in columns]
    subject, names = plan.subject, [column.attname for column in chosen]
    rows = [
        (
            row.pk,
            getattr(row, subject),
            [raw_cell(row.__dict__[n] if n in row.__dict__ else getattr(row, n)) for n in names],
        )
        for row in instances
    ]
    return _reveal(grant, plan, chosen, rows)


def reveal_tuples(
    grant: Grant, model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> list[tuple[object, ...]]:
    """Return the plaintext of rows that came from `values_list("pk", <subject column>, *columns)`, for exports.

    A row is primary key, subject id, then the sealed cells in the order of `columns`. One key query a chunk
    (records.keys.keybox.CHUNK); hand in bounded lists of rows.
    """
    plan = plan_of(model)
    chosen = [plan.column(name) for name in columns]
    return _reveal(grant, plan, chosen, [(row[0], row[1], row[2:]) for row in rows])


def _reveal(
    grant: Grant,
    plan: SealedPlan,
    columns: Sequence[SealedColumnPlan],
    rows: Sequence[tuple[Any, Any, Sequence[Any]]],
) -> list[tuple[object, ...]]:
    if not rows:
        return []
    require_coverage(
        grant,
        store=plan.store,
        subjects={row[1] for row in rows},
        categories={column.category for column in columns},
    )
    keys = get_subject_keys(store=plan.store, subjects={row[1].bytes for row in rows})
    openers: list[Opener] = [(column.prefix, FROM_BYTES[column.kind]) for column in columns]
    return [
        _open_row(keys[subject.bytes], row.bytes, subject.bytes, openers, cells)
        for row, subject, cells in rows
    ]


def _open_row(
    keys: SubjectKeys,
    row: bytes,
    subject: bytes,
    openers: Sequence[Opener],
    cells: Sequence[Any],
) -> tuple[object, ...]:
    """Return the values of one row."""
    key = keys.current
    suffix = complete(b"", row, subject, key.generation)
    values: list[object] = []
    for (prefix, decode), cell in zip(openers, cells, strict=True):
        if cell is None:
            values.append(None)
            continue
        raw = raw_cell(cell)
        if not isinstance(raw, bytes):
            raise CannotOpen
        generation = int.from_bytes(raw[1:5], "big")
        if generation != key.generation:
            older = keys.by_generation.get(generation)
            if older is None:
                raise CannotOpen
            key = older
            suffix = complete(b"", row, subject, generation)
        values.append(decode(key.open(raw, prefix + suffix)))
    return tuple(values)


# -- Blind indexes


def index_value(grant: Grant, model: type[Model], field_name: str, *values: object) -> int:
    """Return what to look for in a blind index, given the values of the columns it is made of, in their order.

    The search itself needs an open Grant (Action.SEARCH); a truncated index finds strangers, too: reveal and compare.
    Use it with `exact` or `in`; while an index is being rebuilt it finds the rows of both versions.
    """
    grant.require_search()
    plan = plan_of(model)
    return compute_index(plan, plan.index(field_name), values)


def compute_index(
    plan: SealedPlan, index: BlindIndexField, values: Sequence[object], version: int | None = None
) -> IndexValue:
    """Return the index value of these values under the versions in use, newest first, or under that one."""
    keyring = get_keyring()
    if len(values) != len(index.of) or any(value is None for value in values):
        raise IndexIncomplete(index=index.name, parts=len(index.of))
    normal = normaliser(index.normalise)
    parts = []
    for name, value in zip(index.of, values, strict=True):
        kind = plan.column(name).kind
        seen = normal(value) if kind == "text" and isinstance(value, str) else value
        parts.append(TO_BYTES[kind](seen))
    message = encode_parts(*parts)
    column = f"{plan.model._meta.db_table}.{index.column}"
    versions = [version] if version is not None else index_versions(plan.store)
    return IndexValue.of_versions(
        [
            blind_index(keyring.index_key(plan.store, column, one), message, bits=index.bits)
            for one in versions
        ]
    )


def index_versions(store: Store) -> list[int]:
    """Return the index versions in use, newest first."""
    return get_keyring().index_versions(store)[::-1]


def subject_of(plan: SealedPlan, row: Model) -> UUID:
    """Return whose sealed values the row holds."""
    subject = getattr(row, plan.subject)
    if not isinstance(subject, UUID):
        raise NotSealed(model=plan.model._meta.label, reason="the row names no subject")
    return subject
