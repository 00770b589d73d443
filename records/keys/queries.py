"""Reading sealed values and finding rows by them.

`reveal_` alone returns plaintext, and only against a Grant.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from records.access.grants import Grant
from records.crypto.aad import complete
from records.crypto.cells import generation_of
from records.crypto.errors import CannotOpen
from records.keys.cells import raw_cell
from records.keys.errors import NotSealed
from records.keys.fields.blind import IndexValue
from records.keys.fields.columns import RawCells
from records.keys.indexing import maker_of
from records.keys.keybox import Keys, get_subject_keys
from records.keys.plans import SealedColumnPlan, SealedPlan, plan_of
from records.keys.statements import read_raw, read_uuid
from records.keys.values import FROM_BYTES

CHUNK_ROWS = 1_000
_Row = TypeVar("_Row", bound=Model)


class _Rows(NamedTuple):
    """Of each row its id, whose it is, and what stands in the sealed columns."""

    ids: list[UUID]
    subjects: list[UUID]
    cells: list[tuple[Any, ...]]


def reveal_values(
    grant: Grant, instances: Sequence[Model], columns: Sequence[str]
) -> list[tuple[object, ...]]:
    """Return the plaintext of these columns, a tuple for each instance, NULL as None.

    All instances are of one model. One key query, however many rows. Raises the gate's refusals,
    KeyDestroyed, and crypto.CannotOpen for a cell that is not in its place.
    """
    if not instances:
        return []
    plan = _plan_of_all(instances)
    chosen = [plan.column(name) for name in columns]
    rows = _rows_of(plan, chosen, instances)
    _require(grant, plan, chosen, rows)
    return _open_rows(plan, chosen, rows, keep=len(rows.ids) <= CHUNK_ROWS)


def reveal_tuples(
    grant: Grant, rows: QuerySet[Any], columns: Sequence[str]
) -> list[tuple[object, ...]]:
    """Return the plaintext of these columns of all rows of a queryset, in its order, for exports.

    No instance is made; the rows are read CHUNK_ROWS at a time, with one key query each, and their
    keys are not kept. Raises as reveal_values.
    """
    model: type[Model] = rows.model
    plan = plan_of(model)
    chosen = [plan.column(name) for name in columns]
    place = (plan.key,) if plan.key == plan.subject else (plan.key, plan.subject)
    wanted = rows.values_list(*place, *(RawCells(column.name) for column in chosen))
    values: list[tuple[object, ...]] = []
    for part in read_raw(wanted, CHUNK_ROWS):
        ids = [read_uuid(row[0]) for row in part]
        subjects = [read_uuid(row[1]) for row in part] if len(place) > 1 else ids
        raw = _Rows(ids, subjects, [row[len(place) :] for row in part])
        _require(grant, plan, chosen, raw)
        values += _open_rows(plan, chosen, raw, keep=False)
    return values


def index_value(grant: Grant, model: type[Model], field_name: str, *values: object) -> IndexValue:
    """Return what to look for in a blind index, given the values of its columns, in their order.

    It needs a Grant for a search that covers the columns' categories. Use it with `exact` or `in`;
    while an index is being rebuilt it finds the rows of both versions. A truncated index finds
    strangers, too: pass what it found through `find_matching`.
    """
    plan = plan_of(model)
    index = plan.index(field_name)
    _require_search(grant, plan, index.of)
    return maker_of(plan, index).value(values)


def find_matching(
    grant: Grant, instances: Sequence[_Row], field_name: str, *values: object
) -> list[_Row]:
    """Return those of an index's candidates that really hold the values; nothing of the others.

    They are opened and compared in here, under a Grant for a search, and no value leaves: so the
    strangers among the candidates have not been looked at by anybody.
    """
    if not instances:
        return []
    plan = _plan_of_all(instances)
    index = plan.index(field_name)
    _require_search(grant, plan, index.of)
    maker = maker_of(plan, index)
    wanted = maker.normalised(values)
    chosen = [plan.column(name) for name in index.of]
    opened = _open_rows(plan, chosen, _rows_of(plan, chosen, instances), keep=True)
    return [
        row
        for row, found in zip(instances, opened, strict=True)
        if None not in found and maker.normalised(found) == wanted
    ]


def _require_search(grant: Grant, plan: SealedPlan, columns: Sequence[str]) -> None:
    Grant.require_search(grant)
    categories = frozenset(plan.column(name).category for name in columns)
    Grant.require_all(grant, plan.store, frozenset(), categories)


def _plan_of_all(instances: Sequence[Model]) -> SealedPlan:
    model = type(instances[0])
    if any(type(instance) is not model for instance in instances):
        raise NotSealed(reason="rows of several models")
    return plan_of(model)


def _rows_of(
    plan: SealedPlan, columns: Sequence[SealedColumnPlan], instances: Sequence[Model]
) -> _Rows:
    """Return what the instances hold; a deferred cell is loaded."""
    names = [plan.key, plan.subject, *(column.attname for column in columns)]
    pick = itemgetter(*names)
    rows: list[tuple[Any, ...]] = []
    for instance in instances:
        try:
            rows.append(pick(instance.__dict__))
        except KeyError:
            for name in names:
                getattr(instance, name)
            rows.append(pick(instance.__dict__))
    ids = [row[0] for row in rows]
    subjects = ids if plan.key == plan.subject else [row[1] for row in rows]
    return _Rows(ids, subjects, [row[2:] for row in rows])


def _require(
    grant: Grant, plan: SealedPlan, columns: Sequence[SealedColumnPlan], rows: _Rows
) -> None:
    categories = frozenset([column.category for column in columns])
    grant.require_all(plan.store, frozenset(rows.subjects), categories)


def _open_rows(
    plan: SealedPlan, columns: Sequence[SealedColumnPlan], rows: _Rows, *, keep: bool
) -> list[tuple[object, ...]]:
    """Return the values of the rows. Only a function that has asked a Grant may call this."""
    prefixes = [column.prefix for column in columns]
    decoders: list[Callable[[bytes], object]] = [FROM_BYTES[column.kind] for column in columns]
    only_text = all(column.kind == "text" for column in columns)
    places = [one.bytes for one in rows.ids]
    owners = places if rows.subjects is rows.ids else [one.bytes for one in rows.subjects]
    values: list[tuple[object, ...]] = []
    for start in range(0, len(places), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        keys = get_subject_keys(store=plan.store, subjects=set(owners[part]), keep=keep)
        current = keys.current
        for place, owner, cells in zip(places[part], owners[part], rows.cells[part], strict=True):
            try:
                if only_text:
                    values.append(current[owner].open_texts(cells, prefixes, place, owner))
                    continue
                opened = current[owner].open_row(cells, prefixes, place, owner)
            except CannotOpen:
                opened = _open_generations(keys, prefixes, place, owner, cells)
            pairs = zip(decoders, opened, strict=True)
            values.append(tuple([None if one is None else decode(one) for decode, one in pairs]))
    return values


def _open_generations(
    keys: Keys, prefixes: Sequence[bytes], row: bytes, subject: bytes, cells: Sequence[Any]
) -> list[bytes | None]:
    """Return the plaintexts of a row whose cells are of several generations, or still cell objects.

    Raises CannotOpen.
    """
    opened: list[bytes | None] = []
    for prefix, given in zip(prefixes, cells, strict=True):
        if given is None:
            opened.append(None)
            continue
        cell = raw_cell(given)
        if not isinstance(cell, bytes):
            raise CannotOpen
        generation = generation_of(cell)
        key = keys.find(subject, generation)
        if key is None:
            raise CannotOpen
        opened.append(key.open(cell, complete(prefix, row, subject, generation)))
    return opened
