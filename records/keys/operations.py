"""Making, using and destroying data keys."""

from collections.abc import Collection, Mapping, Sequence
from secrets import randbits, token_bytes
from time import monotonic
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from django.db.models import Model

from records.access.grants import Grant
from records.access.purposes import Store
from records.crypto.aad import complete, key_aad
from records.crypto.cells import CellKey
from records.crypto.labels import KEY_SIZE
from records.crypto.pseudonyms import pseudonym
from records.keyring.queries import get_keyring
from records.keys.cells import SealedCell
from records.keys.coverage import require_coverage, require_subjects
from records.keys.errors import IndexIncomplete, WrongKind
from records.keys.keybox import CHUNK, KEPT_SECONDS, SubjectKeys, box, get_subject_keys
from records.keys.models import DataKey
from records.keys.plans import SealedColumnPlan, SealedPlan, plan_of
from records.keys.queries import compute_index, subject_of
from records.keys.values import TO_BYTES

FIRST_GENERATION = 1


def create_data_keys(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> int:
    """Make a data key for each of these subjects that has none in the store; return how many were made.

    Safe to run twice. Call it before the rows are sealed; it commits on its own, outside the rows' transaction.
    """
    require_subjects(grant, store=store, subjects=subjects)
    keyring, version = get_keyring(), box.version
    link, epoch = keyring.link_key(f"keys/{store.value}"), keyring.current_epoch(store)
    wrap = keyring.kek(store, epoch).wrap
    made: dict[bytes, tuple[bytes, DataKey, CellKey]] = {}
    for subject in {subject.bytes for subject in subjects}:
        owner, key = pseudonym(link, subject).bytes, token_bytes(KEY_SIZE)
        row = DataKey(
            pseudonym=owner,
            generation=FIRST_GENERATION,
            epoch=epoch,
            wrapped=wrap(key, key_aad(store.value, owner, FIRST_GENERATION, epoch)),
        )
        made[owner] = (subject, row, CellKey(key, FIRST_GENERATION))
    inserted = _insert_missing([made[owner][1] for owner in sorted(made)])
    if not connections[Store.KEYS].in_atomic_block:
        until = monotonic() + KEPT_SECONDS
        fresh = {made[row.pseudonym][0]: made[row.pseudonym][2] for row in inserted}
        box.keep(
            store.value,
            version,
            {subject: SubjectKeys([key], until) for subject, key in fresh.items()},
        )
    return len(inserted)


def _insert_missing(rows: Sequence[DataKey]) -> Sequence[DataKey]:
    """Insert the rows, in the order of their pseudonyms; leave out subjects that have a key already."""
    try:
        with transaction.atomic(using=Store.KEYS):
            DataKey.objects.bulk_create(rows)
    except IntegrityError:
        have: set[bytes] = set()
        names = [row.pseudonym for row in rows]
        size = CHUNK["sqlite"]
        for start in range(0, len(names), size):
            part = names[start : start + size]
            have.update(
                DataKey.objects.filter(pseudonym__in=part).values_list("pseudonym", flat=True)
            )
        rows = [row for row in rows if row.pseudonym not in have]
        with transaction.atomic(using=Store.KEYS):
            DataKey.objects.bulk_create(rows)
    return rows


def seal_values(
    grant: Grant, instances: Sequence[Model], values: Sequence[Mapping[str, object]]
) -> None:
    """Seal the values into the instances, in memory, and set their blind indexes; the caller saves them.

    `values` holds one mapping a row, column name → plain value; columns that are not named stay as they are. A blind
    index is set when all the columns it is made of are named, and raises IndexIncomplete when only some are.
    """
    if len(instances) != len(values):
        raise WrongKind(rows=len(instances), values=len(values))
    if not instances:
        return
    plan = plan_of(type(instances[0]))
    names = {name for mapping in values for name in mapping}
    columns = {name: plan.column(name) for name in names}
    subjects = [subject_of(plan, row) for row in instances]
    require_coverage(
        grant,
        store=plan.store,
        subjects=subjects,
        categories={column.category for column in columns.values()},
    )
    keys = get_subject_keys(store=plan.store, subjects={subject.bytes for subject in subjects})
    for row, subject, mapping in zip(instances, subjects, values, strict=True):
        sealed = _seal_row(keys[subject.bytes].current, row, subject.bytes, columns, mapping)
        indexed = _index_row(plan, mapping)
        row.__dict__.update(sealed)
        row.__dict__.update(indexed)


def _seal_row(
    key: CellKey,
    row: Model,
    subject: bytes,
    columns: Mapping[str, SealedColumnPlan],
    mapping: Mapping[str, object],
) -> dict[str, SealedCell | None]:
    """Return the cells of one row."""
    if not isinstance(row.pk, UUID):
        raise WrongKind(kind="uuid", column="pk")
    suffix = complete(b"", row.pk.bytes, subject, key.generation)
    sealed: dict[str, SealedCell | None] = {}
    for name, value in mapping.items():
        column = columns[name]
        if value is None:
            if not column.null:
                raise WrongKind(kind=column.kind, column=name)
            sealed[column.attname] = None
        else:
            cell = key.seal(TO_BYTES[column.kind](value), column.prefix + suffix)
            sealed[column.attname] = SealedCell(cell)
    return sealed


def _index_row(plan: SealedPlan, mapping: Mapping[str, object]) -> dict[str, int | None]:
    """Return the blind indexes of one row that depend on the given columns."""
    found: dict[str, int | None] = {}
    for index in plan.indexes:
        given = [name for name in index.of if name in mapping]
        if not given:
            continue
        if len(given) != len(index.of):
            raise IndexIncomplete(index=index.name, parts=len(index.of), given=len(given))
        parts = [mapping[name] for name in index.of]
        missing = any(part is None for part in parts)
        found[index.attname] = None if missing else int(compute_index(plan, index, parts))
    return found


def destroy_data_keys(grant: Grant, *, store: Store, subjects: Collection[UUID]) -> int:
    """Destroy every data key of these subjects in the store; return how many rows went. Safe to run twice.

    Every process forgets the keys it kept before it opens another cell. What copies and backups still hold dies
    with the KEK epoch (docs/adr/0004).
    """
    require_subjects(grant, store=store, subjects=subjects)
    link = get_keyring().link_key(f"keys/{store.value}")
    owners = sorted(pseudonym(link, subject.bytes).bytes for subject in set(subjects))
    gone = 0
    with transaction.atomic(using=Store.KEYS):
        size = CHUNK["sqlite"]
        for start in range(0, len(owners), size):
            part = owners[start : start + size]
            deleted = DataKey.objects.filter(pseudonym__in=part)._raw_delete(Store.KEYS)  # type: ignore[attr-defined]
            gone += deleted
        change_version()
    box.forget()
    empty_journal()
    return gone


def change_version() -> None:
    """Make every process forget its kept keys; part of the transaction that ends or replaces keys."""
    with connections[Store.KEYS].cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_keystate (id, version) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            [randbits(62) + 1],
        )


def empty_journal() -> None:
    """Write SQLite's journal back and cut it, so that no destroyed key stays in it (with secure_delete, in no file)."""
    connection = connections[Store.KEYS]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
