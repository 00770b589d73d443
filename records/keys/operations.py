"""Making, using and destroying data keys."""

from collections.abc import Callable, Collection, Mapping, Sequence
from secrets import randbits, token_bytes
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Model

from records.access.grants import Grant
from records.access.purposes import Store
from records.crypto.aad import key_prefix, key_suffix
from records.crypto.cells import CellKey
from records.crypto.labels import KEY_SIZE
from records.keyring.queries import get_keyring
from records.keys.errors import NotSealed, WrongKind
from records.keys.indexing import index_columns, maker_of
from records.keys.keybox import CHUNK, Keys, box, get_subject_keys, owners
from records.keys.models import STORE_CODES, DataKey
from records.keys.plans import SealedPlan, plan_of
from records.keys.statements import run_direct
from records.keys.values import TO_BYTES

FIRST_GENERATION = 1

KeyRow = tuple[bytes, int, int, int, bytes]
"""Pseudonym, generation, store, epoch, wrapped key."""
_INSERT_ONE = (
    "INSERT INTO keys_datakey (pseudonym, generation, store, epoch, wrapped)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_INSERT_MANY = (
    "WITH made AS (INSERT INTO keys_datakey (pseudonym, generation, store, epoch, wrapped)"
    " SELECT * FROM unnest(%b::bytea[], %b::int[], %b::int[], %b::int[], %b::bytea[])"
    " ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM made"
)
_Way = tuple[str, bytes, bool, Callable[[object], bytes]]
"""Of a sealed column: attribute, shared AAD, whether it may be NULL, value to bytes."""


def create_data_keys(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> int:
    """Make a data key for each of these subjects that has none in the store; return how many.

    Safe to run twice. Call it before the rows are sealed; it commits on its own, outside the rows'
    transaction.
    """
    require_subjects(grant, store=store, subjects=subjects)
    keyring, version = get_keyring(), box.version
    owner_of, epoch = owners(store), keyring.current_epoch(store)
    prefix, suffix = key_prefix(store.value), key_suffix(FIRST_GENERATION, epoch)
    made, code = Keys(), STORE_CODES[store]
    wanted = list({subject.bytes for subject in subjects})
    filed = [owner_of(subject) for subject in wanted]
    drawn = token_bytes(KEY_SIZE * len(wanted))
    keys = [drawn[start : start + KEY_SIZE] for start in range(0, len(drawn), KEY_SIZE)]
    wrapped = keyring.kek(store, epoch).wrap_all(keys, [prefix + owner + suffix for owner in filed])
    for subject, key in zip(wanted, keys, strict=True):
        made.current[subject] = CellKey(key, FIRST_GENERATION)
    rows = [
        (owner, FIRST_GENERATION, code, epoch, secret)
        for owner, secret in zip(filed, wrapped, strict=True)
    ]
    # In the order of their pseudonyms, which is no order at all to a reader: where rows stand must
    # not tell which subjects came together, nor in which order.
    rows.sort()
    created = insert_keys(rows)
    if created == len(rows) and not connections[Store.KEYS].in_atomic_block:
        box.keep(store.value, version, made)
    return created


def insert_keys(rows: Sequence[KeyRow]) -> int:
    """Insert key rows, leaving out those that are there; return how many were inserted."""
    if not rows:
        return 0
    connection = connections[Store.KEYS]
    with transaction.atomic(using=Store.KEYS), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)]
            return int(run_direct(connection, _INSERT_MANY, columns)[0][0])
        cursor.executemany(_INSERT_ONE, rows)
        return max(int(cursor.rowcount), 0)


