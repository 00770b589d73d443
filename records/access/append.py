"""The one writer into the log. An entry is one row and one statement of its own; the sealer derives
its subject rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic

from records.access.errors import InsideTransaction, LogUnavailable, SubjectRestricted
from records.access.leaves import Content, tag_of, year_bounds
from records.access.locks import hold_once_lock
from records.access.purposes import Store
from records.access.statements import is_among, run_prepared
from records.crypto.pseudonyms import pseudonym
from records.keyring.errors import KeyringRefused
from records.keyring.queries import get_keyring

AUDIT: Final = Store.AUDIT.value

ENTRY_TABLE: Final = "access_logentry"
SEQUENCE: Final = "access_logentry_number"

_POSTGRESQL: Final = (
    "SELECT access_append(%s, %s, %s::int, %s::int, %s::int, %s::int, %s::int, %s, %s, %s, %s, %s,"
    " %s::bigint, %s::text, %s::text, %s::uuid[])"
)
_SQLITE: Final = (
    "INSERT INTO access_logentry (id, timestamp, stage, action, purpose, role, categories, actor,"
    " task, tag, subjects, organisation, intent, record, details)"
    " SELECT MAX(COALESCE((SELECT MAX(id) FROM access_logentry WHERE id >= %s AND id < %s), 0),"
    " %s) + 1,"
    " %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s WHERE NOT EXISTS ("
    "SELECT 1 FROM access_restrictionevent AS one"
    " WHERE placed AND subject IN (SELECT value FROM json_each(%s)) AND one.categories & %s <> 0"
    " AND NOT EXISTS (SELECT 1 FROM access_restrictionevent AS later"
    " WHERE later.subject = one.subject AND later.cause = one.cause AND later.id > one.id))"
    " RETURNING id"
)
_FIND_RECORD: Final = (
    "SELECT id FROM access_logentry WHERE record = %s AND id >= %s AND id < %s ORDER BY id LIMIT 1"
)


def refuse_inside_transaction() -> None:
    """Raise InsideTransaction in an atomic block of the audit store; the test runner's own wrapper
    does not count.
    """
    connection = connections[AUDIT]
    if connection.in_atomic_block and not all(
        getattr(block, "_from_testcase", False) for block in connection.atomic_blocks
    ):
        raise InsideTransaction


def append_entry(*, year: int, content: Content, unless_restricted: Sequence[bytes] = ()) -> int:
    """Append one entry to the log year and commit it; return its id.

    Raises LogUnavailable where the store or the keys fail, InsideTransaction where a rollback could
    take it back, and SubjectRestricted, having written nothing, where one of `unless_restricted`
    (pseudonyms of records.access.restriction) is under a restriction of one of the categories.
    """
    refuse_inside_transaction()
    connection = connections[AUDIT]
    write = _append_postgresql if connection.vendor == "postgresql" else _append_sqlite
    try:
        tag = tag_of(get_keyring().secret("access/entry-tag"), content)
        entry_id = write(connection, year, content, tag, unless_restricted)
    except (DatabaseError, KeyringRefused, OSError) as error:
        raise LogUnavailable(cause=type(error).__name__) from error
    if entry_id is None:
        raise SubjectRestricted
    return entry_id


def _append_postgresql(
    connection: BaseDatabaseWrapper,
    year: int,
    content: Content,
    tag: UUID,
    barred: Sequence[bytes],
) -> int | None:
    values = (
        year_bounds(year)[0],
        content.timestamp,
        content.stage,
        content.action,
        content.purpose,
        content.role,
        content.categories,
        content.actor,
        content.task,
        tag,
        content.subjects,
        content.organisation,
        content.intent,
        content.record,
        content.details,
        is_among(connection, barred)[1],
    )
    ((entry_id,),) = run_prepared(connection, _POSTGRESQL, values)
    return entry_id  # type: ignore[no-any-return]  # a bigint or NULL


def _append_sqlite(
    connection: BaseDatabaseWrapper,
    year: int,
    content: Content,
    tag: UUID,
    barred: Sequence[bytes],
) -> int | None:
    first, after = year_bounds(year)
    values = (
        first,
        after,
        first,
        connection.ops.adapt_datetimefield_value(content.timestamp),
        content.stage,
        content.action,
        content.purpose,
        content.role,
        content.categories,
        content.actor.hex,
        content.task.hex,
        tag.hex,
        content.subjects,
        content.organisation,
        content.intent,
        content.record,
        content.details,
        is_among(connection, barred)[1],
        content.categories,
    )
    rows = run_prepared(connection, _SQLITE, values)
    return int(rows[0][0]) if rows else None


def name_subjects(
    *, year: int, subjects: Iterable[UUID], wallets: Iterable[UUID] = ()
) -> list[bytes]:
    """Return the pseudonyms of people and wallets in a log year.

    Raises KeyringKeyDestroyed for a year whose link key was destroyed with its log.
    """
    keyring = get_keyring()
    key = keyring.log_link_key(year)
    name_person = keyring.pseudonymiser(key, "subject").octets
    name_wallet = keyring.pseudonymiser(key, "wallet").octets
    return [
        *[name_person(subject.bytes) for subject in subjects],
        *[name_wallet(wallet.bytes) for wallet in wallets],
    ]


def name_actor(*, year: int, actor_id: str) -> UUID:
    """Return the pseudonym of an actor in a log year."""
    return pseudonym(get_keyring().log_link_key(year), "actor", actor_id)


def name_task(*, year: int, task: str) -> UUID:
    """Return the pseudonym of a task reference in a log year."""
    return pseudonym(get_keyring().log_link_key(year), "task", task)


def append_entry_once(*, year: int, content: Content) -> int:
    """Append an entry unless one with the same record reference stands in the year; return the id
    of the one there is.

    Raises LogUnavailable, InsideTransaction.
    """
    refuse_inside_transaction()
    connection = connections[AUDIT]
    write = _append_postgresql if connection.vendor == "postgresql" else _append_sqlite
    named = replace(content, record=f"once:{content.task.hex}")
    first, after = year_bounds(year)
    try:
        tag = tag_of(get_keyring().secret("access/entry-tag"), named)
        with atomic(using=AUDIT):
            hold_once_lock(connection)
            with connection.cursor() as cursor:
                cursor.execute(_FIND_RECORD, (named.record, first, after))
                found = cursor.fetchone()
            entry_id: int | None = found[0] if found else write(connection, year, named, tag, ())
    except (DatabaseError, KeyringRefused, OSError) as error:
        raise LogUnavailable(cause=type(error).__name__) from error
    if entry_id is None:
        raise SubjectRestricted
    return entry_id