def seal_values(
    grant: Grant, instances: Sequence[Model], values: Sequence[Mapping[str, object]]
) -> None:
    """Seal the values into the instances, in memory, and set their blind indexes.

    The caller saves them. `values` holds one mapping a row, column name → plain value; columns that
    are not named stay as they are. A blind index is set when all the columns it is made of are
    named; when only some are, IndexIncomplete is raised. Raises the gate's refusals, KeyDestroyed,
    WrongKind.
    """
    if len(instances) != len(values):
        raise WrongKind(rows=len(instances), values=len(values))
    if not instances:
        return
    plan = plan_of(type(instances[0]))
    names = {name for mapping in values for name in mapping}
    columns = [plan.column(name) for name in sorted(names)]
    subjects = [subject_of(plan, row) for row in instances]
    Grant.require_all(
        grant,
        plan.store,
        frozenset(subjects),
        frozenset([column.category for column in columns]),
    )
    keys = get_subject_keys(store=plan.store, subjects={subject.bytes for subject in subjects})
    ways: dict[str, _Way] = {
        column.name: (column.attname, column.prefix, column.null, TO_BYTES[column.kind])
        for column in columns
    }
    makers = [maker_of(plan, index) for index in plan.indexes if names.intersection(index.of)]
    for row, subject, mapping in zip(instances, subjects, values, strict=True):
        if type(row) is not type(instances[0]) or not isinstance(row.pk, UUID):
            raise NotSealed(model=plan.model._meta.label, reason="another model, or no key")
        owner = subject.bytes
        indexed = index_columns(makers, mapping) if makers else {}
        row.__dict__.update(_seal_row(keys.current[owner], row.pk.bytes, owner, ways, mapping))
        row.__dict__.update(indexed)


def _seal_row(
    key: CellKey,
    row: bytes,
    subject: bytes,
    ways: Mapping[str, _Way],
    mapping: Mapping[str, object],
) -> dict[str, bytes | None]:
    """Return the cells of one row, by attribute."""
    sealed: dict[str, bytes | None] = {}
    names: list[str] = []
    plaintexts: list[bytes] = []
    prefixes: list[bytes] = []
    for name, value in mapping.items():
        attname, prefix, null, to_bytes = ways[name]
        if value is None:
            if not null:
                raise WrongKind(column=name, kind="not null")
            sealed[attname] = None
            continue
        names.append(attname)
        plaintexts.append(to_bytes(value))
        prefixes.append(prefix)
    sealed.update(zip(names, key.seal_row(plaintexts, prefixes, row, subject), strict=True))
    return sealed


def destroy_data_keys(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> int:
    """Destroy every data key of these subjects in the store; return how many rows went.

    Safe to run twice. Every process forgets the keys it kept before it opens another cell. What
    copies and backups still hold dies with the KEK epoch (docs/adr/0004).
    """
    require_subjects(grant, store=store, subjects=subjects)
    owner_of = owners(store)
    filed = sorted(owner_of(subject.bytes) for subject in set(subjects))
    gone = 0
    size = CHUNK["sqlite"]
    with transaction.atomic(using=Store.KEYS):
        for start in range(0, len(filed), size):
            part = filed[start : start + size]
            gone += DataKey.objects.filter(pseudonym__in=part).delete()[0]
        change_version()
    box.forget()
    empty_journal()
    return gone


def change_version() -> None:
    """Make every process forget its kept keys; part of the transaction that ends or replaces keys.

    The number is random, so that it never comes back after a restored backup.
    """
    with connections[Store.KEYS].cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_keystate (id, version) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            [randbits(62) + 1],
        )


def empty_journal() -> None:
    """Write SQLite's journal back and cut it, so that no destroyed key stays in it.

    Together with `secure_delete` none stays in any file of the store. PostgreSQL keeps them in its
    heap and WAL until they are overwritten; there the end of the KEK epoch destroys them.
    """
    connection: Any = connections[Store.KEYS]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def subject_of(plan: SealedPlan, row: Model) -> UUID:
    """Return whose sealed values the row holds; raise NotSealed where it does not say."""
    subject = getattr(row, plan.subject)
    if not isinstance(subject, UUID):
        raise NotSealed(model=plan.model._meta.label, reason="the row names no subject")
    return subject


def require_subjects(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> None:
    """Return if the Grant covers all these subjects, in whatever category it has; else raise."""
    Grant.require_all(grant, store, frozenset(subjects), frozenset())
